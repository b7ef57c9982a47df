"""What webhooks are told: each thing once, of the credentials that are theirs to watch."""

from datetime import UTC, date, datetime, timedelta

import pytest

from recert.credentials.models import Grant
from recert.organisations.key_actions import make_key
from recert.organisations.keys import bearer_of
from recert.organisations.models import Consent
from recert.policy.cycles import first_cycle
from recert.policy.refusals import Refused
from recert.webhooks import jobs
from recert.webhooks.actions import (
    WAITS,
    change_watches,
    claim,
    end_webhook,
    make_webhook,
    note_told,
    owe,
    tell_again,
)
from recert.webhooks.messages import message_of
from recert.webhooks.models import Delivery, Occasion, Watch, WatchedDay
from recert.webhooks.queries import (
    Happened,
    days_to_look_at,
    due,
    ended_on,
    renewed_between,
    watched,
)
from recert.webhooks.sending import Told
from tests.api.conftest import secret_for
from tests.making import BOOK, actor, make_credential, make_person

pytestmark = pytest.mark.django_db

EVERY = list(Occasion)
CERTIFIED = date(2020, 3, 15)
CYCLE = first_cycle(BOOK, certified_on=CERTIFIED)
EXPIRED_ON = CYCLE.ends + timedelta(days=1)
BEFORE = date(2021, 1, 1)
AT = datetime(2024, 1, 2, 3, tzinfo=UTC)
URL = "https://example.org/hook"


def acting(kind, person=None):
    return bearer_of(secret_for(kind, person), at=AT + timedelta(days=10_000)).actor


def make(by, *numbers, today=BEFORE, occasions=EVERY, url=URL, of_staff=False):
    said = {
        "url": url,
        "occasions": occasions,
        "numbers": numbers,
        "today": today,
        "of_staff": of_staff,
    }
    return make_webhook(**said, by=by, at=AT)[0]


@pytest.fixture
def person():
    person = make_person()
    person.credential = make_credential(person, certified_on=CERTIFIED)
    return person


def find(day):
    for happened in ended_on(day):
        owe(happened, at=AT)
    for happened in renewed_between(day, day):
        owe(happened, at=AT)


def told():
    rows = Delivery.objects.order_by("id").values_list("occasion", "on_day")
    return [(str(occasion), day) for occasion, day in rows]


def test_what_expires_is_told_once_on_its_day(person):
    make(acting("person", person))
    for days in (-1, 0, 0, 1):
        find(EXPIRED_ON + timedelta(days=days))
    assert told() == [(Occasion.EXPIRED, EXPIRED_ON)]


def test_a_renewal_is_told_once_and_nothing_expires(person):
    make(acting("person", person))
    granted_on = CYCLE.ends - timedelta(days=30)
    Grant.objects.create(
        credential=person.credential,
        starts_on=CYCLE.ends + timedelta(days=1),
        ends_on=CYCLE.ends + timedelta(days=1096),
        granted_on=granted_on,
    )
    for day in (granted_on, granted_on, EXPIRED_ON):
        find(day)
    assert told() == [(Occasion.RENEWED, granted_on)]


def test_a_designation_that_lapses_is_told_and_the_credential_stays(person):
    voluntary = (
        next(
            key for key, one in BOOK.categories.items() if not one.required_from and not one.former
        )
        if hasattr(next(iter(BOOK.categories.values())), "former")
        else next(key for key, one in BOOK.categories.items() if not one.required_from)
    )
    credential = make_credential(person, category=voluntary, certified_on=date(2010, 1, 5))
    Grant.objects.create(
        credential=credential,
        starts_on=date(2020, 1, 1),
        ends_on=date(2022, 12, 31),
        granted_on=date(2020, 1, 1),
    )
    make(acting("person", person))
    find(date(2023, 1, 1))
    assert told() == [(Occasion.DESIGNATION_DROPPED, date(2023, 1, 1))]


def test_what_happened_before_or_is_not_asked_for_is_not_told(person):
    make(acting("person", person), today=EXPIRED_ON + timedelta(days=1))
    make(acting("person", person), occasions=[Occasion.RENEWED], url=URL + "2")
    find(EXPIRED_ON)
    assert told() == []


def test_an_organisation_is_told_of_the_numbers_that_it_named_and_no_other(person):
    other = make_credential(person, category="CT", certified_on=CERTIFIED)
    by = acting("verifier")
    webhook = make(by, person.credential.number)
    find(EXPIRED_ON)
    assert Delivery.objects.get().credential == person.credential
    change_watches(webhook, watch=[other.number], unwatch=[person.credential.number], by=by, at=AT)
    assert [one for some in watched() for one in some] == [other.pk]
    webhook.organisation.verifies = False
    webhook.organisation.save()
    assert list(watched()) == []


def test_a_person_is_told_of_nobody_elses(person):
    stranger = make_person("Somebody Else")
    make(acting("person", stranger))
    find(EXPIRED_ON)
    assert told() == []
    with pytest.raises(Refused, match="your own"):
        make(acting("person", stranger), person.credential.number, url=URL + "2")


def employer_of(person, *, consents=True):
    """Answer an employer's actor, and a consent of somebody to it."""
    by = acting("employer")
    consent = None
    if consents:
        given = {"organisation_id": by.organisation, "person": person, "given_at": AT}
        consent = Consent.objects.create(**given)
    return by, consent


