"""The pages of a signature: asked for, signed by a link without an account, seen by each side."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from recert import clock
from recert.journal.models import Event
from recert.journal.secret_links import token_of
from recert.policy.permissions import Role
from recert.transcript.actions import change_activity
from recert.transcript.models import SignedForm
from recert.transcript.signing import codes
from recert.transcript.signing.actions import ask_again, cancel_form, decline_form
from recert.transcript.signing.queries import key_of, signer_of
from tests.making import actor, make_account, make_activity, make_person
from tests.signing import EMAIL, ask, make_assessment, make_claim, sign

pytestmark = pytest.mark.django_db

FILLED = {
    "version": "1",
    "answer_0": "Hematology",
    "answer_1": "2024-04-20",
    "signed_name": "Ada Employer",
}


@pytest.fixture(autouse=True)
def no_tries_yet(settings):
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def person():
    return make_person("Amina Benali", email="amina@example.org")


@pytest.fixture
def form(person):
    return ask(make_assessment(person), at=clock.now())


def link_to(form, name="portal:sign"):
    return reverse(name, args=[token_of(key_of(form))])


def code_in_the_letter():
    return re.search(r"^\s+(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


# Asking


def test_a_certificant_asks_and_sees_it_wait(client, person):  # ACT-1.6
    activity = make_assessment(person)
    client.force_login(person.account)
    page = reverse("portal:activity", args=[activity.ref])
    address = reverse("portal:ask-signature", args=[activity.ref])
    assert address in client.get(page).text
    said = {"name": "Ada Employer", "email": EMAIL, "note": "Thank you!"}
    answer = client.post(address, said, follow=True)
    assert "A letter with a link goes to Ada Employer" in answer.text
    assert "waits for the signature" in answer.text
    assert address not in answer.text
    again = client.post(address, said)
    assert again.status_code == 422
    assert "Cancel that one first" in again.text
    assert SignedForm.objects.count() == 1


def test_ones_own_address_is_told_at_asking(client, person):
    activity = make_assessment(person)
    client.force_login(person.account)
    address = reverse("portal:ask-signature", args=[activity.ref])
    assert "Where it is yours" in client.get(address).text
    answer = client.post(address, {"name": "Ada", "email": person.email}, follow=True)
    assert "the board will look at it" in answer.text
    assert "This is an address of your own" in answer.text


def test_a_kind_without_a_form_has_nobody_to_ask(client, person):
    activity = make_activity(person)
    client.force_login(person.account)
    assert "signature" not in client.get(reverse("portal:activity", args=[activity.ref])).text
    assert client.get(reverse("portal:ask-signature", args=[activity.ref])).status_code == 404


def test_nobody_has_us_write_to_any_number_of_strangers(client, person, settings):
    settings.ACCOUNT_RATE_LIMITS = {"ask-signature": "2/d/key"}
    activity = make_assessment(person)
    client.force_login(person.account)
    address = reverse("portal:ask-signature", args=[activity.ref])
    client.post(address, {"name": "Ada", "email": EMAIL})
    form = SignedForm.objects.get()
    assert client.post(reverse("portal:ask-again", args=[form.ref])).status_code == 302
    assert client.post(reverse("portal:ask-again", args=[form.ref])).status_code == 409
    form.refresh_from_db()
    assert form.link == 2


def test_cancelled_somebody_else_can_be_asked(client, form, person):
    client.force_login(person.account)
    cancel = reverse("portal:cancel-form", args=[form.ref])
    assert client.get(cancel).status_code == 302
    form.refresh_from_db()
    assert form.state == "asked"
    answer = client.post(cancel, follow=True)
    assert "Ask again, or somebody else" in answer.text


# Signing


def test_an_employer_signs_without_an_account(client, form, person):  # PER-3, ACT-1.6
    address = link_to(form)
    page = client.get(address)
    assert page.status_code == 200
    assert "Amina Benali" in page.text
    assert "Sign in" not in page.text
    assert client.post(address, FILLED).url == address
    assert mail.outbox[-1].to == [EMAIL]
    confirm = client.get(address)
    assert "Check, and sign" in confirm.text
    assert "Hematology" in confirm.text
    code = code_in_the_letter()
    answer = client.post(address, {"code": f"{code[:3]} {code[3:]}", "sign": "yes"}, follow=True)
    assert "Thank you. It is signed." in answer.text
    form.refresh_from_db()
    assert form.sha256 in answer.text
    paper = client.get(link_to(form, "portal:signed-paper"))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    assert paper["Content-Disposition"] == f'attachment; filename="{form.ref}.pdf"'
    client.force_login(person.account)
    text = client.get(reverse("portal:activity", args=[form.activity.ref])).text
    assert "an audit would find them" in text
    assert form.sha256 in text
    assert "Change" not in text
    paper = client.get(reverse("portal:paper", args=[form.ref]))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")


def test_a_used_link_says_so_and_gives_nothing_away(client, form):
    sign(form, at=clock.now())
    for address in (link_to(form), link_to(form, "portal:decline")):
        answer = client.get(address, follow=True)
        assert answer.status_code == 410
        assert "This form is signed" in answer.text
        assert form.sha256 not in answer.text
    assert client.get(link_to(form, "portal:signed-paper")).status_code == 404


def test_a_double_click_signs_once(client, form):
    address = link_to(form)
    client.post(address, FILLED)
    said = {"code": code_in_the_letter(), "sign": "yes"}
    assert client.post(address, said).status_code == 302
    again = client.post(address, said)
    assert again.status_code == 200
    assert "Thank you" in again.text
    assert Event.objects.filter(kind="form.signed").count() == 1


def test_of_two_tabs_the_second_is_told(client, form):
    one, other = client, Client()
    address = link_to(form)
    for each in (one, other):
        each.post(address, FILLED)
    code = code_in_the_letter()
    assert len(mail.outbox) == 1  # the second tab came just after the first
    one.post(address, {"code": code, "sign": "yes"})
    late = other.post(address, {"code": code, "sign": "yes"})
    assert late.status_code == 410
    assert "This form is signed" in late.text


def test_a_wrong_code_loses_nothing_and_another_can_be_sent(client, form):
    address = link_to(form)
    client.post(address, FILLED)
    wrong = f"{(int(code_in_the_letter()) + 1) % 1_000_000:06}"
    for left in ("4 more times", "3 more times", "2 more times", "once more", "has ended"):
        answer = client.post(address, {"code": wrong, "sign": "yes"})
        assert answer.status_code == 422
        assert left in answer.text
        assert "Hematology" in answer.text
    assert "The code has ended" in client.get(address).text
    answer = client.post(address, {"again": "yes"}, follow=True)
    assert "Another code is on its way" in answer.text
    client.post(address, {"code": code_in_the_letter(), "sign": "yes"})
    form.refresh_from_db()
    assert form.state == "signed"


def test_what_is_no_code_is_no_try(client, form):
    address = link_to(form)
    client.post(address, FILLED)
    for typed in ("", "12345", "1234567", "١٢٣٤٥٦", "abcdef"):
        assert client.post(address, {"code": typed, "sign": "yes"}).status_code == 422
    form.refresh_from_db()
    assert form.code_tries == 0


def test_nobody_signs_without_a_code(client, form):
    for said in ({"sign": "yes"}, {"sign": "yes", "code": "000000"}, {"again": "yes"}):
        client.post(link_to(form), said)
    form.refresh_from_db()
    assert (form.state, form.codes) == ("asked", 0)


def test_what_was_typed_is_there_again_after_mistakes(client, form):
    answer = client.post(link_to(form), FILLED | {"answer_1": "2124-04-20"})
    assert answer.status_code == 422
    assert "This day has not come yet" in answer.text
    assert "Hematology" in answer.text
    assert mail.outbox == []


def test_what_was_typed_can_be_changed_also_on_another_machine(client, form):
    address = link_to(form)
    client.post(address, FILLED)
    other = Client()
    page = other.get(f"{address}?change=yes")
    assert "Hematology" in page.text
    form.refresh_from_db()
    SignedForm.objects.update(code_sent_at=form.code_sent_at - timedelta(minutes=1))
    other.post(address, FILLED | {"answer_0": "Chemistry"})
    assert "Chemistry" in client.get(address).text


def test_days_are_there_before_one_types_as_they_were_entered(client, person):
    form = ask(make_claim(person), at=clock.now())
    text = client.get(link_to(form)).text
    assert 'value="2021-03-01"' in text
    assert 'value="2021-05-31"' in text
    assert 'value="12"' in text


def test_what_differs_from_the_entry_is_told_before_signing(client, form):
    client.post(link_to(form), FILLED | {"answer_1": "2024-04-21"})
    assert "Amina Benali entered April 20, 2024" in client.get(link_to(form)).text


def test_an_entry_that_changed_meanwhile_is_shown_anew(client, form, person):
    address, activity = link_to(form), form.activity
    client.post(address, FILLED)
    said = {"kind": activity.kind, "title": "Another title", "covers": ["chemistry"]}
    said["completed_on"] = activity.completed_on
    change_activity(activity.pk, said=said, version=1, by=actor(person), at=clock.now())
    answer = client.post(address, {"code": code_in_the_letter(), "sign": "yes"}, follow=True)
    assert "changed the entry" in answer.text
    assert "Another title" in answer.text
    assert "Hematology" in answer.text
    SignedForm.objects.update(code_sent_at=None)
    stale = client.post(address, FILLED)
    assert stale.status_code == 422
    assert 'name="version" value="2"' in stale.text
    assert client.post(address, FILLED | {"version": "2"}).status_code == 302


def test_a_mail_server_that_is_away_loses_nothing(client, form, monkeypatch):
    def fails(*_args, **_named):
        raise ConnectionRefusedError

    monkeypatch.setattr("recert.portal.signing.send_mail", fails)
    answer = client.post(link_to(form), FILLED, follow=True)
    assert "could not be sent just now" in answer.text
    assert "Hematology" in answer.text


def test_nobody_has_us_write_to_an_address_again_and_again(client, form, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signing-code": "2/h/key"}
    address = link_to(form)
    for minutes in range(3):
        SignedForm.objects.update(code_sent_at=None)
        answer = client.post(address, FILLED | {"answer_0": f"Typed {minutes}"})
    assert answer.status_code == 422
    assert "Try again in an hour" in answer.text
    assert "Typed 2" in answer.text
    assert len(mail.outbox) == 2
    answer = client.post(address, {"again": "yes"}, follow=True)
    assert "Try again in an hour" in answer.text


def test_a_page_that_was_open_for_long_has_what_was_typed(form):
    client = Client(enforce_csrf_checks=True)
    address = link_to(form)
    answer = client.post(address, FILLED, headers={"origin": "http://testserver"}, follow=True)
    assert "Hematology" in answer.text
    form.refresh_from_db()
    assert form.codes == 0


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("cancelled", "took the request back"),
        ("declined", "This form was declined"),
        ("replaced", "open the one in the latest letter"),
        ("expired", "send the letter again"),
        ("withdrawn", "it needs no signature"),
        ("other kind", "it needs no signature"),
    ],
)
def test_a_link_that_has_ended_says_so_and_what_to_do(client, form, person, end, says):
    address, now = link_to(form), clock.now()
    match end:
        case "cancelled":
            cancel_form(form.pk, by=actor(person), at=now)
        case "declined":
            decline_form(form.pk, link=1, because="No.", by=signer_of(form), at=now)
        case "replaced":
            ask_again(form.pk, by=actor(person), at=now)
        case "expired":
            SignedForm.objects.update(asked_at=now - timedelta(days=15), expires_at=now)
        case "withdrawn":
            person.activities.update(state="withdrawn")
        case "other kind":
            person.activities.update(kind=make_activity(make_person()).kind)
    answer = client.get(address)
    assert answer.status_code == 410
    assert says in answer.text
    sent = client.post(address, FILLED)
    assert sent.status_code == 410
    assert mail.outbox == []


def test_a_link_that_nobody_made_leads_nowhere(client, form):
    token = token_of(key_of(form))
    for wrong in (token[:-1], token.replace(".1.", ".2."), form.ref, f"{form.ref}.1.x"):
        assert client.get(reverse("portal:sign", args=[wrong])).status_code == 404


def test_a_signer_declines_with_a_reason(client, form, person):
    address = link_to(form, "portal:decline")
    assert client.post(address, {"because": " "}).status_code == 422
    answer = client.post(address, {"because": "I never met her."}, follow=True)
    assert "This form was declined" in answer.text
    client.force_login(person.account)
    text = client.get(reverse("portal:activity", args=[form.activity.ref])).text
    assert "I never met her." in text
    assert "Ask again, or somebody else" in text


def test_the_certificant_who_is_signed_in_is_flagged(client, form, person):
    client.force_login(person.account)
    client.post(link_to(form), FILLED)
    client.post(link_to(form), {"code": code_in_the_letter(), "sign": "yes"})
    form.refresh_from_db()
    assert form.flags == ["own-account"]


# The desk


@pytest.fixture
def reviewer(client):
    account = make_account(staff=[Role.REVIEWER])
    client.force_login(account)
    return account


def test_the_board_approves_a_claim(client, person, reviewer):  # ACT-5
    form = sign(ask(make_claim(person), at=clock.now()), at=clock.now(), answer="8")
    listed = client.get(reverse("desk:claims")).text
    address = reverse("desk:claim", args=[form.ref])
    assert address in listed
    page = client.get(address).text
    assert "8 was signed, 12 was entered" in page
    assert "differs from what the certificant entered" in page
    assert form.sha256 in page
    assert client.post(address, {"because": "", "refuse": "yes"}).status_code == 422
    assert client.post(address, {"because": "Fine"}).status_code == 200
    form.refresh_from_db()
    assert form.state == "signed"
    assert client.post(address, {"because": "", "approve": "yes"}).status_code == 302
    form.refresh_from_db()
    assert form.state == "approved"
    assert "No claim waits" in client.get(reverse("desk:claims")).text
    late = client.post(address, {"because": "No.", "refuse": "yes"})
    assert late.status_code == 422


def test_the_board_refuses_a_claim_with_a_reason(client, person, reviewer):  # ACT-5
    form = sign(ask(make_claim(person), at=clock.now()), at=clock.now())
    address = reverse("desk:claim", args=[form.ref])
    client.post(address, {"because": "Routine work.", "refuse": "yes"})
    client.force_login(person.account)
    text = client.get(reverse("portal:activity", args=[form.activity.ref])).text
    assert "Routine work." in text
    assert "not approved" in text
    assert "Ask again, or somebody else" in text


def test_nobody_approves_a_claim_of_their_own(client):
    person = make_person("Both", account=False)
    person.account = make_account(staff=[Role.REVIEWER])
    person.save()
    form = sign(ask(make_claim(person), at=clock.now()), at=clock.now())
    client.force_login(person.account)
    answer = client.post(reverse("desk:claim", args=[form.ref]), {"approve": "yes"})
    assert answer.status_code == 422
    assert "Somebody else must decide" in answer.text


def test_the_desk_sees_what_stands_out(client, person, reviewer):
    form = ask(make_assessment(person), email=person.email, at=clock.now())
    sign(form, at=clock.now())
    for address in (
        reverse("desk:claims"),
        reverse("desk:activity", args=[form.activity.ref]),
    ):
        assert "an address of the certificant&#x27;s own" in client.get(address).text


def test_staff_open_what_was_signed_with_a_reason(client, form, reviewer):
    sign(form, at=clock.now())
    address = reverse("desk:paper", args=[form.ref])
    assert address in client.get(reverse("desk:activity", args=[form.activity.ref])).text
    assert client.post(address, {"because": ""}).status_code == 422
    answer = client.post(address, {"because": "Audit"})
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert Event.objects.get(kind="form.opened").because == "Audit"


def test_what_is_not_signed_yet_is_no_paper(client, form, person, reviewer):
    assert client.get(reverse("desk:paper", args=[form.ref])).status_code == 404
    assert client.get(reverse("desk:claim", args=[form.ref])).status_code == 404
    client.force_login(person.account)
    assert client.get(reverse("portal:paper", args=[form.ref])).status_code == 404


def test_pages_ask_as_much_of_the_database_for_many_as_for_few(
    client, reviewer, django_assert_max_num_queries
):
    for number in range(6):
        person = make_person(f"Person {number}")
        form = ask(make_claim(person), email=person.email, at=clock.now())
        sign(form, at=clock.now())
    with django_assert_max_num_queries(14):
        client.get(reverse("desk:claims"))


def test_codes_are_short_lived():
    assert timedelta(minutes=15) >= codes.LASTS
