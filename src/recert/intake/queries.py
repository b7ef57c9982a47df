"""What was reported, to whoever may see it."""

from __future__ import annotations

from collections.abc import Iterator

from uuid import UUID

from django.db.models import QuerySet

from recert.intake.models import Completion, Course, Intake, Line, Review, Statement
from recert.organisations.models import Organisation
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found


def own_provider(actor: Actor) -> Organisation:
    """Answer the provider for which somebody acts. Raises `Refused`."""
    found = Organisation.objects.filter(
        pk=actor.organisation, provides=True, ended_at=None
    ).first()
    if found is None or not actor.may(Permission.REPORT_COMPLETIONS):
        raise not_found()
    return found


def courses_of(provider: Organisation) -> list[Course]:
    """Answer the courses of a provider by title."""
    return list(provider.courses.all())


def intakes_of(provider: Organisation) -> QuerySet[Intake]:
    """Answer the files and batches of a provider, the latest first."""
    return provider.intakes.exclude(state=Intake.State.DISCARDED)


def own_intake(provider: Organisation, ref: str) -> Intake:
    """Answer a file to the provider that sent it. Raises `Refused`."""
    found = intakes_of(provider).filter(ref=ref).select_related("organisation").first()
    if found is None:
        raise not_found()
    return found


def fate_of(line: Line) -> str:
    """Answer what became of a line that was taken."""
    return "wrong" if line.wrong else line.fate or "taken"


def fates_of(intake: Intake) -> Iterator[dict[str, str]]:
    """Answer what became of each line, in the order in which they came."""
    for line in lines_of(intake):
        yield {"completion": line.completion, "fate": fate_of(line), "why": line.wrong}


def lines_of(intake: Intake) -> Iterator[Line]:
    """Answer the lines of a file one after the other, however many there are."""
    found = Line.objects.filter(intake=intake).order_by("number")
    return found.iterator(chunk_size=2_000)


def completions_unclear() -> QuerySet[Completion]:
    """Answer completions of which it is not clear whose they are."""
    return Completion.objects.filter(state=Completion.State.UNCLEAR)


def completions_all() -> QuerySet[Completion]:
    """Answer all that was reported."""
    return Completion.objects.all()


def reviews_open() -> QuerySet[Review]:
    """Answer what providers changed that had been declared, and nobody looked at yet."""
    return Review.objects.filter(state=Review.State.OPEN)


def reviews_all() -> QuerySet[Review]:
    """Answer all of that."""
    return Review.objects.all()


def statement_of(provider: Organisation, number: UUID) -> Statement:
    """Answer a statement to the provider whose platform sent it. Raises `Refused`."""
    found = provider.statements.filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def statements_of(provider: Organisation) -> list[Statement]:
    """Answer the latest statements of a provider."""
    return list(provider.statements.all()[:100])
