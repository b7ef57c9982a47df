"""What somebody can ask the board for on a day; where they cannot, why not and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.models import Appeal, Request
from recert.credentials.models import Credential
from recert.credentials.queries import Held
from recert.declarations.auditing import audit_under_way
from recert.declarations.models import DECLARED, Audit, Declaration
from recert.declarations.queries import held_by
from recert.people.models import Person
from recert.people.queries import address_of
from recert.policy.cycles import Cycle
from recert.policy.fees import Charge, inactive_request_fee
from recert.policy.rulebook import Ground
from recert.policy.standing import Standing, standing_on, title_of

Kind = Request.Kind


@dataclass(frozen=True, slots=True)
class Askable:
    """A credential, and why something cannot be asked for it; `why_not` is empty where it can."""

    credential: Credential
    title: str  # on a line of plain text
    standing: Standing
    why_not: str = ""
    rule: str = ""


def title_in_requests(credential: Credential) -> str:
    """Answer how a credential is called where it is asked for, whatever became of it."""
    return title_of(the_rulebook(), credential.category, maintained=False).plain


def inactive_choices(person: int, *, as_of: date) -> list[Askable]:
    """Answer for each credential whether inactive status can be asked for on a day (STA-1)."""
    return [_inactive(held, declaration, as_of) for held, declaration in held_by(person, as_of)]


def inactive_choice(credential: Credential, *, as_of: date) -> Askable:
    """Answer the same for one credential."""
    choices = inactive_choices(credential.person_id, as_of=as_of)
    return next(one for one in choices if one.credential.pk == credential.pk)


def _inactive(held: Held, declaration: Declaration | None, as_of: date) -> Askable:
    book = the_rulebook()
    standing = standing_on(book, held.holding, as_of=as_of)
    found = _standing_in_the_way(held, standing, declaration)
    if not found[0] and standing.participation == "voluntary":
        found = (_("It never expires, so there is nothing to extend."), standing.rule)
    return Askable(held.credential, title_in_requests(held.credential), standing, *found)


def _standing_in_the_way(
    held: Held, standing: Standing, declaration: Declaration | None
) -> tuple[str, str]:
    """Answer why the cycle of a credential cannot be changed, and the rule; or nothing."""
    book = the_rulebook()
    if declaration and declaration.state in DECLARED:
        says = _("A declaration of it is with the board. Once that is decided, you can ask.")
        return says, book.processing.business_days.rule
    if audit_under_way(held.credential.pk):
        return _("It is audited. Once the audit has ended, you can ask."), book.audit.blocking.rule
    if standing.renewed:
        says = _("It is renewed already, and its next cycle is on record.")
        return says, book.cycle.next_begins.rule
    if standing.state == "not-certified":
        return _("It is not certified yet."), standing.rule
    if not standing.valid:
        says = _("It has expired. A declaration can bring it back, a request cannot.")
        return says, standing.rule
    return "", ""


def granting_in_the_way(request: Request, *, until_on: date | None, as_of: date) -> str:
    """Answer why inactive status cannot be granted on a day, in a sentence; or nothing.

    Whoever asked in time does not lose by the time that the decision takes. Without `until_on`
    any last day will do.
    """
    book = the_rulebook()
    held, declaration = next(
        both
        for both in held_by(request.person_id, as_of)
        if both[0].credential.pk == request.credential_id
    )
    standing = standing_on(book, held.holding, as_of=as_of)
    cycle, asked_on = standing.cycle, request.submitted_on
    says = _standing_in_the_way(held, standing, declaration)[0]
    asked_in_time = cycle is not None and asked_on is not None and asked_on in cycle
    if says and (standing.valid or not asked_in_time):
        return says
    if cycle is None or standing.participation == "voluntary":
        return _("It never expires, so there is nothing to extend.")
    if until_on and until_on <= max(cycle.ends, as_of):
        return _("The extension must end after %(day)s.") % {"day": max(cycle.ends, as_of)}
    return ""


@dataclass(frozen=True, slots=True)
class Shortening:
    """A credential whose cycle could end earlier: on the day on which another one's does."""

    credential: Credential
    title: str
    cycle: Cycle
    ends_on: date
    others: str  # the titles of those that end then

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.credential.ref} {self.ends_on.isoformat()}"


def may_align() -> bool:
    """Answer whether the programme ends a cycle earlier on request at all."""
    return the_rulebook().cycle.aligned_on_request.value


