"""Declarations for tests: people who have everything, and how far they got."""

from datetime import UTC, datetime, timedelta

from recert.board import the_rulebook
from recert.declarations.actions.decisions import approve_declaration
from recert.declarations.actions.drafts import attest, start_declaration
from recert.declarations.actions.submissions import settle_payment, start_payment
from recert.declarations.models import Declaration
from recert.declarations.queries import positions_of
from recert.journal.models import Notice
from recert.payments.actions.attempts import keep_intent
from recert.payments.actions.refunds import agree_refund, ask_refund
from recert.payments.gateway import Card, Found
from recert.policy.cycles import months_after
from recert.policy.permissions import SYSTEM, Actor, Role
from tests.making import actor, make_activity, make_credential, make_person

BOOK = the_rulebook()
CARD = Card(method="pm_invented", customer="cus_invented", brand="visa", last4="4242")
REVIEWER = Actor(ref="AN-R", name="Rita Reviewer", roles=frozenset({Role.REVIEWER}))
FINANCE = Actor(ref="AN-F", name="Finn Finance", roles=frozenset({Role.FINANCE}))
SECOND_FINANCE = Actor(ref="AN-E", name="Else Finance", roles=frozenset({Role.FINANCE}))


def at(day, hour=18):
    """Answer an instant of a day; at the board's that is noon, or so."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def certified_for(day):
    """Answer when somebody was certified whose first declaration is open and not late on a day."""
    return months_after(day, 2 - 12 * BOOK.cycle.years.value)


def declared(*, on, name="Amina Benali", **fields):
    """Answer what somebody new declared on a day, with nothing lacking."""
    person = make_person(name, **fields)
    credential = make_credential(person, certified_on=certified_for(on))
    earn_everything(person, credential, on=on)
    return submit(credential, on=on)


def renewed(*, on, name="Amina Benali"):
    """Answer what somebody new declared on a day, and the board approved on it."""
    declaration = declared(on=on, name=name)
    return approve_declaration(declaration.pk, today=on, by=REVIEWER, at=at(on))


def letter_that_came_back(person):
    """Answer the last letter to a person, as if its reader had been refused."""
    notice = Notice.objects.filter(person=person.ref).order_by("id").last()
    notice.failed_at, notice.last_error = notice.owed_at, "550 nobody is called so here"
    notice.save(update_fields=["failed_at", "last_error"])
    return notice


def earn_everything(person, credential, *, on, completed_on=None):
    """Enter what the declaration of a credential that is next on a day asks for, and no more."""
    assessment = positions_of(person.pk, as_of=on, planned=False).of(credential).assessment
    terms, day = assessment.terms, completed_on or on - timedelta(days=40)
    for need in terms.needs:
        enter(person, need.areas[0], need.points, day)
    rest = terms.total - sum(need.points for need in terms.needs)
    return enter(person, BOOK.activities.default_area, rest, day)


def enter(person, area, points, day):
    """Enter a course whose points all lie in one area."""
    return make_activity(
        person,
        f"On {area}, {day}",
        completed_on=day,
        contact_hours=points,
        covers=[area],
        portions={area: points},
    )


def draft(credential, *, on):
    """Begin a declaration, with every sentence attested."""
    by = actor(credential.person)
    declaration = start_declaration(credential.pk, today=on, by=by, at=at(on))
    return attest(declaration.pk, keys=BOOK.attestations, by=by, at=at(on))


def begin_payment(declaration, *, on):
    """Submit a draft and begin to pay it, as far as its charge is prepared."""
    by = actor(declaration.credential.person)
    attempt = start_payment(declaration.pk, card=CARD, today=on, by=by, at=at(on))
    keep_intent(attempt.pk, intent=f"pi_{attempt.ref}", by=SYSTEM, at=at(on))
    attempt.refresh_from_db()
    return attempt


def charged(attempt, status="succeeded"):
    """Answer what the processor would say of an attempt."""
    return Found(
        intent=attempt.intent,
        status=status,
        amount=attempt.money,
        client_secret="",
        charge=f"ch_{attempt.ref}" if status == "succeeded" else "",
        code="" if status == "succeeded" else "card_declined",
        message="" if status == "succeeded" else "Your card was declined.",
    )


def submit(credential, *, on):
    """Declare a credential, paid, on a day."""
    declaration = draft(credential, on=on)
    attempt = begin_payment(declaration, on=on)
    settle_payment(attempt.pk, found=charged(attempt), at=at(on))
    return Declaration.objects.get(pk=declaration.pk)


def asked_refund(attempt, *, amount, because, on):
    """Propose to give money back, and let a second person agree."""
    refund = ask_refund(attempt.pk, amount=amount, because=because, by=FINANCE, at=at(on))
    return agree_refund(refund.pk, by=SECOND_FINANCE, at=at(on))
