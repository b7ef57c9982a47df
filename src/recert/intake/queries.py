"""What was reported, to whoever may see it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet, TextField, Value

from recert.intake.models import Completion, Course, Intake, Line, Review, Statement
from recert.organisations.models import Organisation
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found


def own_provider(actor: Actor) -> Organisation:
    """Answer the provider for which somebody acts. Raises `Refused`."""
    found = Organisation.objects.filter(
        pk=actor.organisation or 0, provides=True, ended_at=None
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
    return completions_all().filter(state=Completion.State.UNCLEAR)


def completions_all() -> QuerySet[Completion]:
    """Answer all that was reported."""
    return Completion.objects.annotate(of_nobody=Value("", TextField()))


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


def first_lines(intake: Intake, most: int) -> list[Line]:
    """Answer some lines from the beginning of a file."""
    return list(Line.objects.filter(intake=intake, wrong="").order_by("number")[:most])


def wrong_lines(intake: Intake) -> QuerySet[Line]:
    """Answer the lines that could not be read."""
    return Line.objects.filter(intake=intake).exclude(wrong="").order_by("number")


def perhaps_of(person: int) -> list[Completion]:
    """Answer what may be somebody's, for them to say: without what would tell of another."""
    found = Completion.objects.filter(
        state=Completion.State.UNCLEAR,
        candidates__person=person,
        candidates__denied_at=None,
    )
    return list(found.select_related("organisation").order_by("reported_at", "id"))


def own_perhaps(actor: Actor, ref: str) -> Completion:
    """Answer what may be somebody's to them. Raises `Refused`."""
    found = next((one for one in perhaps_of(actor.person or 0) if one.ref == ref), None)
    if found is None:
        raise not_found()
    return found


def completion_seen_by(actor: Actor, ref: str) -> Completion:
    """Answer a completion to staff who keep records. Raises `Refused`."""
    found = Completion.objects.filter(ref=ref).select_related("organisation", "person").first()
    if found is None or not actor.may(Permission.KEEP_RECORDS):
        raise not_found()
    return found


def review_seen_by(actor: Actor, ref: str) -> Review:
    """Answer a review to staff who keep records. Raises `Refused`."""
    rows = Review.objects.select_related("completion__activity__person", "completion__organisation")
    found = rows.filter(ref=ref).first()
    if found is None or not actor.may(Permission.KEEP_RECORDS):
        raise not_found()
    return found