def shortenings(person: int, *, as_of: date) -> list[Shortening]:
    """Answer which cycles could end earlier on a day, so that credentials end together.

    Only ever earlier, never on a day that is past; and what is required stays the same.
    """
    if not may_align():
        return []
    book = the_rulebook()
    running: list[tuple[Credential, Cycle, bool]] = []
    for held, declaration in held_by(person, as_of):
        standing = standing_on(book, held.holding, as_of=as_of)
        if standing.participation == "voluntary" or not standing.valid or standing.cycle is None:
            continue
        free = not _standing_in_the_way(held, standing, declaration)[0]
        is_free = free and standing.state != "inactive"
        running.append((held.credential, standing.cycle, is_free))
    found = []
    for credential, cycle, free in running:
        days = sorted({one.ends for _c, one, _f in running if as_of <= one.ends < cycle.ends})
        for day in days if free else ():
            others = [title_in_requests(one) for one, theirs, _f in running if theirs.ends == day]
            title = title_in_requests(credential)
            found.append(Shortening(credential, title, cycle, day, ", ".join(others)))
    return found


def shortening_in(request: Request, *, as_of: date) -> Shortening | None:
    """Answer what a request for a shorter cycle would do on a day; None where it no longer can."""
    for one in shortenings(request.person_id, as_of=as_of):
        wanted = (request.credential_id, request.said.get("ends_on"))
        if wanted == (one.credential.pk, one.ends_on.isoformat()):
            return one
    return None


def ground_of(request: Request) -> Ground | None:
    """Answer the ground on which a request for inactive status is made."""
    return the_rulebook().inactive.grounds.get(request.said.get("ground", ""))


def ground_of_appeal(appeal: Appeal) -> Ground | None:
    """Answer the ground of an appeal."""
    return the_rulebook().appeal.grounds.get(appeal.ground)


def may_appeal(audit: Audit, *, as_of: date) -> bool:
    """Answer whether an appeal after an audit would be taken on a day (AUD-6)."""
    return audit.state == Audit.State.NOT_PASSED and not audit.is_over(as_of=as_of)


def charge_of(request: Request, *, today: date) -> Charge | None:
    """Answer what a request costs when it is sent on a day (FEE-4); None where it costs nothing.

    A fee that is waived is a charge of zero, and says why.
    """
    ground = request.said.get("ground", "")
    if request.kind != Kind.INACTIVE or ground not in the_rulebook().inactive.grounds:
        return None
    charge = inactive_request_fee(
        the_rulebook(),
        ground=ground,
        documented=request.enclosures.filter(state="kept").exists(),
        requested_on=today,
        country=_residence(request.person),
    )
    return msgspec.structs.replace(charge, ref=request.ref)


def _residence(person: Person) -> str:
    home = address_of(person, "home")
    return home.country if home else ""


@dataclass(frozen=True, slots=True)
class Correctable:
    """Something that the board's record says of a person, and could say wrongly.

    `what` is the name of the field; without a credential it is about the person.
    """

    what: str
    credential: Credential | None
    title: str
    says: str | date | None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.credential.ref} {self.what}" if self.credential else self.what


def correctable(person: Person, *, as_of: date) -> list[Correctable]:
    """Answer everything in the board's record of a person that can be corrected on request."""
    found = [Correctable("born_on", None, _("Date of birth"), person.born_on)]
    for held, _declaration in held_by(person.pk, as_of):
        credential, title = held.credential, title_in_requests(held.credential)
        words = {
            "certified_on": _("%(title)s: certified on"),
            "category": _("%(title)s: category"),
            "number": _("%(title)s: number"),
        }
        found += [
            Correctable(what, credential, said % {"title": title}, getattr(credential, what))
            for what, said in words.items()
        ]
    return found


def correction_in(request: Request, *, as_of: date) -> Correctable | None:
    """Answer what a request for a correction is about, as the record says it now."""
    for one in correctable(request.person, as_of=as_of):
        wanted = (request.said.get("what"), request.credential_id)
        if wanted == (one.what, one.credential.pk if one.credential else None):
            return one
    return None


def correcting_in_the_way(found: Correctable, *, as_of: date) -> str:
    """Answer why a correction must wait, in a sentence; or nothing.

    The days and the category of a credential decide what a declaration must meet.
    """
    if found.credential is None or found.what == "number":
        return ""
    for held, declaration in held_by(found.credential.person_id, as_of):
        same = held.credential.pk == found.credential.pk
        if same and declaration and declaration.state in DECLARED:
            return _("A declaration of this credential is with the board; decide about it first.")
    return ""
