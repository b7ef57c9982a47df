"""Letters on both sides: what somebody was sent, what became of it, and the ways out."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from recert.journal.courtesy import stop_key
from recert.journal.models import Event, Notice, StoppedAddress
from recert.journal.notices import NOTICES
from recert.journal.secret_links import token_of
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.permissions import SYSTEM, Role
from recert.queue.actions import return_letter
from tests.journal.letters import AT, owe
from tests.making import make_account, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

LETTERS = "/account/letters"
REMINDED = "credential.reminded"


@pytest.fixture
def person():
    return make_person(email="amina@example.org")


@pytest.fixture
def mine(client, person):
    client.force_login(person.account)
    return client


@pytest.fixture
def registrar():
    client = Client()
    client.force_login(make_account("reg@example.org", staff=[Role.REGISTRAR]))
    return client


def sent(person, kind="declaration.submitted", *, at=AT, **facts):
    """Owe a letter to a person, as if it had gone."""
    notice = owe(kind, reader=reader_of(person), at=at, **facts)
    notice.sent_at, notice.subject = at, "We have your declaration"
    notice.text = "Dear Amina Benali,\n\nThank you.\n- one\n\n-- \nYou get it because.\n"
    notice.save()
    return notice


def came_back(notice, *, complained=False):
    says = "550 nobody is called so"
    assert return_letter(notice.pk, says=says, complained=complained, by=SYSTEM, at=AT)
    notice.refresh_from_db()
    return notice


def said(answer):
    return [str(one) for one in get_messages(answer.wsgi_request)]


# In one's account


def test_what_one_was_sent_is_listed_with_what_became_of_it(mine, person):
    sent(person)
    came_back(sent(person, "audit.opened"))
    owe(reader=reader_of(person))  # its address is stopped by now
    waits = make_person(email="b@example.org")
    owe(reader=reader_of(waits))
    states = [one.state for one in mine.get(LETTERS).context["letters"]]
    assert states == ["could not be sent", "came back", "sent"]
    assert "My letters" in mine.get("/account").text


def test_a_letter_that_waits_says_so(mine, person):
    notice = owe(reader=reader_of(person))
    [one] = mine.get(LETTERS).context["letters"]
    assert (one.state, one.title) == ("on its way", "We have your declaration for MLS(ASCPi)")
    text = mine.get(reverse("portal:letter", args=[notice.ref])).text
    assert "this is what it says" in text
    assert "Dear Amina Benali" in text


def test_a_letter_is_read_as_it_was_sent(mine, person):
    notice = sent(person)
    answer = mine.get(reverse("portal:letter", args=[notice.ref]))
    assert "Thank you." in answer.text
    assert "You get it because." in answer.text
    assert answer.context["letter"].body[1].lines == ("Thank you.",)


def test_nobody_reads_the_letters_of_another(mine, person):
    other = make_person("Somebody Else", email="b@example.org")
    notice = sent(other)
    assert mine.get(reverse("portal:letter", args=[notice.ref])).status_code == 404
    assert mine.get(LETTERS).context["letters"] == []


def test_letters_of_a_record_that_was_merged_are_ones_own(mine, person):
    other = make_person("Twice Recorded", account=False, email="amina@example.org")
    notice = sent(other)
    Person.objects.filter(pk=other.pk).update(merged_into=person)
    assert [one.ref for one in mine.get(LETTERS).context["letters"]] == [notice.ref]
    assert mine.get(reverse("portal:letter", args=[notice.ref])).status_code == 200


def test_many_letters_are_listed_in_parts(mine, person):
    all_of_them = [sent(person).ref for _each in range(33)][::-1]
    first = mine.get(LETTERS)
    second = mine.get(f"{LETTERS}?before={first.context['older']}")
    seen = [one.ref for answer in (first, second) for one in answer.context["letters"]]
    assert seen == all_of_them
    for odd in ("x", "-1", "9" * 40):
        assert mine.get(f"{LETTERS}?before={odd}").status_code == 200


# An address from which letters come back


def test_who_does_not_get_letters_is_told_on_their_pages(mine, person):
    for path in ("/dashboard", "/account", LETTERS):
        assert "Letters do not reach you" not in mine.get(path).text
    came_back(sent(person))
    for path in ("/dashboard", "/account", LETTERS):
        text = mine.get(path).text
        assert "Letters do not reach you" in text
        assert "550 nobody is called so" in text


def test_to_confirm_the_address_sends_what_was_missed(mine, person):
    first = came_back(sent(person))
    missed = owe("declaration.deficient", reader=reader_of(person))
    reminder = owe(REMINDED, reader=reader_of(person))
    answer = mine.post(LETTERS, {"confirm": "amina@example.org"}, follow=True)
    assert "2 letters that did not reach you" in said(answer)[1]
    assert not StoppedAddress.objects.exists()
    first.refresh_from_db()
    assert (first.sent_at, first.text != "") == (AT, True)  # what was sent stays
    assert first.settled_at
    again = Notice.objects.get(again_of=first)
    assert (again.to, again.sent_at, again.failed_at) == ("amina@example.org", None, None)
    assert again.message_id != first.message_id
    missed.refresh_from_db()
    assert (missed.failed_at, missed.to) == (None, "amina@example.org")
    reminder.refresh_from_db()
    assert reminder.failed_at  # it may be true no more
    event = Event.objects.get(kind="person.email-confirmed")
    assert sorted(event.facts["letters"]) == sorted([again.ref, missed.ref])
    assert owe(reader=reader_of(person)).failed_at is None


def test_to_change_the_address_does_so_too(mine, person):
    missed = came_back(sent(person))
    details = mine.get("/account/details").context["form"].initial
    mine.post("/account/details", details | {"email": "new@example.org"})
    again = Notice.objects.get(again_of=missed)
    assert (again.to, again.failed_at) == ("new@example.org", None)
    assert StoppedAddress.objects.get().address == "amina@example.org"  # nobody said it is right
    assert "Letters do not reach you" not in mine.get("/dashboard").text
    event = Event.objects.get(kind="person.details-changed")
    assert event.facts["letters"] == [again.ref]


def test_an_address_that_is_not_stopped_needs_no_confirming(mine, person):
    mine.post(LETTERS, {"confirm": "amina@example.org"})
    assert not Event.objects.filter(kind="person.email-confirmed").exists()


@pytest.mark.parametrize("email", ["", "other@example.org", "x" * 9000, "a\x00b"])
def test_no_other_address_is_confirmed(mine, person, email):
    came_back(sent(person))
    answer = mine.post(LETTERS, {"confirm": email}, follow=True)
    assert "changed meanwhile" in said(answer)[0]
    assert StoppedAddress.objects.exists()


def test_what_was_settled_is_not_sent_by_itself(mine, person):
    notice = came_back(sent(person))
    Notice.objects.filter(pk=notice.pk).update(settled_at=AT)
    mine.post(LETTERS, {"confirm": "amina@example.org"})
    assert Notice.objects.count() == 1


def test_both_sides_see_a_complaint(mine, person, registrar):
    came_back(sent(person), complained=True)
    assert "called unwanted" in mine.get(LETTERS).text
    assert "called a letter unwanted" in registrar.get(f"/desk/people/{person.ref}").text


# Letters that one may do without


def test_one_chooses_which_letters_come(mine, person):
    for word, wanted in (("no", False), ("no", False), ("yes", True)):
        mine.post(LETTERS, {"courtesy": word})
        person.refresh_from_db()
        assert person.courtesy_letters == wanted
    events = Event.objects.filter(kind="person.letters-chosen").order_by("id")
    assert [one.facts["courtesy"] for one in events] == [False, True]


@pytest.fixture
def stop(person):
    return reverse("portal:stop-letters", args=[token_of(stop_key(person.ref))])


def test_one_click_of_a_mail_program_stops_them(person, stop):
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        stop, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    person.refresh_from_db()
    assert not person.courtesy_letters
    event = Event.objects.get(kind="person.letters-chosen")
    assert event.by == "Amina Benali, by a link in a letter"
    assert program.post(stop).status_code == 200
    assert Event.objects.filter(kind="person.letters-chosen").count() == 1


def test_who_only_opens_the_link_stops_nothing_and_who_did_undoes_it(person, stop):
    client = Client()
    assert "Stop early reminders?" in client.get(stop).text
    assert "Amina" not in client.get(stop).text  # letters are passed on
    person.refresh_from_db()
    assert person.courtesy_letters
    assert "Undo: I do want them" in client.post(stop, {"stop": "yes"}).text
    assert "You get every reminder again" in client.post(stop, {"again": "yes"}).text
    person.refresh_from_db()
    assert person.courtesy_letters


def test_a_link_that_was_not_made_here_stops_nothing(person, stop):
    for path in (stop + "x", "/letters/stop/x", reverse("portal:stop-letters", args=["a.b"])):
        assert Client().post(path).status_code == 404
    other = reverse("portal:stop-letters", args=[token_of(person.ref)])  # signed for something else
    assert Client().post(other).status_code == 404


def test_the_link_of_somebody_who_was_erased_stops_nothing(person, stop):
    Person.objects.filter(pk=person.pk).update(
        erased_at=AT, born_on=None, email="", account=None, given_names="(erased)"
    )
    assert Client().post(stop).status_code == 404


# At the desk


def test_the_desk_sees_what_somebody_was_sent(registrar, person):
    notice = came_back(sent(person))
    owe("audit.opened", reader=reader_of(person), at=AT + timedelta(days=1))
    path = reverse("desk:letters", args=[person.ref])
    assert path in registrar.get(f"/desk/people/{person.ref}").text
    assert [one.state for one in registrar.get(path).context["letters"]] == [
        "could not be sent",
        "came back",
    ]
    text = registrar.get(reverse("desk:letter", args=[notice.ref])).text
    assert notice.message_id.strip("<>") in text
    assert "Thank you." in text
    assert "550 nobody is called so" in text


def test_letters_are_narrowed_down_to_a_case(registrar, person):
    notice = sent(person)
    path = reverse("desk:letters", args=[person.ref])
    found = registrar.get(f"{path}?of={notice.event.subject}&of=odd'").context["letters"]
    assert [one.ref for one in found] == [notice.ref]
    assert registrar.get(f"{path}?of=DE-0000-0000-0009").context["letters"] == []


def test_what_was_sent_is_sent_again_as_a_letter_of_its_own(registrar, person):
    notice = sent(person)
    path = reverse("desk:letter", args=[notice.ref])
    answer = registrar.post(path, {"again": "yes"})
    again = Notice.objects.get(again_of=notice)
    assert answer.url == reverse("desk:letter", args=[again.ref])
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failed_at, notice.settled_at) == (AT, None, None)
    event = Event.objects.get(kind="letter.sent-again")
    assert (event.subject, event.facts["letter"]) == (notice.ref, again.ref)
    assert again.ref in registrar.get(path).text
    assert registrar.post(answer.url, {"again": "yes"}).status_code == 409  # is on its way


def test_a_copy_of_a_copy_is_a_copy_of_the_first(registrar, person):
    notice = sent(person)
    registrar.post(reverse("desk:letter", args=[notice.ref]), {"again": "yes"})
    again = Notice.objects.get(again_of=notice)
    again.sent_at, again.text = AT, "Dear Amina,\n"
    again.save()
    registrar.post(reverse("desk:letter", args=[again.ref]), {"again": "yes"})
    assert Notice.objects.filter(again_of=notice).count() == 2


def test_to_an_address_that_is_stopped_nothing_is_sent_again(registrar, person):
    notice = came_back(sent(person))
    path = reverse("desk:letter", args=[notice.ref])
    assert "Not now" in registrar.get(path).text
    assert registrar.post(path, {"again": "yes"}).status_code == 409
    assert Notice.objects.count() == 1


def test_nobody_sends_themselves_a_letter_again(person):
    notice = sent(person)
    person.account.staff_roles.create(role=Role.REGISTRAR)
    person.account.authenticator_set.create(type="totp", data={"secret": "invented"})
    client = Client()
    client.force_login(person.account)
    answer = client.post(reverse("desk:letter", args=[notice.ref]), {"again": "yes"})
    assert answer.status_code == 409
    assert "Somebody else must look after" in answer.text
    assert Notice.objects.count() == 1


def test_a_letter_to_a_signer_that_came_back_is_shown(registrar, person):
    reader = reader_of(person)
    signer = type(reader)("SF-0000-0000-0001", "Ada Employer", "ada@example.org", "en", "UTC")
    notice = owe("form.asked", reader=signer)
    notice.sent_at, notice.text = AT, "Dear Ada,\n"
    notice.save()
    came_back(notice)
    answer = registrar.get(reverse("desk:letter", args=[notice.ref]))
    assert answer.status_code == 200
    assert "Ada Employer" in answer.text


@pytest.mark.parametrize("kind", sorted(kind for kind, told in NOTICES.items() if told))
def test_each_letter_can_be_looked_at_before_anybody_gets_it(registrar, kind):
    assert kind in registrar.get(reverse("desk:letter-samples")).text
    page = registrar.get(reverse("desk:letter-sample", args=[kind]))
    assert "Dear Amina Benali," in page.text
    shown = registrar.get(reverse("desk:letter-sample-html", args=[kind]))
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "<h1" in shown.text
    assert not Notice.objects.exists()


def test_there_is_no_sample_of_what_is_no_letter(registrar):
    for kind in ("activity.added", "x", "..%2Flayout"):
        assert registrar.get(f"/desk/letters/samples/{kind}").status_code == 404
