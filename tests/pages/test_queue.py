"""All that waits in one list; who looks after what, notes, and letters that came back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recert.casework.actions.appeals import send_appeal
from recert.declarations.actions.audits import send_documents
from recert.declarations.actions.decisions import withdraw_declaration
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.models import Audit, Declaration
from recert.desk import queue as desk
from recert.desk.sources import PAGES, SOURCES, kind_words
from recert.journal.models import Event, Notice
from recert.payments.actions.refunds import ask_refund
from recert.payments.models import Refund
from recert.payments.queries import paying_attempt
from recert.people.queries import actor_of
from recert.policy.permissions import GRANTS, Actor, Permission, Role
from recert.policy.refusals import Refused
from recert.queue.actions import take_matter
from recert.queue.models import Assignment, Note
from recert.queue.queries import subject_seen_by
from tests.asking import appeal_after, audit_not_passed, begin, send, with_file
from tests.declarations.test_audits import AUDITOR
from tests.declaring import (
    BOOK,
    at,
    certified_for,
    declared,
    earn_everything,
    letter_that_came_back,
)
from tests.making import actor, make_account, make_credential, make_person
from tests.signing import ask, make_claim, sign

pytestmark = pytest.mark.django_db

TODAY = date(2024, 12, 2)
QUEUE = "/desk/queue"


@pytest.fixture(autouse=True)
def day_of_the_board(monkeypatch):
    zone = ZoneInfo(BOOK.calendar.time_zone.value)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=zone)
    monkeypatch.setattr("recert.clock.now", lambda: noon)


@pytest.fixture
def reviewer(client):
    client.account = make_account("rita@example.org", staff=[Role.REVIEWER])
    client.force_login(client.account)
    return client


def colleague(email="nora@example.org", *roles):
    other = Client()
    other.account = make_account(email, staff=roles or [Role.REVIEWER])
    other.force_login(other.account)
    return other


def audited(*, on=TODAY, name="Au Dited"):
    declaration = declared(on=on, name=name)
    by, person = AUDITOR, actor(declaration.credential.person)
    audit = select_for_audit(declaration.pk, because="By hand.", today=on, by=by, at=at(on))
    return send_documents(audit.pk, today=on, by=person, at=at(on))


def failed_refund(declaration):
    attempt = paying_attempt(declaration.order)
    assert attempt
    return Refund.objects.create(
        attempt=attempt,
        state="failed",
        amount=10,
        because="Paid twice.",
        asked_by="Finn",
        asked_at=at(TODAY),
        settled_at=at(TODAY),
        failure="No.",
    )


def slip(ref):
    return reverse("desk:matter", args=[ref])


def page_of(declaration):
    return reverse("desk:declaration", args=[declaration.ref])


def names(answer):
    return [row.name for row in answer.context["rows"]]


def said(answer):
    return [str(one) for one in answer.context["messages"]]


# The list


def test_each_kind_has_a_page_words_a_prefix_of_its_own_and_somebody_who_decides():
    kinds = [one.kind for one in SOURCES]
    assert set(kinds) == set(PAGES) == set(kind_words())
    assert len({one.prefix for one in SOURCES}) == len(kinds)
    for one in SOURCES:
        assert any(one.needs in granted for granted in GRANTS.values())
        assert all(one.sees in granted for granted in GRANTS.values() if one.needs in granted)


def test_everybody_sees_the_kinds_about_which_they_decide(client):
    letter_that_came_back(declared(on=TODAY, name="De Clared").credential.person)
    audited(on=TODAY - timedelta(days=3))
    failed_refund(declared(on=TODAY, name="Re Funded"))
    seen = {}
    for role in [Role.REVIEWER, Role.AUDITOR, Role.REGISTRAR, Role.FINANCE, Role.ADMINISTRATOR]:
        client.force_login(make_account(staff=[role]))
        answer = client.get(QUEUE)
        seen[role] = [(row.kind, row.name) for row in answer.context["rows"]]
        assert {row.kind for row in answer.context["rows"]} == {
            word for _kind, word, waiting, _over in answer.context["tallies"] if waiting
        }
    assert seen == {
        Role.REVIEWER: [("Declaration", "De Clared"), ("Declaration", "Re Funded")],
        Role.AUDITOR: [("Audit", "Au Dited")],
        Role.REGISTRAR: [("Letter", "De Clared")],
        Role.FINANCE: [("Refund", "Re Funded")],
        Role.ADMINISTRATOR: [],
    }


def test_what_is_due_first_comes_first_of_all_kinds_together(client):
    declared(on=TODAY, name="Due Later")
    audited(on=TODAY - timedelta(days=3))
    over = declared(on=TODAY - timedelta(days=20), name="Due Before")
    Declaration.objects.filter(pk=over.pk).update(due_on=TODAY - timedelta(days=5))
    client.force_login(make_account(staff=[Role.REVIEWER, Role.AUDITOR]))
    answer = client.get(QUEUE)
    assert names(answer) == ["Due Before", "Au Dited", "Due Later"]
    first, second, third = answer.context["rows"]
    assert (first.over, first.waited) == (2, 13)  # Thanksgiving and Veterans Day are none
    assert (second.due, second.since, second.waited) == (None, date(2024, 11, 29), 1)
    assert (third.left, third.over) == (30, None)
    assert "2 business days over" in answer.text
    assert [one[2:] for one in answer.context["tallies"]] == [(2, 1), (1, 0), (0, 0), (0, 0)]


def test_filters_are_in_the_address(client):
    account = make_account(staff=[Role.REVIEWER, Role.AUDITOR])
    client.force_login(account)
    waits, over = declared(on=TODAY, name="Waits Whole"), declared(on=TODAY, name="Over Due")
    Declaration.objects.filter(pk=over.pk).update(due_on=TODAY - timedelta(days=1))
    audited(name="Au Dited")
    client.post(slip(waits.ref), {"take": "yes"})
    both, category = ["Over Due", "Au Dited", "Waits Whole"], waits.credential.category
    shown = {
        "kind=audit": ["Au Dited"],
        "kind=letter": both,  # which is not theirs to choose
        "late=overdue": ["Over Due"],
        "whose=mine": ["Waits Whole"],
        "whose=nobodys": ["Over Due", "Au Dited"],
        f"category={category}": both,
        "category=PBT": [],
        "whose=nonsense": both,
        "after=nonsense%00": both,
        "after=DE-0000-0000-0000": both,
        "kind=declaration&whose=nobodys": ["Over Due"],
    }
    assert {query: names(client.get(f"{QUEUE}?{query}")) for query in shown} == shown


@pytest.mark.parametrize("query", ["", "kind=declaration"])
def test_page_after_page_shows_each_once(client, monkeypatch, query):
    monkeypatch.setattr(desk, "PER_PAGE", 2)
    for number in range(3):
        declared(on=TODAY - timedelta(days=number // 2), name=f"Number {number}")
        audit = audited(on=TODAY, name=f"Audited {number}")
        due = Declaration.objects.order_by("due_on").first().due_on
        Audit.objects.filter(pk=audit.pk).update(sent_on=due)  # of one day, and of two kinds
    client.force_login(make_account(staff=[Role.REVIEWER, Role.AUDITOR]))
    whole = [row.ref for row in client.get(f"{QUEUE}?{query}&after=").context["rows"]]
    seen, after = [], ""
    for _page in range(5):
        answer = client.get(f"{QUEUE}?{query}&after={after}")
        seen += [row.ref for row in answer.context["rows"]]
        after = answer.context["after"]
        if not after:
            break
    assert whole == seen[:2]
    waiting = {*Declaration.objects.filter(state="submitted").values_list("ref", flat=True)}
    audits = set() if query else {*Audit.objects.values_list("ref", flat=True)}
    assert len(seen) == len(set(seen))
    assert set(seen) == waiting | audits


def test_the_queue_asks_as_often_for_one_as_for_many(client):
    client.force_login(make_account(staff=[Role.REVIEWER, Role.AUDITOR, Role.REGISTRAR]))

    def counted(path):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    first = declared(on=TODAY)
    declared(on=TODAY)
    client.post(slip(first.ref), {"take": "yes"})
    one = {path: counted(path) for path in (QUEUE, "/desk/", f"{QUEUE}?after={first.ref}")}
    for number in range(4):
        audit = audited(name=f"Number {number}")
        letter_that_came_back(audit.declaration.credential.person)
        another = declared(on=TODAY)
        client.post(slip(another.ref), {"take": "yes"})
    assert {path: counted(path) for path in one} == one
    assert max(one.values()) < 16


# Who looks after what


def test_one_looks_after_something_and_gives_it_back(reviewer):
    declaration = declared(on=TODAY)
    answer = reviewer.post(slip(declaration.ref) + "?from=queue", {"take": "yes"})
    assert answer.url == page_of(declaration) + "?from=queue"
    assert reviewer.get(QUEUE).context["rows"][0].mine
    assert "<strong>You</strong> look after this" in reviewer.get(page_of(declaration)).text
    assert colleague().get(QUEUE).context["rows"][0].holder == "rita@example.org"
    reviewer.post(slip(declaration.ref), {"release": "yes"})
    assert "Nobody looks after this yet" in reviewer.get(page_of(declaration)).text
    kinds = Event.objects.filter(about=declaration.credential.person.ref, kind__startswith="matter")
    assert [one.kind for one in kinds.order_by("id")] == ["matter.taken", "matter.released"]
    assert all(one.facts["on"] == declaration.ref for one in kinds)
    answer = reviewer.post(slip(declaration.ref), {"release": "yes"}, follow=True)
    assert "It is not you who looks after it" in said(answer)[0]


def test_of_two_one_is_told_of_the_other_and_may_take_over(reviewer):
    declaration, other = declared(on=TODAY), colleague()
    reviewer.post(slip(declaration.ref), {"take": "yes"})
    reviewer.post(slip(declaration.ref), {"take": "yes"})  # twice is once
    answer = other.post(slip(declaration.ref), {"take": "yes"}, follow=True)
    assert "rita@example.org looks after it already" in said(answer)[0]
    assert "<strong>rita@example.org</strong> looks after this since" in answer.text
    assert Assignment.objects.count() == 1
    other.post(slip(declaration.ref), {"take-over": "yes"})
    assert Assignment.objects.get(ended_at=None).name == "nora@example.org"
    assert Assignment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_takes_it():
    declaration = declared(on=TODAY)
    accounts = [make_account(staff=[Role.REVIEWER]) for _each in range(4)]

    def take(account):
        by = actor_of(account)
        try:
            subject = subject_seen_by(by, declaration.ref, SOURCES)
            return take_matter(subject, by=by, at=at(TODAY)).account_ref == account.ref
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, accounts))
    assert sorted(taken, key=str) == [True, *["taken-already"] * 3]
    assert Event.objects.filter(kind="matter.taken").count() == 1


def test_it_is_handed_over_only_to_who_may_decide(reviewer):
    declaration, nora = declared(on=TODAY), colleague()
    finance = colleague("finn@example.org", Role.FINANCE)
    answer = reviewer.get(slip(declaration.ref))
    assert "nora@example.org" in answer.text
    assert "finn@example.org" not in answer.text
    to = {"hand-over": "yes", "to": finance.account.ref}
    assert reviewer.post(slip(declaration.ref), to).status_code == 422
    to = {"hand-over": "yes", "to": nora.account.ref, "because": "On leave."}
    answer = reviewer.post(slip(declaration.ref), to, follow=True)
    assert said(answer) == ["nora@example.org looks after it now."]
    assert Event.objects.get(kind="matter.handed-over").because == "On leave."
    assert nora.get(QUEUE + "?whose=mine").context["rows"][0].ref == declaration.ref


def test_nobody_looks_after_their_own_and_who_only_sees_takes_nothing(client):
    declaration = declared(on=TODAY)
    account = declaration.credential.person.account
    account.staff_roles.create(role=Role.REVIEWER)
    account.authenticator_set.create(type="totp", data={"secret": "invented"})
    client.force_login(account)
    assert client.get(QUEUE).context["rows"][0].own
    answer = client.post(slip(declaration.ref), {"take": "yes"}, follow=True)
    assert "Somebody else must look after" in said(answer)[0]
    other = colleague()
    to = {"hand-over": "yes", "to": account.ref}
    answer = other.post(slip(declaration.ref), to, follow=True)
    assert "may not decide about this" in said(answer)[0]
    finance = colleague("finn@example.org", Role.FINANCE)
    answer = finance.post(slip(declaration.ref), {"take": "yes"}, follow=True)
    assert "You are not allowed" in said(answer)[0]
    registrar = colleague("reg@example.org", Role.REGISTRAR)
    assert registrar.get(slip(declaration.ref)).status_code == 404
    assert not Assignment.objects.exists()


def test_who_decides_what_somebody_else_looks_after_is_told_first(reviewer):
    declaration, other = declared(on=TODAY), colleague()
    other.post(slip(declaration.ref), {"take": "yes"})
    held = Assignment.objects.get()
    lacks = {"because": "No.", "decide": "send"}
    for path, typed in ((page_of(declaration) + "/approve", {}), (page_of(declaration), lacks)):
        answer = reviewer.post(path, typed)
        assert answer.status_code == 200
        assert "nothing was decided yet" in said(answer)[0]
        assert f'name="told" value="{held.ref}"' in answer.text
        assert Declaration.objects.get().state == "submitted"
    answer = reviewer.post(page_of(declaration) + "/approve", {"told": held.ref})
    assert answer.status_code == 302
    assert Declaration.objects.get().state == "approved"
    held.refresh_from_db()
    assert held.ended_at is not None


def test_who_decides_an_audit_of_somebody_else_is_told_first(client):
    audit = audited()
    ada, other = (
        colleague("ada@example.org", Role.AUDITOR),
        colleague("b@example.org", Role.AUDITOR),
    )
    other.post(slip(audit.ref), {"take": "yes"})
    for item in audit.items.all():
        judge = reverse("desk:judge", args=[audit.ref, item.pk])
        ada.post(judge, {"verdict": "accepted", "documented": "", "note": ""})
    path = reverse("desk:decide-audit", args=[audit.ref])
    assert "looks after this" in ada.post(path, {"outcome": "passed"}).text
    audit.refresh_from_db()
    assert audit.state == "sent"
    told = Assignment.objects.get().ref
    assert ada.post(path, {"outcome": "passed", "told": told}).status_code == 302
    assert not Assignment.objects.filter(ended_at=None).exists()


def decide_deficient(client, declaration):
    client.post(page_of(declaration), {"because": "No.", "decide": "send"})


def decide_approve(client, declaration):
    client.post(page_of(declaration) + "/approve")


def take_back(client, declaration):
    by = actor(declaration.credential.person)
    withdraw_declaration(declaration.pk, today=TODAY, by=by, at=at(TODAY))


def put_under_audit(client, declaration):
    select_for_audit(declaration.pk, because="So.", today=TODAY, by=AUDITOR, at=at(TODAY))


@pytest.mark.parametrize("end", [decide_deficient, decide_approve, take_back, put_under_audit])
def test_nobody_looks_after_what_is_decided(reviewer, end):
    declaration = declared(on=TODAY)
    reviewer.post(slip(declaration.ref), {"take": "yes"})
    end(reviewer, declaration)
    assert not Assignment.objects.filter(ended_at=None).exists()
    answer = reviewer.post(slip(declaration.ref), {"take": "yes"}, follow=True)
    assert "does not wait any more" in said(answer)[-1]


def test_after_a_decision_the_next_one_of_the_filter_comes(reviewer):
    first = declared(on=TODAY - timedelta(days=9), name="First One")
    second, third = declared(on=TODAY, name="Second One"), declared(on=TODAY, name="Third One")
    fourth, other = declared(on=TODAY, name="Fourth One"), colleague()
    other.post(slip(third.ref), {"take": "yes"})
    row = reviewer.get(f"{QUEUE}?kind=declaration").context["rows"][1]
    assert row.address == f"{page_of(second)}?kind=declaration&from=queue"
    back = f'href="{QUEUE}?kind=declaration"'
    assert back in reviewer.get(row.address).text
    path, query = row.address.split("?")
    answer = reviewer.post(f"{path}/approve?{query}")  # not to what Nora looks after
    assert answer.url == f"{page_of(fourth)}?{query}"
    answer = reviewer.post(f"{page_of(fourth)}/approve?{query}")
    assert answer.url == f"{page_of(first)}?{query}"
    answer = reviewer.post(f"{page_of(first)}/approve?{query}")
    assert answer.url == f"{QUEUE}?kind=declaration"
    last = other.post(f"{page_of(third)}/approve?whose=mine&from=queue")
    assert last.url == f"{QUEUE}?whose=mine"


# Of every kind


def an_appeal():
    person = make_person("Ap Peals")
    credential = make_credential(person, certified_on=certified_for(TODAY))
    earn_everything(person, credential, on=TODAY)
    made = appeal_after(audit_not_passed(credential, on=TODAY), on=TODAY)
    by = actor(person)
    return send_appeal(made.pk, today=TODAY, by=by, at=at(TODAY)), {
        "outcome": "granted",
        "because": "As shown.",
    }


def a_request():
    person = make_person("Re Quests")
    begun = begin(person, "name-change", on=TODAY)
    with_file(begun, person, on=TODAY)
    return send(begun, on=TODAY), {"refuse": "yes", "because": "It shows another name."}


def a_claim():
    person = make_person("Cl Aims")
    return sign(ask(make_claim(person))), {"approve": "yes"}


def a_refund():
    declaration = declared(on=TODAY, name="Re Funds")
    charge = paying_attempt(declaration.order)
    assert charge
    by = Actor(ref="AN-X", name="Finn", roles=frozenset({Role.FINANCE}))
    made = ask_refund(charge.pk, amount=Decimal(5), because="So.", by=by, at=at(TODAY))
    return made, {"because": "It was not twice."}


@pytest.mark.parametrize("make", [an_appeal, a_request, a_claim, a_refund])
def test_of_every_kind_somebody_looks_after_it_is_told_and_decides(client, make):
    made, decides = make()
    source = next(one for one in SOURCES if made.ref.startswith(one.prefix))
    role = next(role for role in sorted(GRANTS) if source.needs in GRANTS[role])
    client.force_login(make_account("first@example.org", staff=[role]))
    other = colleague("other@example.org", role)
    row = next(one for one in client.get(QUEUE).context["rows"] if one.ref == made.ref)
    other.post(slip(made.ref), {"take": "yes"})
    text = client.get(row.address).text
    assert "<strong>other@example.org</strong> looks after this" in text
    held = Assignment.objects.get(subject=made.ref)
    assert f'name="told" value="{held.ref}"' in text
    answer = client.post(row.address, decides)
    assert "nothing was decided yet" in said(answer)[-1]
    before = made.state
    made.refresh_from_db()
    assert made.state == before
    answer = client.post(row.address, decides | {"told": held.ref})
    assert answer.url == QUEUE
    held.refresh_from_db()
    assert held.ended_at is not None


def test_what_must_be_left_to_others_is_not_in_the_list(client):
    appeal, _typed = an_appeal()
    refund, _typed = a_refund()
    account = make_account(staff=[Role.FINANCE, Role.REVIEWER])
    client.force_login(account)

    def seen():
        answer = client.get(QUEUE)
        counted = {kind: waiting for kind, _word, waiting, _over in answer.context["tallies"]}
        refs = {row.ref for row in answer.context["rows"]} & {appeal.ref, refund.ref}
        assert len(refs) == counted["appeal"] + counted["refund"]
        return refs

    assert seen() == {appeal.ref, refund.ref}
    Refund.objects.update(asked_by_ref=account.ref)
    assert seen() == {appeal.ref}
    Audit.objects.update(judged_by=account.ref)
    assert seen() == set()


# Notes


def test_notes_are_kept_for_staff_alone(reviewer):
    declaration = declared(on=TODAY)
    text = "Called her: <b>the</b> certificate\nis on its way."
    answer = reviewer.post(slip(declaration.ref), {"note": "yes", "text": text}, follow=True)
    assert "Called her: &lt;b&gt;the&lt;/b&gt; certificate<br>is on its way." in answer.text
    assert "rita@example.org" in answer.text
    assert reviewer.post(slip(declaration.ref), {"note": "yes", "text": " "}).status_code == 422
    event = Event.objects.get(kind="note.written")
    assert text not in str(event.facts) + event.because
    person = declaration.credential.person
    client = Client()
    client.force_login(person.account)
    shown = client.get(reverse("portal:declaration", args=[declaration.ref])).text
    assert "Called her" not in shown
    assert "note" not in shown.lower().partition("<main")[2].replace("notes", "")
    Note.objects.get()


def test_a_note_can_be_written_on_what_is_decided(reviewer):
    audit = audited()
    auditor = colleague("ada@example.org", Role.AUDITOR)
    Audit.objects.update(state="passed", ended_on=TODAY)
    auditor.post(slip(audit.ref), {"note": "yes", "text": "Well done."})
    text = reviewer.get(reverse("desk:audit", args=[audit.ref])).text
    assert "Well done." in text
    assert "I look after it" not in text


def test_a_note_never_changes_but_its_words_can_be_erased(reviewer):
    declaration = declared(on=TODAY)
    reviewer.post(slip(declaration.ref), {"note": "yes", "text": "Hm."})
    for change in (lambda one: one.update(text="Better."), lambda one: one.delete()):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change(Note.objects.all())
    Note.objects.update(text="", by="")
    assert reviewer.get(page_of(declaration)).status_code == 200


# Letters that came back


@pytest.fixture
def registrar(client):
    client.force_login(make_account("reg@example.org", staff=[Role.REGISTRAR]))
    return client


def test_a_letter_that_came_back_is_sent_again_to_the_address_on_record(registrar):
    person = declared(on=TODAY).credential.person
    notice = letter_that_came_back(person)
    (row,) = registrar.get(QUEUE).context["rows"]
    assert row.address == f"/desk/letters/{notice.ref}?from=queue"
    text = registrar.get(row.address).text
    assert "550 nobody is called so here" in text
    person.email = "new@example.org"
    person.save()
    answer = registrar.post(row.address, {"again": "yes"}, follow=True)
    assert answer.redirect_chain[-1][0] == QUEUE
    assert "on its way to new@example.org" in said(answer)[0]
    notice.refresh_from_db()
    assert (notice.to, notice.failed_at) == ("new@example.org", None)
    assert Event.objects.get(kind="letter.sent-again").by == "reg@example.org"
    assert registrar.post(row.address, {"again": "yes"}).status_code == 409


def test_without_an_address_it_stays_until_something_else_was_done(registrar):
    person = declared(on=TODAY).credential.person
    notice = letter_that_came_back(person)
    person.account, person.email = None, ""
    person.save()
    path = reverse("desk:letter", args=[notice.ref])
    assert "There is no address on record" in registrar.get(path).text
    assert registrar.post(path, {"again": "yes"}).status_code == 409
    assert registrar.post(path, {"settle": "yes", "because": ""}).status_code == 422
    answer = registrar.post(path, {"settle": "yes", "because": "Called."})
    assert answer.url == QUEUE
    assert Event.objects.get(kind="letter.settled").because == "Called."
    assert registrar.get(QUEUE).context["rows"] == []
    assert Notice.objects.get(pk=notice.pk).settled_at is not None
    assert "Take it off the list" not in registrar.get(path).text


def test_letters_are_read_by_who_looks_records_up_and_sent_by_who_keeps_them(reviewer):
    notice = letter_that_came_back(declared(on=TODAY).credential.person)
    assert Permission.KEEP_RECORDS not in GRANTS[Role.REVIEWER]
    path = reverse("desk:letter", args=[notice.ref])
    assert "Send it again" not in reviewer.get(path).text
    assert reviewer.post(path, {"again": "yes"}).status_code == 403
    assert reviewer.post(path, {"settle": "yes", "because": "No."}).status_code == 403
    reviewer.post(slip(notice.ref), {"take": "yes"})
    assert not Event.objects.filter(kind__startswith="letter.").exists()
    assert not Assignment.objects.exists()
