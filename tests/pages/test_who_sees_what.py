"""Every page against every role: what is declared, what is refused, and no stranger's object."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from recert import clock
from recert.board import the_rulebook
from recert.casework.actions.appeals import send_appeal
from recert.declarations.actions.decisions import approve_declaration
from recert.declarations.actions.draws import declare_period, select_for_audit
from recert.edge import needed_by
from recert.journal.courtesy import stop_key
from recert.journal.models import Event
from recert.journal.secret_links import token_of as token_of_letter
from recert.organisations.models import Organisation
from recert.payments.actions.refunds import ask_refund
from recert.payments.queries import paying_attempt
from recert.people.access import PUBLIC, SIGNED_IN
from recert.people.links import SIGNER, token_of
from recert.people.models import Invitation, PrivateLink
from recert.policy.permissions import GRANTS, STAFF, Permission, Role
from recert.policy.sampling import Stratum
from recert.registry.badges.actions import issue_badge
from recert.transcript.signing.queries import key_of
from tests.asking import (
    Kind,
    appeal_after,
    audit_not_passed,
    begin,
    send,
    with_file,
)
from tests.declarations.test_audits import ADMINISTRATOR, AUDITOR
from tests.declaring import (
    FINANCE,
    REVIEWER,
    certified_for,
    draft,
    earn_everything,
    letter_that_came_back,
    submit,
)
from tests.employing import make_organisation_of
from tests.fakes import fake_in
from tests.intake.reporting import make_reported_of
from tests.making import (
    AT,
    CATEGORY,
    HOURLY,
    actor,
    make_account,
    make_activity,
    make_credential,
    make_document,
    make_merger,
    make_person,
)
from tests.signing import ask, make_assessment, make_claim, sign

pytestmark = pytest.mark.django_db

OURS = ("portal", "desk")


def patterns(resolver=None, names=()):
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, (*names, one.namespace) if one.namespace else names)
        elif isinstance(one, URLPattern):
            yield ":".join((*names, one.name or "")), one


PAGES = {name: one for name, one in patterns() if name.partition(":")[0] in OURS}
OBJECTS = {
    "portal:credential": "credential",
    "portal:reallocate": "credential",
    "portal:undo-allocation": "credential",
    "portal:own-badge": "credential",
    "portal:certificate": "valid credential",
    "portal:wallet-card": "valid credential",
    "portal:badge": "badge",
    "portal:badge-picture": "badge",
    "portal:badge-file": "badge",
    "portal:activity": "activity",
    "portal:change": "activity",
    "portal:withdraw": "activity",
    "portal:restore": "activity",
    "portal:add-documents": "activity",
    "portal:import-preview": "import",
    "portal:undo-import": "import",
    "portal:left-out": "import",
    "portal:document": "document",
    "portal:remove-document": "document",
    "portal:restore-document": "document",
    "portal:ask-signature": "to sign",
    "portal:ask-again": "asked",
    "portal:cancel-form": "asked",
    "portal:paper": "claim",
    "desk:claim": "claim",
    "desk:paper": "claim",
    "desk:person": "person",
    "desk:invite": "person",
    "desk:name": "person",
    "desk:record": "person",
    "desk:take-out": "person",
    "desk:act-for": "person",
    "desk:erase": "person",
    "desk:merge": "person",
    "desk:undo-merger": "merger",
    "desk:activity": "activity",
    "desk:document": "document",
    "portal:declaration": "submitted",
    "portal:receipt": "renewed",
    "portal:notification": "renewed",
    "portal:notification-pdf": "renewed",
    "desk:declaration": "submitted",
    "desk:approve-declaration": "submitted",
    "desk:payment": "payment",
    "desk:matter": "submitted",
    "desk:letter": "letter",
    "desk:letters": "person",
    "portal:letter": "letter",
    "portal:declaration-activities": "draft",
    "portal:declaration-allocate": "draft",
    "portal:declaration-judge": "draft",
    "portal:declaration-attest": "draft",
    "portal:declaration-check": "draft",
    "portal:declaration-pay": "draft",
    "portal:declaration-discard": "draft",
    "portal:declaration-call-off": "draft",
    "portal:declaration-withdraw": "submitted",
    "portal:mark-document": "document",
    "portal:audit": "audit",
    "portal:send-audit": "audit",
    "desk:audit": "audit",
    "desk:decide-audit": "audit",
    "desk:select-audit": "submitted",
    "desk:publish-key": "period",
    "desk:judge": "audit",
    "portal:ask-appeal": "not passed",
    "portal:appeal": "appeal",
    "portal:enclose-in-appeal": "appeal",
    "portal:send-appeal": "appeal",
    "portal:request": "request",
    "portal:change-request": "request",
    "portal:enclose": "request",
    "portal:send-request": "request",
    "portal:pay-request": "request",
    "portal:call-off-request": "request",
    "portal:take-back-request": "request",
    "portal:enclosure": "enclosure",
    "portal:remove-enclosure": "enclosure",
    "desk:request": "sent request",
    "desk:request-enclosure": "sent enclosure",
    "desk:appeal": "appeal",
    "desk:appeal-enclosure": "appeal enclosure",
    "desk:refund": "refund",
    "desk:organisation": "organisation",
    "desk:change-organisation": "organisation",
    "desk:accredit": "organisation",
    "desk:invite-manager": "organisation",
    "desk:end-organisation": "organisation",
    "portal:organisation": "organisation",
    "portal:members": "organisation",
    "portal:member": "organisation",
    "portal:keys": "organisation",
    "portal:revoke-key": "organisation",
    "portal:forms-to-sign": "organisation",
    "portal:staff": "organisation",
    "portal:ask-consent": "organisation",
    "portal:staff-file": "organisation",
    "portal:completions": "organisation",
    "portal:intake": "organisation",
    "portal:intake-result": "organisation",
    "portal:courses": "organisation",
    "portal:perhaps": "completion",
    "desk:completion": "completion",
    "desk:review": "review",
}
"""The pages about a thing of somebody's, and which one it is."""

