"""Requests and appeals as people see them: said, documented, paid, sent, decided at the desk."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from recert import clock
from recert.board import the_rulebook
from recert.casework.actions.appeals import send_appeal
from recert.casework.actions.drafts import discard_request
from recert.casework.actions.settling import settle_any_payment
from recert.casework.jobs import reconcile_payments
from recert.casework.models import Appeal, Enclosure, Request
from recert.declarations.actions.submissions import settle_payment
from recert.declarations.models import Audit
from recert.journal.models import Event
from recert.payments.models import Attempt
from recert.people.models import Person
from recert.policy.cycles import months_after, years_after
from recert.policy.permissions import Role
from tests.asking import (
    AUDITOR,
    Kind,
    appeal_after,
    audit_not_passed,
    begin,
    begin_to_pay,
    send,
    with_file,
)
from tests.declaring import certified_for, charged, earn_everything
from tests.fakes import ASKS_FIRST, DECLINED, GOOD, fake_in
from tests.making import actor, make_account, make_credential, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def person(today):
    someone = make_person()
    someone.credential = make_credential(someone, certified_on=years_after(today, -1))
    return someone


@pytest.fixture
def processor(settings):
    return fake_in(settings)


@pytest.fixture
def registrar(client):
    def sign_in():
        client.force_login(make_account(staff=[Role.REGISTRAR]))
        return client

    return sign_in


def picture(name="letter.png", colour="white"):
    content = BytesIO()
    Image.new("RGB", (60, 40), colour).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue())


def said(answer):
    return [str(one) for one in answer.context["messages"]]


def of(name, thing):
    return reverse(name, args=[thing.ref])


LETTER = "I was in hospital since May.\n\nIt may last until next year."


def ask_inactive(client, person, ground="illness"):
    fields = {"about": person.credential.ref, "ground": ground, "letter": LETTER}
    answer = client.post(reverse("portal:ask", args=["inactive"]), fields)
    return answer, Request.objects.last()


# What can be asked for


def test_what_can_be_asked_for_is_offered_and_what_cannot_says_why(client, person):  # CYC-1
    client.force_login(person.account)
    text = client.get(reverse("portal:requests")).text
    assert reverse("portal:ask", args=["inactive"]) in text
    assert "does not end a cycle earlier" in text
    assert reverse("portal:ask", args=["alignment"]) not in text
    assert client.get(reverse("portal:ask", args=["alignment"])).status_code == 404
    assert client.get(reverse("portal:ask", args=["party"])).status_code == 404


def test_whoever_has_nothing_to_ask_for_is_told(client, today):
    someone = make_person()
    make_credential(someone, certified_on=years_after(today, -5))
    client.force_login(someone.account)
    text = client.get(reverse("portal:ask", args=["inactive"])).text
    assert "It has expired. A declaration can bring it back" in text
    assert "There is nothing to ask for now" in text


def test_the_account_leads_to_a_change_of_name(client, person):  # PER-1
    client.force_login(person.account)
    text = client.get(reverse("portal:account")).text
    assert reverse("portal:ask", args=["name-change"]) in text
    assert "not part of this version" not in text


# Inactive status


def test_a_ground_that_does_not_count_is_told_with_its_rule_and_can_be_sent(  # STA-1
    client, person, processor
):
    client.force_login(person.account)
    page = client.get(reverse("portal:ask", args=["inactive"])).text
    assert "Financial hardship (not likely to be accepted, STA-1)" in page
    assert "(with documents it costs nothing, FEE-4)" in page
    answer, request = ask_inactive(client, person, "financial-hardship")
    text = client.get(answer.url).text
    assert "This ground is not likely to be accepted" in text
    assert "Pay $40.00 and send it" in text
    sent = client.post(of("portal:send-request", request))
    assert sent.url == of("portal:pay-request", request)


def test_documents_are_looked_into_and_can_be_taken_away(client, person):
    client.force_login(person.account)
    _answer, request = ask_inactive(client, person)
    add = of("portal:enclose", request)
    files = [picture(), SimpleUploadedFile("virus.exe", b"MZ not a picture")]
    answer = client.post(add, {"files": files, "is_translation": "on"}, follow=True)
    assert said(answer)[0] == "letter.png was added."
    assert "virus.exe" in said(answer)[1]
    enclosure = Enclosure.objects.get()
    assert enclosure.is_translation
    assert enclosure.sha256
    again = client.post(add, {"files": picture()}, follow=True)
    assert "among the documents already" in said(again)[0]
    own = client.get(of("portal:enclosure", enclosure))
    assert own["Content-Disposition"].startswith("attachment")
    b"".join(own.streaming_content)
    client.post(of("portal:remove-enclosure", enclosure))
    enclosure.refresh_from_db()
    assert enclosure.state == "removed"
    client.force_login(make_person("Somebody Else").account)
    for name in ("portal:enclosure", "portal:remove-enclosure"):
        assert client.post(of(name, enclosure)).status_code == 404


def pay(client, request, processor, card=GOOD):
    page = client.get(of("portal:pay-request", request))
    set_up = page.context["set_up"].ref
    processor.enter_card(set_up, card)
    return client.post(of("portal:pay-request", request), {"set-up": set_up}, follow=True)


def test_it_is_paid_by_card_and_sent(client, person, processor, today):  # FEE-4
    client.force_login(person.account)
    _answer, request = ask_inactive(client, person)
    answer = pay(client, request, processor)
    request.refresh_from_db()
    assert (request.state, request.submitted_on) == ("submitted", today)
    assert "Nothing to do: the board decides" in answer.text
    assert "You paid $40.00" in answer.text
    assert client.get(of("portal:pay-request", request)).url == of("portal:request", request)
    again = client.post(of("portal:pay-request", request), {"set-up": "seti_1"})
    assert again.url == of("portal:request", request)
    assert Attempt.objects.count() == 1


def test_a_card_that_is_declined_leaves_the_draft(client, person, processor):
    client.force_login(person.account)
    _answer, request = ask_inactive(client, person)
    answer = pay(client, request, processor, DECLINED)
    assert "Your card was declined." in answer.text
    request.refresh_from_db()
    assert request.state == "draft"
    pay(client, request, processor)
    request.refresh_from_db()
    assert request.state == "submitted"
    assert Attempt.objects.filter(state="succeeded").count() == 1


def test_a_bank_that_asks_first_is_answered_or_called_off(client, person, processor):
    client.force_login(person.account)
    _answer, request = ask_inactive(client, person)
    answer = pay(client, request, processor, ASKS_FIRST)
    assert "Your bank asks you to confirm" in answer.text
    assert "under way" in client.get(of("portal:request", request)).text
    client.post(of("portal:call-off-request", request))
    request.refresh_from_db()
    assert request.state == "draft"
    pay(client, request, processor, ASKS_FIRST)
    attempt = Attempt.objects.get(state="open")
    processor.authenticate(attempt.intent, success=True)
    client.post(of("portal:pay-request", request))
    request.refresh_from_db()
    assert request.state == "submitted"


def test_the_webhook_and_the_job_settle_what_a_closed_browser_left(client, person, processor):
    client.force_login(person.account)
    _answer, request = ask_inactive(client, person)
    pay(client, request, processor, ASKS_FIRST)
    attempt = Attempt.objects.get()
    processor.authenticate(attempt.intent, success=True)
    body, signature = processor.event_about(attempt.intent)
    client.logout()
    answer = client.post(
        reverse("portal:webhook"),
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )
    assert answer.status_code == 200
    request.refresh_from_db()
    assert request.state == "submitted"
    Attempt.objects.update(started_at=clock.now() - timedelta(minutes=2))
    reconcile_payments(0)
    assert Event.objects.filter(kind="request.submitted").count() == 1


def test_what_nobody_paid_in_time_is_a_draft_again(person, processor, today):
    request = begin(person, Kind.INACTIVE, credential=person.credential, on=today)
    attempt = begin_to_pay(request, on=today)
    Attempt.objects.update(started_at=clock.now() - timedelta(days=2))
    reconcile_payments(0)
    attempt.refresh_from_db()
    request.refresh_from_db()
    assert (attempt.state, request.state) == ("failed", "draft")


def test_the_registrar_grants_it_and_what_follows_is_shown(  # STA-1, STA-2, STA-3
    client, person, registrar, today
):
    request = begin(person, Kind.INACTIVE, credential=person.credential, on=today)
    with_file(request, person, on=today)
    request = send(request, on=today)
    registrar()
    page = of("desk:request", request)
    assert LETTER.splitlines()[0] not in client.get(page).text
    assert "I was in hospital" in client.get(page).text
    for until_on in ("", "2020-01-01", "1999-13-45"):
        answer = client.post(page, {"until_on": until_on, "because": "", "grant": "yes"})
        assert answer.status_code == 422
    until = months_after(years_after(today, 3), 1)
    answer = client.post(page, {"until_on": until.isoformat(), "because": "", "grant": "yes"})
    assert answer.url == reverse("desk:requests")
    request.refresh_from_db()
    assert (request.state, request.until_on) == ("granted", until)
    client.force_login(person.account)
    text = client.get(of("portal:request", request)).text
    assert "Your cycle is extended until" in text
    for rule in ("STA-2", "STA-3"):
        assert rule in text
    assert "Inactive" in client.get(reverse("portal:dashboard")).text


def test_a_refusal_needs_a_reason_and_is_read(client, person, registrar, today):
    request = send(begin(person, Kind.INACTIVE, credential=person.credential, on=today), on=today)
    registrar()
    page = of("desk:request", request)
    assert client.post(page, {"because": " ", "refuse": "yes"}).status_code == 422
    client.post(page, {"because": "It was a month only.", "refuse": "yes"})
    again = client.post(page, {"because": "Twice.", "refuse": "yes"})
    assert again.status_code == 409
    client.force_login(person.account)
    text = client.get(of("portal:request", request)).text
    assert "It was a month only." in text
    assert "The board has refused it" in text


def test_each_look_at_a_document_is_in_the_journal(client, person, registrar, today):
    request = begin(person, Kind.NAME, on=today)
    enclosure = with_file(request, person, on=today)
    registrar()
    assert client.get(of("desk:request", request)).status_code == 404  # it was not sent
    assert client.get(of("desk:request-enclosure", enclosure)).status_code == 404
    send(request, on=today)
    asked = client.get(of("desk:request-enclosure", enclosure))
    assert "The journal notes" in asked.text
    assert not Event.objects.filter(kind="enclosure.opened").exists()
    handed = client.post(of("desk:request-enclosure", enclosure))
    assert b"".join(handed.streaming_content).startswith(b"%PDF")
    event = Event.objects.get(kind="enclosure.opened")
    assert (event.about, event.facts["of"]) == (person.ref, request.ref)


# Names, and the board's own record


def test_a_name_is_asked_for_compared_and_changed(client, person, registrar, today):  # PER-1
    client.force_login(person.account)
    ask = reverse("portal:ask", args=["name-change"])
    same = {"given_names": "Amina", "family_name": "Benali", "shown_by": "A passport"}
    assert "on record already" in client.post(ask, same).text
    client.post(ask, same | {"family_name": "Haddad"})
    request = Request.objects.get()
    text = client.get(of("portal:request", request)).text
    assert "Add the official document" in text
    assert "Send it to the board" not in text
    refused = client.post(of("portal:send-request", request), follow=True)
    assert "official document" in said(refused)[0]
    client.post(of("portal:enclose", request), {"files": picture()})
    client.post(of("portal:change-request", request), same | {"family_name": "Hadad"})
    client.post(of("portal:change-request", request), same | {"family_name": "Haddad"})
    sent = client.post(of("portal:send-request", request), follow=True)
    assert "with the board" in said(sent)[-1]
    assert client.get(of("portal:change-request", request)).status_code == 302
    registrar()
    page = of("desk:request", request)
    text = client.get(page).text
    assert "Amina Benali" in text
    assert 'value="Haddad"' in text
    typed = {"given_names": "Amina", "family_name": "Haddad", "because": "", "grant": "yes"}
    client.post(page, typed)
    assert Person.objects.get(pk=person.pk).name == "Amina Haddad"
    client.force_login(person.account)
    text = client.get(reverse("portal:account")).text
    assert "Amina Haddad" in text
    assert "Amina Benali" in text  # among the earlier ones


def test_the_record_is_corrected_with_a_reason(client, person, registrar, today):
    client.force_login(person.account)
    ask = reverse("portal:ask", args=["correction"])
    page = client.get(ask).text
    assert "Date of birth" in page
    said_of = {"about": f"{person.credential.ref} number", "should_be": "MLS-9", "shown_by": "It"}
    client.post(ask, said_of)
    request = Request.objects.get()
    client.post(of("portal:enclose", request), {"files": picture()})
    client.post(of("portal:send-request", request))
    registrar()
    page = of("desk:request", request)
    assert 'value="MLS-9"' in client.get(page).text
    no_reason = client.post(page, {"value": "MLS-9", "because": "", "grant": "yes"})
    assert no_reason.status_code == 422
    client.post(page, {"value": "MLS-9", "because": "As on the certificate.", "grant": "yes"})
    person.credential.refresh_from_db()
    assert person.credential.number == "MLS-9"


def test_a_request_is_dropped_or_taken_back(client, person, today):
    client.force_login(person.account)
    first = begin(person, Kind.NAME, on=today)
    assert "Drop this request?" in client.get(of("portal:take-back-request", first)).text
    client.post(of("portal:take-back-request", first))
    assert client.get(of("portal:request", first)).status_code == 404
    second = send(begin(person, Kind.INACTIVE, credential=person.credential, on=today), on=today)
    assert (
        "$40.00 that you paid are not returned"
        in client.get(of("portal:take-back-request", second)).text
    )
    client.post(of("portal:take-back-request", second))
    second.refresh_from_db()
    assert second.state == "withdrawn"
    assert "Taken back" in client.get(reverse("portal:requests")).text


def test_nobody_decides_about_their_own(client, person, today):
    person.account.staff_roles.create(role=Role.REGISTRAR)
    person.account.authenticator_set.create(type="totp", data={"secret": "invented"})
    request = send(begin(person, Kind.INACTIVE, credential=person.credential, on=today), on=today)
    client.force_login(person.account)
    assert "somebody else must decide" in client.get(of("desk:request", request)).text
    answer = client.post(of("desk:request", request), {"because": "Me.", "refuse": "yes"})
    assert answer.status_code == 409
    assert Request.objects.get().state == "submitted"


def test_after_a_decision_comes_the_next_one(client, person, registrar, today):
    first = send(begin(person, Kind.INACTIVE, credential=person.credential, on=today), on=today)
    other = make_person("Boris Novak")
    second = begin(other, Kind.NAME, on=today)
    with_file(second, other, on=today)
    send(second, on=today)
    registrar()
    text = client.get(reverse("desk:requests")).text
    assert text.index("Amina Benali") < text.index("Boris Novak")
    assert "<strong>2</strong> Request" in client.get(reverse("desk:home")).text
    answer = client.post(of("desk:request", first), {"because": "No.", "refuse": "yes"})
    assert answer.url == of("desk:request", second)
    filtered = client.get(reverse("desk:requests"), {"state": "refused", "kind": "inactive"})
    assert [row.name for row in filtered.context["rows"]] == ["Amina Benali"]


# Appeals


@pytest.fixture
def audit(person, today):
    credential = make_credential(person, category="MB", certified_on=certified_for(today))
    earn_everything(person, credential, on=today)
    return audit_not_passed(credential, on=today)


def test_an_appeal_is_written_documented_and_sent(client, person, audit):  # AUD-6
    client.force_login(person.account)
    assert of("portal:ask-appeal", audit) in client.get(of("portal:audit", audit)).text
    ask = of("portal:ask-appeal", audit)
    text = client.get(ask).text
    assert "Personal or family responsibilities (not likely to be accepted, AUD-6)" in text
    assert client.post(ask, {"ground": "illness", "letter": " "}).status_code == 422
    client.post(ask, {"ground": "family-responsibilities", "letter": LETTER})
    appeal = Appeal.objects.get()
    page = of("portal:appeal", appeal)
    assert "This ground is not likely to be accepted" in client.get(page).text
    client.post(ask, {"ground": "illness", "letter": LETTER})
    assert "not likely" not in client.get(page).text
    client.post(of("portal:enclose-in-appeal", appeal), {"files": picture()})
    client.post(of("portal:send-appeal", appeal))
    appeal.refresh_from_db()
    assert (appeal.state, Audit.objects.get().state) == ("sent", "appealed")
    assert "Nothing to do: the board decides" in client.get(page).text
    assert client.get(ask).url == page
    assert client.post(of("portal:send-appeal", appeal)).status_code == 302
    assert Event.objects.filter(kind="appeal.sent").count() == 1


def sent_appeal(audit, today):
    appeal = appeal_after(audit, on=today)
    person = audit.declaration.credential.person
    return send_appeal(appeal.pk, today=today, by=actor(person), at=clock.now())


def test_one_proposes_another_agrees_and_the_auditor_does_neither(  # AUD-6
    client, audit, today
):
    appeal = sent_appeal(audit, today)
    page = of("desk:appeal", appeal)
    auditor = make_account(staff=[Role.AUDITOR])
    Audit.objects.update(judged_by=auditor.ref)
    client.force_login(auditor)
    assert "You judged the audit." in client.get(page).text
    assert client.post(page, {"outcome": "granted", "because": "So."}).status_code == 409
    first = make_account("first@example.org", staff=[Role.REVIEWER])
    client.force_login(first)
    assert client.post(page, {"outcome": "granted", "because": " "}).status_code == 422
    client.post(page, {"outcome": "granted", "because": "The letter shows it."})
    assert "You proposed the outcome." in client.get(page).text
    assert client.post(page, {"agree": "yes"}).status_code == 409
    client.force_login(make_account(staff=[Role.REVIEWER]))
    text = client.get(page).text
    assert "first@example.org" in text
    assert client.post(page, {"because": ""}).status_code == 422
    client.post(page, {"because": "Look at the dates."})
    client.force_login(first)
    client.post(page, {"outcome": "denied", "because": "The dates do not fit."})
    client.force_login(make_account(staff=[Role.REVIEWER]))
    client.post(page, {"agree": "yes"})
    appeal.refresh_from_db()
    assert appeal.state == "denied"
    assert appeal.audit.judged_by != AUDITOR.ref
    person = audit.declaration.credential.person
    client.force_login(person.account)
    text = client.get(of("portal:appeal", appeal)).text
    assert "The dates do not fit." in text
    assert "second person" not in text
    assert "Look at the dates." not in text


def test_an_auditor_opens_a_document_of_an_appeal_and_a_registrar_does_not(
    client, audit, registrar, today
):
    appeal = sent_appeal(audit, today)
    enclosure = appeal.enclosures.get()
    registrar()
    for name in ("desk:appeal-enclosure", "desk:request-enclosure"):
        assert client.post(of(name, enclosure)).status_code == 404
    client.force_login(make_account(staff=[Role.REVIEWER]))
    handed = client.post(of("desk:appeal-enclosure", enclosure))
    assert b"".join(handed.streaming_content).startswith(b"%PDF")


# Money at the desk


def test_the_payment_of_a_request_is_no_payment_without_a_declaration(client, person, today):
    request = send(begin(person, Kind.INACTIVE, credential=person.credential, on=today), on=today)
    client.force_login(make_account(staff=[Role.FINANCE]))
    assert client.get(reverse("desk:payments")).context["concerns"] == []
    text = client.get(of("desk:payment", Attempt.objects.get())).text
    assert f"{request.ref} a request for inactive status" in text


def test_what_was_paid_for_a_request_that_never_came_is_told(client, person, today):  # FEE-4
    request = begin(person, Kind.INACTIVE, credential=person.credential, on=today)
    attempt = begin_to_pay(request, on=today)
    settle_any_payment(attempt.pk, found=charged(attempt, "failed"), at=clock.now())
    discard_request(request.pk, by=actor(person), at=clock.now())
    attempt.refresh_from_db()
    settle_any_payment(attempt.pk, found=charged(attempt), at=clock.now())
    client.force_login(make_account(staff=[Role.FINANCE]))
    (concern,) = client.get(reverse("desk:payments")).context["concerns"]
    assert concern.why == "Paid, and no request came of it"


def test_what_was_paid_late_is_not_paid_again(client, person, today):  # FEE-4
    request = begin(person, Kind.INACTIVE, credential=person.credential, on=today)
    attempt = begin_to_pay(request, on=today)
    settle_any_payment(attempt.pk, found=charged(attempt, "failed"), at=clock.now())
    settle_any_payment(attempt.pk, found=charged(attempt), at=clock.now())
    request.refresh_from_db()
    assert request.state == "draft"
    client.force_login(person.account)
    assert "Its fee is paid already." in client.get(of("portal:request", request)).text
    client.post(of("portal:send-request", request))
    request.refresh_from_db()
    assert request.state == "submitted"
    assert Attempt.objects.count() == 1


def test_a_payment_of_a_request_is_not_settled_as_one_of_a_declaration(person, today):
    request = begin(person, Kind.INACTIVE, credential=person.credential, on=today)
    attempt = begin_to_pay(request, on=today)
    with pytest.raises(ValueError, match="not for a declaration"):
        settle_payment(attempt.pk, found=charged(attempt), at=clock.now())
    attempt.refresh_from_db()
    assert attempt.state == "open"
