"""Every form against what nobody should type: it is taken or told, and never breaks anything."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.casework.actions.appeals import send_appeal
from recert.casework.actions.drafts import discard_request
from recert.casework.models import Request
from recert.journal.secret_links import token_of
from recert.payments.actions.refunds import ask_refund
from recert.payments.gateway import Unreachable
from recert.payments.queries import paying_attempt
from recert.policy.permissions import STAFF, Role
from recert.transcript.signing.actions import cancel_form
from recert.transcript.signing.codes import code_of
from recert.transcript.signing.queries import key_of
from tests.asking import appeal_after, audit_not_passed, begin, with_file
from tests.declaring import (
    FINANCE,
    certified_for,
    declared,
    earn_everything,
    letter_that_came_back,
)
from tests.employing import consent, make_member, make_organisation
from tests.making import (
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

HOSTILE = {
    "empty": "",
    "spaces": " \t\n ",
    "too long": "x" * 20_000,
    "HTML": "<img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "right to left": "محمد بن علي",
    "turned around": "abc\u202edef",
    "emoji": "🧪👩🏽‍🔬",
    "NUL": "a\x00b",
    "control": "a\x1bb",
    "SQL": "'; DROP TABLE people_person; --",
    "percent": "%s%n%00",
    "number": "9" * 400,
    "negative": "-1",
    "no day": "2022-02-30",
    "future day": "9999-12-31",
    "no text": b"\xed\xa0\x80\xff",
    "path": "../../../../etc/passwd",
}

OWN = [
    ("portal:details", []),
    ("portal:address", ["home"]),
    ("portal:links", []),
    ("portal:own-keys", []),
    ("portal:add", [HOURLY]),
    ("account_email", []),
    ("account_change_password", []),
]
OPEN = [
    ("account_login", []),
    ("account_signup", []),
    ("account_reset_password", []),
]
DESK = [("desk:staff", []), ("desk:home", []), ("desk:invite", ["person"])]
DESK += [("desk:name", ["person"])]
DESK += [("desk:document", ["document"])]
DESK += [("desk:declaration", ["declaration"]), ("desk:approve-declaration", ["declaration"])]
DESK += [("desk:payment", ["payment"])]
DESK += [("desk:claim", ["claim"]), ("desk:paper", ["claim"])]
DESK += [("desk:take-out", ["person"]), ("desk:act-for", ["person"]), ("desk:erase", ["person"])]
DESK += [("desk:undo-merger", ["merger"])]
DESK += [("desk:admit", []), ("desk:change-organisation", ["organisation"])]
DESK += [("desk:accredit", ["organisation"]), ("desk:invite-manager", ["organisation"])]
DESK += [("desk:end-organisation", ["organisation"])]

DESK += [("desk:matter", ["declaration"]), ("desk:letter", ["letter"])]

BUTTONS = {"desk:matter": "note", "desk:letter": "settle"} | {
    "portal:links": "make-standing",
    "portal:own-badge": "take",
    "portal:own-keys": "make",
    "desk:staff": "grant",
    "account_email": "action_add",
}
TOLD = {200, 302, 400, 403, 404, 409, 422, 429}


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


def initial_of(page):
    """Answer what a form says before anybody types."""
    form = page.context["form"]
    said = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in said.items()}


def check(client, name, address):
    page = client.get(address)
    usual = initial_of(page)
    for field in usual:
        for what, value in HOSTILE.items():
            typed = usual | {field: value, BUTTONS.get(name, "button"): "yes"}
            answer = client.post(address, typed)
            assert answer.status_code in TOLD, (name, field, what)
            text = "" if answer.streaming else answer.text
            if answer.streaming:
                assert b"".join(answer.streaming_content)
            assert "<img src=x" not in text, (name, field, what)
            assert "known to every test" not in text, (name, field, what)
        cache.clear()


@pytest.mark.parametrize(("name", "args"), OWN)
def test_ones_own_forms(client, name, args):
    client.force_login(make_person().account)
    check(client, name, reverse(name, args=args))


def test_the_form_with_which_a_badge_is_taken(client):
    person, today = make_person(), clock.today(the_rulebook().calendar.time_zone.value)
    credential = make_credential(person, certified_on=certified_for(today))
    client.force_login(person.account)
    check(client, "portal:own-badge", reverse("portal:own-badge", args=[credential.ref]))


@pytest.mark.parametrize(("name", "args"), OPEN)
def test_forms_for_everybody(client, name, args):
    check(client, name, reverse(name, args=args))


@pytest.mark.parametrize(("name", "args"), DESK)
def test_forms_of_the_desk(client, name, args, monkeypatch):
    def nobody_answers():
        raise Unreachable("it is down")

    monkeypatch.setattr("recert.desk.payments.the_gateway", nobody_answers)
    person = make_person(account=False)
    today = clock.today(the_rulebook().calendar.time_zone.value)
    declaration = declared(on=today)
    things = {
        "person": person.ref,
        "document": make_document(make_activity(person)).ref,
        "declaration": declaration.ref,
        "payment": paying_attempt(declaration.order).ref,
        "letter": letter_that_came_back(declaration.credential.person).ref,
        "merger": make_merger(make_person()).ref,
        "organisation": make_organisation().ref,
    }
    if "claim" in args:
        owner = make_person()
        things["claim"] = sign(ask(make_claim(owner), at=clock.now()), at=clock.now()).ref
    client.force_login(make_account(staff=sorted(STAFF)))
    check(client, name, reverse(name, args=[things[one] for one in args]))


def test_the_form_that_merges(client):
    kept, other = make_person(), make_person("Somebody Else", phone="555")
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    path = reverse("desk:merge", args=[kept.ref])
    check(client, "desk:merge", f"{path}?with={other.customer_number}")


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_the_search_for_the_other_record(client, value):
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    path = reverse("desk:merge", args=[make_person().ref])
    assert client.get(path, {"with": value}).status_code == 422


@pytest.mark.parametrize("kind", ["inactive", "name-change", "correction"])
def test_forms_of_requests(client, kind):
    person, today = make_person(), clock.today(the_rulebook().calendar.time_zone.value)
    credential = make_credential(person, certified_on=certified_for(today))
    client.force_login(person.account)
    check(client, "portal:ask", reverse("portal:ask", args=[kind]))
    said = {"what": "number"} if kind == "correction" else {}
    about = None if kind == "name-change" else credential
    for asked in Request.objects.filter(state="draft"):
        discard_request(asked.pk, by=actor(person), at=clock.now())
    request = begin(person, kind, credential=about, on=today, **said)
    check(client, "portal:change-request", reverse("portal:change-request", args=[request.ref]))
    with_file(request, person, on=today)
    Request.objects.filter(pk=request.pk).update(state="submitted", submitted_on=today)
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    address = reverse("desk:request", args=[request.ref])
    check(client, "desk:request", address)
    for value in HOSTILE.values():
        answer = client.post(address, {"because": value, "refuse": "yes"})
        assert answer.status_code in TOLD
        assert "<img src=x" not in answer.text + client.get(address).text


def test_forms_of_appeals(client):
    person, today = make_person(), clock.today(the_rulebook().calendar.time_zone.value)
    credential = make_credential(person, certified_on=certified_for(today))
    earn_everything(person, credential, on=today)
    audit = audit_not_passed(credential, on=today)
    client.force_login(person.account)
    check(client, "portal:ask-appeal", reverse("portal:ask-appeal", args=[audit.ref]))
    appeal = appeal_after(audit, on=today)
    send_appeal(appeal.pk, today=today, by=actor(person), at=clock.now())
    address = reverse("desk:appeal", args=[appeal.ref])
    client.force_login(make_account(staff=[Role.REVIEWER]))
    check(client, "desk:appeal", address)
    for value in HOSTILE.values():
        answer = client.post(address, {"outcome": "granted", "because": value})
        assert answer.status_code in TOLD
        assert "<img src=x" not in client.get(address).text
    client.force_login(make_account(staff=[Role.REVIEWER]))
    check(client, "desk:appeal", address)


def test_the_form_of_a_second_person(client):
    today = clock.today(the_rulebook().calendar.time_zone.value)
    attempt = paying_attempt(declared(on=today).order)
    refund = ask_refund(attempt.pk, amount=Decimal(5), because="Twice.", by=FINANCE, at=clock.now())
    client.force_login(make_account(staff=[Role.FINANCE]))
    address = reverse("desk:refund", args=[refund.ref])
    usual = initial_of(client.get(address))
    for what, value in HOSTILE.items():
        answer = client.post(address, usual | {"because": value})
        assert answer.status_code in TOLD, what


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["state", "kind"])
def test_every_filter_of_requests_and_appeals(client, field, value):
    client.force_login(make_account(staff=[Role.REGISTRAR, Role.REVIEWER]))
    for name in ("desk:requests", "desk:appeals"):
        assert client.get(reverse(name), {field: value}).status_code == 200


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_what_a_request_begins_with(client, value):
    client.force_login(make_person().account)
    answer = client.get(reverse("portal:ask", args=["correction"]), {"about": value})
    assert answer.status_code == 200
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize("name", ["members", "keys", "ask-consent"])
def test_forms_of_organisations(client, name):
    member = make_member(make_organisation())
    client.force_login(member.account)
    check(client, f"portal:{name}", reverse(f"portal:{name}", args=[member.organisation.ref]))


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_every_filter_of_staff(client, value):
    member = make_member(make_organisation())
    consent(make_credential(make_person()).person, member.organisation)
    client.force_login(member.account)
    for field in ("words", "group", "category", "within", "page"):
        for name, more in (("staff", []), ("staff-file", ["csv"])):
            path = reverse(f"portal:{name}", args=[member.organisation.ref, *more])
            answer = client.get(path, {field: value})
            assert answer.status_code == 200, (name, field)
            assert b"<img src=x" not in answer.content


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_what_is_typed_in_a_batch_of_forms(client, value):
    member = make_member(make_organisation(), make_account("ada@laboratory.example.org"))
    form = ask(make_assessment(make_person()), at=clock.now())
    client.force_login(member.account)
    path = reverse("portal:forms-to-sign", args=[member.organisation.ref])
    said = {
        field: value for one in client.get(path).context["waiting"] for field in one.fields.fields
    }
    typed = {f"{form.ref}-{field}": value for field in said} | {f"{form.ref}-sign": "yes"}
    answer = client.post(path, typed | {"signed_name": value})
    assert answer.status_code in TOLD
    assert "<img src=x" not in answer.text


def test_the_form_that_consents(client):
    organisation, person = make_organisation(), make_person()
    client.force_login(person.account)
    check(client, "portal:employers", reverse("portal:employers"))
    for value in HOSTILE.values():
        for button in ("withdraw", "yes", "no"):
            answer = client.post(reverse("portal:employers"), {button: value})
            assert answer.status_code in TOLD
    assert not organisation.consents.exists()


def test_the_form_that_binds(client):
    client.force_login(make_account())
    check(client, "portal:bind", reverse("portal:bind"))


def test_the_form_that_asks_for_a_signature(client):
    person = make_person()
    activity = make_assessment(person)
    client.force_login(person.account)
    address = reverse("portal:ask-signature", args=[activity.ref])
    usual = {"name": "Ada", "email": "ada@example.org", "note": ""}
    for field in usual:
        for what, value in HOSTILE.items():
            answer = client.post(address, usual | {field: value})
            assert answer.status_code in TOLD, (field, what)
            page = client.get(reverse("portal:activity", args=[activity.ref]))
            assert "<img src=x" not in answer.text + page.text, (field, what)
            for form in activity.signed_forms.filter(state="asked"):
                cancel_form(form.pk, by=actor(person), at=clock.now())
        cache.clear()


def test_the_forms_of_a_signer(client):
    person = make_person("<img src=x onerror=alert(1)>")
    activity = make_claim(person)
    address = reverse("portal:sign", args=[token_of(key_of(ask(activity, at=clock.now())))])
    check(client, "portal:sign", address)
    activity.signed_forms.update(codes=0)
    assert client.post(address, FILLED | initial_of(client.get(f"{address}?change=yes")) | FILLED)
    assert client.get(address).context["answers"]
    for what, value in HOSTILE.items():
        answer = client.post(address, {"code": value, "sign": "yes"})
        assert answer.status_code == 422, what
        assert "<img src=x" not in answer.text
    declining = f"{address}/decline"
    for what, value in HOSTILE.items():
        if client.post(declining, {"because": value}).status_code == 302:
            activity.signed_forms.update(state="asked", ended_at=None, reason="")
        assert client.get(address).status_code in {200, 410}, what


FILLED = {
    "answer_0": "{{ settings.SECRET_KEY }}<img src=x>",
    "answer_1_first": "2021-03-01",
    "answer_1_last": "2021-05-31",
    "answer_2": "12",
    "signed_name": "<img src=x onerror=alert(1)>",
}


def test_what_a_signer_typed_is_shown_as_typed(client):
    person = make_person()
    form = ask(make_claim(person), at=clock.now())
    address = reverse("portal:sign", args=[token_of(key_of(form))])
    assert client.post(address, FILLED | {"version": "1"}).status_code == 302
    text = client.get(address).text
    assert "<img src=x" not in text
    assert "{{ settings.SECRET_KEY }}&lt;img src=x&gt;" in text
    form.refresh_from_db()
    client.post(address, {"code": code_of(form), "sign": "yes"})
    form.refresh_from_db()
    assert form.state == "signed"
    client.force_login(make_account(staff=[Role.REVIEWER]))
    for name in ("desk:claim", "desk:activity"):
        ref = form.ref if name == "desk:claim" else form.activity.ref
        assert "<img src=x" not in client.get(reverse(name, args=[ref])).text


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["words", "kind", "since", "until", "shown", "page"])
def test_every_filter(client, field, value):
    person = make_person()
    make_activity(person)
    client.force_login(person.account)
    answer = client.get(reverse("portal:transcript"), {field: value})
    assert answer.status_code == 200
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["state", "purpose", "category", "late", "words", "after"])
def test_every_filter_of_the_queue(client, field, value):
    client.force_login(make_account(staff=[Role.REVIEWER]))
    answer = client.get(reverse("desk:declarations"), {field: value})
    assert answer.status_code == 200
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["kind", "category", "whose", "late", "after", "from"])
def test_every_filter_of_what_waits(client, field, value):
    client.force_login(make_account(staff=sorted(STAFF)))
    answer = client.get(reverse("desk:queue"), {field: value})
    assert answer.status_code == 200
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["state", "before"])
def test_every_filter_of_payments(client, field, value):
    client.force_login(make_account(staff=[Role.FINANCE]))
    assert client.get(reverse("desk:payments"), {field: value}).status_code == 200


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_every_search(client, value):
    make_person()
    client.force_login(make_account(staff=[Role.REVIEWER]))
    assert client.get(reverse("desk:home"), {"words": value}).status_code == 200


def test_what_is_far_too_large_is_not_read(client):
    client.force_login(make_person().account)
    path = reverse("portal:add", args=[HOURLY])
    answer = client.generic("POST", path, b"", headers={"content-length": "9000000000"})
    assert answer.status_code == 413
    answer = client.post(path, {"title": "x" * 8_100_000})
    assert answer.status_code == 400