WORDS = {
    "portal:add": [HOURLY],
    "portal:check": [HOURLY],
    "portal:address": ["home"],
    "portal:export": ["csv"],
    "portal:ask": ["name-change"],
    "desk:judge": ["item"],
    "portal:audit-period": ["period"],
    "desk:letter-sample": ["declaration.approved"],
    "desk:letter-sample-html": ["declaration.approved"],
    "portal:member": ["member"],
    "portal:revoke-key": ["key"],
    "portal:staff-file": ["csv"],
    "portal:intake": ["intake"],
    "portal:intake-result": ["intake"],
    "portal:badge-file": ["json"],
    "portal:badge-list": [1],
    "portal:achievement": [CATEGORY, "maintained"],
    "portal:achievement-picture": [CATEGORY, "certified", "svg"],
}
"""What else stands in an address: a word, or by its name a thing that is nobody's."""


@pytest.fixture(autouse=True)
def files_are_apart():
    """Leave the files of this module's documents where they were made."""


@pytest.fixture(autouse=True)
def processor(settings):
    return fake_in(settings)


@pytest.fixture(scope="module")
def owner(django_db_setup, django_db_blocker):
    """Answer a person with one of everything, made once: what a test changes is undone after it."""
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_owner()
        transaction.set_rollback(True)


def make_owner():
    person = make_person()
    person.credential = make_credential(person, cycles=1)
    person.activity = make_activity(person)
    person.document = make_document(person.activity)
    today = clock.today(the_rulebook().calendar.time_zone.value)
    for name, category in DECLARED.items():
        certified_on = certified_for(today)
        credential = make_credential(person, category=category, certified_on=certified_on)
        earn_everything(person, credential, on=today)
        setattr(person, name, submit(credential, on=today))
    approve_declaration(person.renewed.pk, today=today, by=REVIEWER, at=clock.now())
    person.audit = select_for_audit(
        person.audited.pk, because="A letter came.", today=today, by=AUDITOR, at=clock.now()
    )
    begun = make_credential(person, category="HT", certified_on=certified_for(today))
    earn_everything(person, begun, on=today)
    person.draft = draft(begun, on=today)
    person.period = declare_period(
        starts_on=today + timedelta(days=1),
        ends_on=today + timedelta(days=30),
        strata=[Stratum(title="All", share=100)],
        spares_audited_before=False,
        today=today,
        by=ADMINISTRATOR,
        at=clock.now(),
    )
    person.badge = issue_badge(
        person.renewed.credential_id, named=True, today=today, by=actor(person), at=clock.now()
    )
    person.to_sign = make_assessment(person)
    person.asked = ask(make_assessment(person), at=clock.now())
    person.claim = sign(ask(make_claim(person), at=clock.now()), at=clock.now())
    make_casework(person, begun, today)
    person.things = things_of(person)
    return person


