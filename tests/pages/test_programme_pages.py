"""The public pages of the programme say what the rules do, and change when a rule does (PER-5)."""

import re
from datetime import date

import msgspec
import pytest
from django.urls import reverse
from django.utils.html import escape

from recert import board, clock
from recert.policy import load_rulebook
from recert.policy.cycles import first_cycle
from tests.making import BOOK
from tests.pages.test_every_form import HOSTILE
from tests.policy.test_second_programme import HARBOUR

pytestmark = pytest.mark.django_db

NAMES = (
    "programme",
    *(
        f"programme-{one}"
        for one in ("requirements", "activities", "fees", "declaring", "questions", "rules")
    ),
)


@pytest.fixture
def serve(monkeypatch):
    """Run the pages for another programme than the shipped one."""

    def use(book):
        for name, module in list(__import__("sys").modules.items()):
            if name.startswith("recert") and hasattr(module, "the_rulebook"):
                monkeypatch.setattr(module, "the_rulebook", lambda: book)

    return use


def text_of(client, name, **query):
    answer = client.get(reverse(f"portal:{name}"), query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.mark.parametrize("name", [*NAMES, "need"])
@pytest.mark.parametrize("book", [BOOK, HARBOUR], ids=["shipped", "harbour"])
def test_each_page_is_made_of_any_rulebook(client, serve, name, book):
    serve(book)
    text = text_of(client, name)
    assert book.board in text
    if book is HARBOUR:
        assert "ASCP" not in text


def changed(**values):
    return msgspec.structs.replace(BOOK, **values)


def test_a_changed_requirement_changes_the_page(client, serve):
    before = text_of(client, "programme-requirements")
    needed = BOOK.requirements["technologist"]
    last = needed.total.steps[-1]
    total = msgspec.structs.replace(
        needed.total,
        steps=(
            *needed.total.steps,
            msgspec.structs.replace(last, from_=date(2031, 1, 1), value=last.value + 700),
        ),
    )
    other = msgspec.structs.replace(needed, total=total)
    serve(changed(requirements=BOOK.requirements | {"technologist": other}))
    after = text_of(client, "programme-requirements")
    assert "43" in after
    assert "2031" in after
    assert "43" not in before


def test_the_changes_of_2023_and_2024_are_seen(client):
    text = text_of(client, "programme-requirements")
    assert "until December 31, 2022" in text
    assert "until December 31, 2023" in text
    assert "from January 1, 2024" in text


def test_a_changed_fee_changes_the_table_and_the_answers(client, serve):
    fee = BOOK.fees["reinstatement"]
    step = msgspec.structs.replace(fee.steps[0], amount="131.00")
    dearer = msgspec.structs.replace(fee, steps=(step,))
    for name in ("programme-fees", "programme-questions"):
        assert "125.00 USD" in text_of(client, name)
    serve(changed(fees=BOOK.fees | {"reinstatement": dearer}))
    for name in ("programme-fees", "programme-questions"):
        assert "131.00 USD" in text_of(client, name)
        assert "125.00" not in text_of(client, name)


def test_a_changed_limit_changes_what_an_activity_is_worth(client, serve):
    key, kind = next((k, one) for k, one in BOOK.kinds.items() if one.caps and one.caps[0].points)
    cap = msgspec.structs.replace(kind.caps[0], points=7700)
    serve(changed(kinds=BOOK.kinds | {key: msgspec.structs.replace(kind, caps=(cap,))}))
    assert "77 points" in text_of(client, "programme-activities")


def test_every_rule_and_every_kind_with_its_documents_is_told(client):
    rules, kinds = text_of(client, "programme-rules"), text_of(client, "programme-activities")
    for key, rule in BOOK.rules.items():
        assert key in rules
        assert str(escape(rule.text)) in rules.replace("&#x27;", "&#x27;")
    for kind in BOOK.kinds.values():
        assert str(escape(kind.title)) in kinds
        for document in kind.documents:
            assert str(escape(BOOK.documents[document].title)) in kinds


def test_the_list_of_providers_is_partial_and_says_so(client):
    text = text_of(client, "programme-questions")  # PER-4
    assert all(str(escape(one.name)) in text for one in BOOK.providers)
    assert "Others are welcome" in text


def test_an_answer_with_an_unknown_place_is_a_mistake_of_the_rulebook(tmp_path):
    text = (
        (board.Path(load_rulebook.__globals__["__file__"]).parents[1] / "rulebook")
        .joinpath("ascp-international.toml")
        .read_text("utf-8")
    )
    file = tmp_path / "broken.toml"
    file.write_text(text.replace("{fees.application}", "{fees.aplication}"), "utf-8")
    with pytest.raises(Exception, match=r"fees\.aplication"):
        load_rulebook(file)


def test_the_dates_are_those_of_the_engine(client, today):
    cycle = first_cycle(BOOK, certified_on=today)
    assert f"{cycle.ends:%B} {cycle.ends.day}, {cycle.ends.year}" in text_of(client, "programme")


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_nothing_that_is_asked_breaks_the_calculator(client, what):
    said = HOSTILE[what]
    good = {"category": "MLS", "expires": "2026-12-31"}
    for query in (
        {"category": said},
        good | {"expires": said},
        good | {"rows": said},
        *(
            good | {"0-kind": "book", f"0-{name}": said}
            for name in ("kind", "amount", "earned", "area", "on")
        ),
    ):
        answer = client.get(reverse("portal:need"), query)
        assert answer.status_code in {200, 422}
        assert b"<img src=x" not in answer.content