def test_an_employer_is_told_of_whoever_consents_as_long_as_they_do(person):
    other = make_person("Somebody Else")
    make_credential(other, certified_on=CERTIFIED)
    by, consent = employer_of(person)
    make(by, of_staff=True)
    assert [one for some in watched() for one in some] == [person.credential.pk]
    find(EXPIRED_ON)
    assert Delivery.objects.get().credential == person.credential
    consent.withdrawn_at = AT
    consent.save()
    assert list(watched()) == []
    owe([Happened(person.credential.pk, Occasion.RENEWED, EXPIRED_ON)], at=AT)
    assert Delivery.objects.count() == 1


def test_an_employer_that_did_not_ask_for_it_is_told_of_nobody(person):
    by, _consent = employer_of(person)
    make(by)
    find(EXPIRED_ON)
    assert told() == []


def test_who_is_watched_twice_is_told_of_once(person):
    by, _consent = employer_of(person)
    webhook = make(by, of_staff=True)
    webhook.organisation.verifies = True
    webhook.organisation.save()
    Watch.objects.create(webhook=webhook, credential=person.credential)
    find(EXPIRED_ON)
    assert len(told()) == 1


def test_a_key_gets_nothing_told_that_its_scopes_do_not_show(person):
    by, _consent = employer_of(person)
    with pytest.raises(Refused, match="names numbers"):
        make(by, person.credential.number)
    for kind in ("verifier", "person"):
        with pytest.raises(Refused, match="employer's key"):
            make(acting(kind, person if kind == "person" else None), of_staff=True)


def test_a_number_that_is_none_is_refused_whole(person):
    with pytest.raises(Refused, match="NOBODY-1"):
        make(acting("verifier"), person.credential.number, "NOBODY-1")


def test_the_same_address_again_is_the_same_webhook(person):
    by = acting("person", person)
    assert make(by) == make(by)


def test_nobody_touches_a_webhook_of_somebody_else(person):
    webhook = make(acting("person", person))
    stranger = acting("verifier")
    find(EXPIRED_ON)
    for does in (
        lambda: end_webhook(webhook, by=stranger, at=AT),
        lambda: change_watches(webhook, watch=[], unwatch=[], by=stranger, at=AT),
        lambda: tell_again(Delivery.objects.get(), by=stranger, at=AT),
        lambda: make(acting("provider")),
    ):
        with pytest.raises(Refused):
            does()


def test_what_is_not_taken_is_tried_again_and_in_the_end_given_up(person):
    make(acting("person", person))
    find(EXPIRED_ON)
    at, waits = AT, []
    for _try in range(len(WAITS) + 1):
        delivery = Delivery.objects.get()
        assert claim(delivery, at=at)
        assert not claim(delivery, at=at)  # somebody else came at the same time
        note_told(delivery, Told(503, "answered 503"), at=at)
        delivery.refresh_from_db()
        waits.append(delivery.next_at - at)
        at = delivery.next_at
    assert tuple(waits[:-1]) == WAITS
    assert (delivery.tries, delivery.given_up_at is not None) == (len(WAITS) + 1, True)
    assert due(at=at + timedelta(days=9)) == []


def test_what_was_given_up_can_be_told_again(person):
    by = acting("person", person)
    webhook = make(by)
    find(EXPIRED_ON)
    delivery = Delivery.objects.get()
    claim(delivery, at=AT)
    note_told(delivery, Told(204, ""), at=AT)
    assert due(at=AT) == []
    tell_again(delivery, by=by, at=AT)
    assert due(at=AT) == [webhook.pk]
    end_webhook(webhook, by=by, at=AT)
    assert due(at=AT) == []


def test_whoever_was_killed_while_telling_leaves_it_to_the_next(person):
    webhook = make(acting("person", person))
    find(EXPIRED_ON)
    claim(Delivery.objects.get(), at=AT)
    assert due(at=AT) == []
    assert due(at=AT + timedelta(minutes=5)) == [webhook.pk]


def test_days_that_the_worker_slept_through_are_looked_at_and_none_twice():
    today = date(2024, 5, 10)
    assert days_to_look_at(today=today) == [today]
    WatchedDay.objects.create(on_day=date(2024, 5, 7))
    assert days_to_look_at(today=today) == [date(2024, 5, day) for day in (8, 9, 10)]
    WatchedDay.objects.create(on_day=today)
    assert days_to_look_at(today=today) == []


def test_the_jobs_find_and_tell(person, monkeypatch, no_jobs):
    sent = []

    def tell(url, *, message, body, **_said):
        sent.append((url, message, body.decode()))
        return Told(200, "")

    monkeypatch.setattr(jobs, "tell", tell)
    monkeypatch.setattr(jobs.clock, "today", lambda _zone: EXPIRED_ON)
    make(acting("person", person))
    jobs.find_what_ended(0)
    jobs.find_what_was_renewed(0)
    jobs.deliver(0)
    delivery = Delivery.objects.get()
    assert jobs.deliver_to(delivery.webhook_id) == 1
    assert jobs.deliver_to(delivery.webhook_id) == 0
    [(url, message, body)] = sent
    assert (url, message) == (URL, delivery.ref)
    assert person.credential.number in body
    assert "expired" in message_of(delivery).decode()
    assert Watch.objects.count() == 0


def test_a_key_that_may_nothing_of_it_makes_no_webhook(person):
    _key, secret = make_key(person.account, label="x", scopes=["declare"], by=actor(person), at=AT)
    with pytest.raises(Refused, match="nothing of which"):
        make(bearer_of(secret, at=AT).actor)