def make_casework(person, credential, today):
    """Make a request before it is sent and one after, appeals likewise, and a proposed refund."""
    person.request = begin(person, Kind.INACTIVE, credential=credential, on=today)
    person.enclosure = with_file(person.request, person, on=today)
    person.sent = begin(person, Kind.NAME, on=today)
    person.sent_enclosure = with_file(person.sent, person, on=today)
    send(person.sent, on=today)
    audits = []
    for category, days in {"MB": 50, "BB": 60}.items():
        failed = make_credential(person, category=category, certified_on=certified_for(today))
        earn_everything(person, failed, on=today, completed_on=today - timedelta(days=days))
        audits.append(audit_not_passed(failed, on=today))
    person.not_passed, appealed = audits
    appeal = appeal_after(appealed, on=today)
    person.appeal = send_appeal(appeal.pk, today=today, by=actor(person), at=clock.now())
    person.appeal_enclosure = appeal.enclosures.get()
    person.refund = ask_refund(
        paying_attempt(person.renewed.order).pk,
        amount=Decimal(5),
        because="Charged twice.",
        by=FINANCE,
        at=clock.now(),
    )


DECLARED = {"submitted": "MLT", "renewed": "CLM", "audited": "PBT"}
"""What the owner declared, and what became of it."""


@pytest.fixture(scope="module")
def things(owner):
    return owner.things


def things_of(owner):
    invitation = Invitation.objects.create(
        person=owner, email="a@example.org", invited_at=AT, expires_at=AT
    )
    link = PrivateLink.objects.create(person=owner, purpose="calendar", made_at=AT)
    standing = PrivateLink.objects.create(person=owner, purpose="standing", made_at=AT)
    organisation = make_organisation_of(owner)
    provider = Organisation.objects.get(ref=organisation["organisation"])
    return {
        "credential": owner.credential.ref,
        "badge": owner.badge.ref,
        "valid credential": owner.renewed.credential.ref,
        "activity": owner.activity.ref,
        "document": owner.document.ref,
        "import": owner.imports.create(name="a.csv", lines=[], read_at=AT).ref,
        "person": owner.ref,
        "submitted": owner.submitted.ref,
        "renewed": owner.renewed.ref,
        "draft": owner.draft.ref,
        "payment": paying_attempt(owner.submitted.order).ref,
        "letter": letter_that_came_back(owner).ref,
        "audit": owner.audit.ref,
        "item": owner.audit.items.first().pk,
        "period": owner.period.ref,
        "merger": make_merger(owner).ref,
        "request": owner.request.ref,
        "enclosure": owner.enclosure.ref,
        "sent request": owner.sent.ref,
        "sent enclosure": owner.sent_enclosure.ref,
        "not passed": owner.not_passed.ref,
        "appeal": owner.appeal.ref,
        "appeal enclosure": owner.appeal_enclosure.ref,
        "refund": owner.refund.ref,
        **organisation,
        **make_reported_of(owner, provider),
        "portal:invitation": SIGNER.sign(invitation.ref),
        "portal:stop-letters": token_of_letter(stop_key(owner.ref)),
        "portal:calendar-feed": token_of(link),
        "portal:standing-link": token_of(standing),
        "portal:verified": owner.credential.number,
        "portal:verification-receipt": owner.credential.number,
        "portal:verification-file": owner.credential.number,
        "to sign": owner.to_sign.ref,
        "asked": owner.asked.ref,
        "claim": owner.claim.ref,
        "portal:sign": token_of_letter(key_of(owner.asked)),
        "portal:decline": token_of_letter(key_of(owner.asked)),
        "portal:signed-paper": token_of_letter(key_of(owner.claim)),
    }


def address(name, things):
    if name in things:
        return reverse(name, args=[things[name]])
    of = [things[OBJECTS[name]]] if name in OBJECTS else []
    return reverse(name, args=[*of, *(things.get(word, word) for word in WORDS.get(name, []))])


