"""Forms to sign, for tests: asked for, coded, signed."""

from datetime import UTC, date, datetime, timedelta

from recert.board import the_rulebook
from recert.policy.permissions import Actor, Role
from recert.transcript.signing import codes
from recert.transcript.signing.actions import ask_for_signature, send_code, sign_form
from recert.transcript.signing.answers import entered_for
from recert.transcript.signing.queries import signer_of
from tests.making import actor, make_activity

BOOK = the_rulebook()
CLAIM = next(key for key, one in BOOK.kinds.items() if one.signed_form and one.approval)
ASSESSMENT = next(key for key, one in BOOK.kinds.items() if one.signed_form and not one.approval)
ASKED = datetime(2024, 5, 4, 12, tzinfo=UTC)
LATER = ASKED + timedelta(days=2)
EMAIL = "ada@laboratory.example.org"
REVIEWER = Actor(ref="AN-R", name="Rita Reviewer", roles=frozenset({Role.REVIEWER}))


def make_assessment(person, kind=ASSESSMENT, **fields):
    """Make an activity that a form of the board proves."""
    fields = {"contact_hours": None, "completed_on": date(2024, 4, 20)} | fields
    return make_activity(person, "Yearly competence assessment", kind=kind, **fields)


def make_claim(person, **fields):
    """Make a claim of COVID-related work."""
    days = {"from_on": date(2021, 3, 1), "completed_on": date(2021, 5, 31)}
    fields = days | {"contact_hours": 1200, "covers": ["related"]} | fields
    return make_assessment(person, CLAIM, **fields)


def ask(activity, *, name="Ada Employer", email=EMAIL, note="", at=ASKED):
    by = actor(activity.person)
    return ask_for_signature(activity.pk, name=name, email=email, note=note, by=by, at=at)


def typed_for(form, *, name="Ada Employer", answer=""):
    """Answer what a signer typed, as the form cleans it: `answer` to all, else as entered."""
    asks = BOOK.signed_forms[form.form]
    entered = entered_for(form.activity, asks)
    answers = [
        {"asks": one.title, "answer": answer or said or "Hematology and chemistry"}
        for one, said in zip(asks.asks, entered, strict=True)
    ]
    return {"signed_name": name, "answers": answers}


def code(form, *, at=LATER, version=None, link=None, **typed):
    """Let the signer fill the form in, and answer the form with its code sent."""
    coded, _is_new = send_code(
        form.pk,
        link=form.link if link is None else link,
        typed=typed_for(form, **typed),
        version=version or form.activity.version,
        by=signer_of(form),
        at=at,
    )
    return coded


def sign(form, *, at=LATER, person=None, **typed):
    """Let the signer do all of it."""
    coded = code(form, at=at, **typed)
    by = signer_of(form, person=person)
    left = sign_form(form.pk, link=form.link, code=codes.code_of(coded), by=by, at=at)
    assert left is None
    form.refresh_from_db()
    return form


def kept(form):
    """Answer the paper of a signed form."""
    with form.paper.open() as paper:
        return paper.read()
