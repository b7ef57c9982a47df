"""Audits, to read: what was drawn, what is asked for, and what the figures are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db.models import QuerySet

from recert.board import the_rulebook
from recert.declarations.declared import assessment_declared, declarations_whole
from recert.declarations.models import Audit, AuditDraw, AuditItem, AuditPeriod, Declaration
from recert.policy import Assessment, assess
from recert.policy.permissions import Actor, Permission
from recert.policy.points import Points
from recert.policy.refusals import not_found
from recert.policy.sampling import Stratum
from recert.transcript.evidence import Evidence, evidence_of
from recert.transcript.models import Document, SignedForm
from recert.transcript.queries import documents_among
from recert.transcript.signing.queries import forms_of_each

State = Audit.State


def audit_of(declaration: Declaration) -> Audit | None:
    """Answer the audit of a declaration, where there is one."""
    return Audit.objects.filter(declaration=declaration).first()


def draw_of(declaration: Declaration) -> AuditDraw | None:
    """Answer what a declaration drew when it was submitted, with its period (AUD-1)."""
    return AuditDraw.objects.select_related("period").filter(declaration=declaration).first()


def audit_under_way(credential: int) -> bool:
    """Answer whether a declaration of a credential is audited, and that has not ended."""
    return Audit.objects.filter(declaration__credential_id=credential, ended_on=None).exists()


def own_audit(actor: Actor, ref: str) -> Audit:
    """Answer an audit to whoever is audited, and to nobody else."""
    found = _whole(ref)
    if found is None or found.declaration.credential.person_id != actor.person:
        raise not_found()
    return found


def audit_seen_by(actor: Actor, ref: str) -> Audit:
    """Answer an audit to staff who see declarations."""
    found = _whole(ref)
    if found is None or not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    return found


def _whole(ref: str) -> Audit | None:
    whole = Audit.objects.select_related("declaration__credential__person", "declaration__order")
    return whole.filter(ref=ref).first()


@dataclass(frozen=True, slots=True)
class Checked:
    """An activity of an audit beside its documents, and what was claimed for it, in hundredths."""

    item: AuditItem
    evidence: Evidence
    documents: tuple[Document, ...]
    claimed: int
    forms: tuple[SignedForm, ...] = ()  # that somebody signed for it

    @property
    def is_asked(self) -> bool:
        """Whether the certificant has to send something for it."""
        return not self.attested_by

    @property
    def attested_by(self) -> str:
        """Who vouches for it: since the audit began, or already then."""
        return self.item.attested_by or self.evidence.attested_by


def checklist_of(audit: Audit) -> list[Checked]:
    """Answer exactly what an audit asks for, activity by activity (AUD-2). Four queries."""
    items = list(audit.items.select_related("activity"))
    documents = documents_among([one.activity_id for one in items])
    forms = forms_of_each([one.activity_id for one in items])
    ledgers = {one.activity: one for one in assessment_declared(audit.declaration).ledgers()}
    checked = []
    for item in items:
        own = tuple(documents.get(item.activity_id, ()))
        ledger = ledgers.get(item.activity.ref)
        claimed = ledger.recognised if ledger else 0
        evidence, signed = evidence_of(item.activity, own), tuple(forms.get(item.activity_id, ()))
        checked.append(Checked(item, evidence, own, claimed, signed))
    return checked


def assessment_audited(audit: Audit) -> Assessment:
    """Assess what was declared again, with no more of each activity than was proven."""
    book = the_rulebook()
    case = assessment_declared(audit.declaration).case
    proven = proven_by_ref(audit)
    activities = tuple(
        msgspec.structs.replace(one, documented=Points(proven[one.id])) if one.id in proven else one
        for one in case.activities
    )
    return assess(book, msgspec.structs.replace(case, activities=activities))


def proven_by_ref(audit: Audit) -> dict[str, int]:
    """Answer by activity the points that were proven, where that is less than all."""
    items = audit.items.select_related("activity")
    return {one.activity.ref: one.documented for one in items if one.documented is not None}


def unjudged(audit: Audit) -> list[AuditItem]:
    """Answer the activities of an audit of which nobody has said yet what was found.

    What somebody signed for after it began needs no word of the auditor.
    """
    found = audit.items.filter(verdict="", attested_by="", activity__attested_by="")
    return list(found.select_related("activity"))


def period_on(day: date) -> AuditPeriod | None:
    """Answer the period in which declarations of a day are drawn."""
    return AuditPeriod.objects.filter(starts_on__lte=day, ends_on__gte=day).first()


def periods_seen_by(actor: Actor) -> list[AuditPeriod]:
    """Answer the periods that were declared, the latest first."""
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    return list(AuditPeriod.objects.all())


def periods_published() -> list[AuditPeriod]:
    """Answer the periods as everybody may know them, the latest first."""
    return list(AuditPeriod.objects.defer("key"))


def period_called(ref: str) -> AuditPeriod:
    """Answer a period by its ref. Raises `Refused`."""
    found = AuditPeriod.objects.filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found


def strata_of(period: AuditPeriod) -> tuple[Stratum, ...]:
    """Answer the strata of a period as the kernel takes them."""
    return msgspec.convert(tuple(period.strata), tuple[Stratum, ...])


def published(period: AuditPeriod) -> dict[str, object]:
    """Answer a period as it is published: all that is needed to draw again, once it is over.

    The key and the draws are in it only when the key was published.
    """
    told: dict[str, object] = {
        "program": period.program,
        "period": period.ref,
        "starts_on": period.starts_on.isoformat(),
        "ends_on": period.ends_on.isoformat(),
        "declared_at": period.declared_at.isoformat(),
        "commitment": period.commitment,
        "strata": period.strata,
        "spares_audited_before": period.spares_audited_before,
    }
    if period.published_at is None:
        return told
    draws = period.draws.select_related("declaration").order_by("id")
    return told | {
        "key": period.key,
        "draws": [
            {
                "declaration": one.declaration.ref,
                "stratum": one.stratum,
                "share": one.share,
                "number": one.number,
                "selected": one.selected,
                "spared": one.spared,
            }
            for one in draws
        ],
    }


def was_audited_before(declaration: Declaration) -> bool:
    """Answer whether the last declaration that was approved for a credential was audited."""
    earlier = declarations_whole().filter(
        credential_id=declaration.credential_id, state=Declaration.State.APPROVED
    )
    last = earlier.exclude(pk=declaration.pk).order_by("-decided_on", "-id").first()
    return last is not None and Audit.objects.filter(declaration=last).exists()


def overdue_documents(*, as_of: date) -> list[int]:
    """Answer the ids of audits whose documents were due before a day."""
    found = Audit.objects.filter(state=State.AWAITING_DOCUMENTS, documents_due_on__lt=as_of)
    return list(found.order_by("documents_due_on", "id").values_list("pk", flat=True))


def overdue_responses(*, as_of: date) -> list[int]:
    """Answer the ids of audits after which nothing came in time."""
    found = Audit.objects.filter(state=State.NOT_PASSED, respond_by__lt=as_of)
    return list(found.order_by("respond_by", "id").values_list("pk", flat=True))


def overdue_answer_of(credential: int, *, as_of: date) -> int | None:
    """Answer the id of the audit of a credential to which no answer came in time (AUD-5)."""
    found = Audit.objects.filter(
        declaration__credential_id=credential,
        state=State.NOT_PASSED,
        respond_by__lt=as_of,
    )
    return found.values_list("pk", flat=True).first()


def audits_seen_by(actor: Actor, *, state: str, most: int = 100) -> list[Audit]:
    """Answer the audits in a state to staff who see declarations, the oldest first."""
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    whole = Audit.objects.select_related("declaration__credential__person")
    return list(whole.filter(state=state).order_by("selected_on", "id")[:most])


def same_files(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """Answer by the ref of a document the others with the very same content. One query."""
    own = list(documents)
    hashes = {one.sha256 for one in own}
    alike = Document.objects.filter(sha256__in=hashes, state=Document.State.KEPT)
    found: dict[str, list[Document]] = {}
    for other in alike.select_related("activity__person").order_by("id"):
        for one in own:
            if one.sha256 == other.sha256 and one.pk != other.pk:
                found.setdefault(one.ref, []).append(other)
    return found


def audits_to_judge() -> QuerySet[Audit]:
    """Answer all audits whose documents wait to be judged."""
    return Audit.objects.filter(state=State.SENT)


def audits_all() -> QuerySet[Audit]:
    """Answer all audits."""
    return Audit.objects.all()