def sign_in(client, who, owner):
    if who == "owner":
        client.force_login(owner.account)
    elif who == Role.CERTIFICANT:
        client.force_login(make_person("Somebody Else").account)
    elif who:
        client.force_login(make_account(staff=[who]))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_page_declares_who_may_see_it(name):
    declared = needed_by(PAGES[name].callback)
    assert declared in {PUBLIC, SIGNED_IN} or Permission(declared)


def test_a_page_that_declares_nothing_is_an_error():
    def page(request):
        raise AssertionError(request)

    page.__module__ = "recert.portal.somewhere"
    with pytest.raises(AssertionError, match="declares no permission"):
        needed_by(page)


def test_each_permission_is_granted_to_somebody():
    assert set().union(*GRANTS.values()) == set(Permission)
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_who_may_not_see_a_page_is_not_told_that_it_exists(client, owner, things, name):
    declared, before = needed_by(PAGES[name].callback), Event.objects.count()
    for who in ("", *sorted({*STAFF, Role.CERTIFICANT})):
        if declared == PUBLIC or (declared == SIGNED_IN and who):
            continue
        granted = bool(who) and declared != SIGNED_IN and declared in GRANTS[Role(who)]
        if granted and (name not in OBJECTS or who in STAFF):
            continue
        sign_in(client, who, owner)
        for method in (client.get, client.post):
            answer = method(address(name, things))
            if who:
                assert answer.status_code == 404, who
            else:
                assert answer.status_code == 302
                assert answer.url.startswith("/accounts/login/?next=/")
        client.logout()
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_page_opens_for_whom_it_is(client, owner, things, name):
    declared = needed_by(PAGES[name].callback)
    staff = sorted(role for role in STAFF if declared in GRANTS[role])
    sign_in(client, staff[0] if staff else "owner", owner)
    posted = name in {
        "portal:add-documents",
        "portal:undo-allocation",
        "portal:check",
        "portal:declaration-judge",
        "portal:webhook",
        "portal:returns",
    }
    answer = client.post(address(name, things)) if posted else client.get(address(name, things))
    expected = {
        "portal:home": 302,  # to the dashboard
        "portal:organisations": 302,  # to the only one
        "portal:bind": 302,  # is bound already
        "portal:invitation": 409,  # is over
        "portal:add-documents": 302,  # says that no file came
        "portal:undo-allocation": 409,  # nothing to undo
        "portal:end-acting": 302,  # acts in their own name
        "portal:restore": 302,
        "portal:undo-import": 302,
        "portal:remove-document": 302,
        "portal:ask-again": 302,
        "portal:cancel-form": 302,
        "portal:signed-paper": 404,  # it was signed elsewhere
        "portal:restore-document": 302,
        "portal:mark-document": 302,
        "portal:webhook": 400,  # a forged one
        "portal:returns": 404,  # nobody may report without a secret
        "portal:declaration-call-off": 302,
        "desk:publish-key": 302,
        "portal:enclose": 302,
        "portal:enclose-in-appeal": 302,
        "portal:send-request": 302,
        "portal:send-appeal": 302,
        "portal:call-off-request": 302,
        "portal:remove-enclosure": 302,
    }
    assert answer.status_code == expected.get(name, 200)
    if answer.streaming:
        assert b"".join(answer.streaming_content)


def test_what_names_nothing_is_not_found(client, owner):
    client.force_login(owner.account)
    for path in ("/nowhere", "/transcript/AC-0000-0000-0000", "/transcript/x%00", "/credentials/%"):
        assert client.get(path).status_code == 404


def test_staff_without_a_second_factor_are_led_to_one(client):
    account = make_account(staff=[Role.REVIEWER])
    account.authenticator_set.all().delete()
    client.force_login(account)
    answer = client.get(reverse("desk:home"))
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


def test_certificants_without_a_record_are_led_to_it(client):
    client.force_login(make_account())
    answer = client.get(reverse("portal:dashboard"))
    assert (answer.status_code, answer.url) == (302, reverse("portal:bind"))


def test_pages_are_not_kept_by_others_and_run_nothing_foreign(client, owner):
    client.force_login(owner.account)
    answer = client.get(reverse("portal:dashboard"))
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "onclick" not in answer.text
