"""Requests and appeals for tests, and how far they got."""

from datetime import date
from itertools import count

from django.core.files.base import ContentFile

from recert.casework.actions.drafts import enclose, start_appeal, start_request
from recert.casework.actions.sending import pay_request, send_request
from recert.casework.actions.settling import settle_any_payment
from recert.casework.models import Appeal, Request
from recert.declarations.actions.audits import find_short, judge_item, send_documents
from recert.declarations.actions.draws import select_for_audit
from recert.payments.actions.attempts import keep_intent
from recert.policy.permissions import SYSTEM, Actor, Role
from recert.transcript.content import Content
from tests.declaring import CARD, at, charged, submit
from tests.making import actor

NUMBERS = count(1)
TODAY = date(2024, 6, 3)
CERTIFIED = date(2022, 1, 10)  # the cycle ends on 2025-01-31
REGISTRAR = Actor(ref="AN-G", name="Gita Registrar", roles=frozenset({Role.REGISTRAR}))
AUDITOR = Actor(ref="AN-A", name="Ada Auditor", roles=frozenset({Role.AUDITOR}))
FIRST = Actor(ref="AN-1", name="Rita Reviewer", roles=frozenset({Role.REVIEWER}))
SECOND = Actor(ref="AN-2", name="Remo Reviewer", roles=frozenset({Role.REVIEWER}))

Kind = Request.Kind
SAID = {
    Kind.INACTIVE: {"ground": "illness", "letter": "I was in hospital, and still am."},
    Kind.NAME: {"given_names": "Amina", "family_name": "Haddad", "shown_by": "A license of May"},
    Kind.CORRECTION: {"what": "born_on", "should_be": "1 March 1988", "shown_by": "Passport"},
}


def begin(person, kind, *, credential=None, on=TODAY, **said):
    """Begin a request that says what such ones usually say."""
    words = SAID.get(kind, {}) | said
    by = actor(person)
    return start_request(person.pk, kind=kind, credential=credential, said=words, by=by, at=at(on))


def with_file(asked, person, *, on=TODAY, name="letter.pdf", is_translation=False):
    """Enclose a file, as if its content had been checked."""
    content = Content("application/pdf", ".pdf", 9, f"{next(NUMBERS):064}")
    return enclose(
        asked,
        file=ContentFile(b"%PDF-1.7 "),
        name=name,
        content=content,
        is_translation=is_translation,
        by=actor(person),
        at=at(on),
    )


def send(request, *, on=TODAY):
    """Send a request, paid where it costs something."""
    by = actor(request.person)
    if request.kind != Kind.INACTIVE:
        return send_request(request.pk, today=on, by=by, at=at(on))
    attempt = begin_to_pay(request, on=on)
    settle_any_payment(attempt.pk, found=charged(attempt), at=at(on))
    return Request.objects.get(pk=request.pk)


def begin_to_pay(request, *, on=TODAY):
    """Begin to pay a request, as far as its charge is prepared."""
    by = actor(request.person)
    attempt = pay_request(request.pk, card=CARD, today=on, by=by, at=at(on))
    keep_intent(attempt.pk, intent=f"pi_{attempt.ref}", by=SYSTEM, at=at(on))
    attempt.refresh_from_db()
    return attempt


def audit_not_passed(credential, *, on):
    """Declare a credential whose audit is not passed."""
    declaration = submit(credential, on=on)
    audit = select_for_audit(
        declaration.pk, because="A letter came.", today=on, by=AUDITOR, at=at(on)
    )
    send_documents(audit.pk, today=on, by=actor(credential.person), at=at(on))
    for item in audit.items.all():
        judge_item(
            item.pk,
            verdict="missing",
            documented=None,
            documents={},
            note="Nothing was sent.",
            by=AUDITOR,
            at=at(on),
        )
    return find_short(audit.pk, because="Nothing was sent.", today=on, by=AUDITOR, at=at(on))


def appeal_after(audit, *, on, ground="illness"):
    """Begin an appeal, with a document."""
    person = audit.declaration.credential.person
    appeal = start_appeal(
        audit.ref, ground=ground, letter="I was ill.", today=on, by=actor(person), at=at(on)
    )
    with_file(appeal, person, on=on)
    return Appeal.objects.get(pk=appeal.pk)
