"""Which documents an audit would ask for, and which are still missing (AUD-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recert.board import the_rulebook
from recert.policy.rulebook import DocumentType, SignedFormType
from recert.transcript.models import Activity, Document
from recert.transcript.queries import documents_by_activity


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that proves a kind of activity; any one of a kind's is enough.

    `given`: the documents that are there for it. `form`: the board's form that somebody else
    signs, where it is one.
    """

    key: str
    type: DocumentType
    given: tuple[Document, ...]
    form: SignedFormType | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How complete the documents of an activity are."""

    asked: tuple[Asked, ...]
    others: tuple[Document, ...]  # of which nobody said what they prove
    attested_by: str  # the provider that reported it, or whoever signed the board's form

    @property
    def is_complete(self) -> bool:
        """Whether an audit would find what it asks for."""
        return bool(self.attested_by) or any(one.given for one in self.asked)


def evidence_of(activity: Activity, documents: Iterable[Document]) -> Evidence:
    """Answer what an audit would ask for, beside what is there."""
    book, kept = the_rulebook(), list(documents)
    kind = book.kinds[activity.kind]
    form = book.signed_forms.get(kind.signed_form)
    asked = tuple(
        Asked(
            key=key,
            type=book.documents[key],
            given=tuple(one for one in kept if one.proves == key),
            form=form,
        )
        for key in kind.documents
    )
    others = tuple(one for one in kept if one.proves not in kind.documents)
    return Evidence(asked, others, activity.vouched_by)


def lacking_documents(activities: Iterable[Activity]) -> list[Activity]:
    """Answer the activities of which an audit would find no document at all. One query."""
    mine = [one for one in activities if not one.vouched_by]
    counted = documents_by_activity(mine[0].person_id) if mine else {}
    kinds = the_rulebook().kinds
    return [one for one in mine if kinds[one.kind].documents and not counted.get(one.pk)]
