"""All mistakes at once: those in the shape of data, and those in its sense."""

import copy
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.policy import Mistake, Unusable, load_rulebook, read_case
from recert.policy.checking import mistakes_between
from recert.policy.decoding import decode
from recert.policy.loading import rulebook_from_bytes, shipped_rulebooks
from recert.policy.points import Points
from recert.policy.rulebook import Rulebook

BOOK = load_rulebook("ascp-international")
TEXT = shipped_rulebooks()["ascp-international"].read_text("utf-8")

CASE = {
    "program": BOOK.key,
    "category": "MLS",
    "cycle": {"starts": "2022-01-01", "ends": "2025-01-31"},
    "as_of": "2024-11-15",
    "activities": [
        {
            "id": "a1",
            "kind": "formal-course",
            "title": "A",
            "completed_on": "2023-05-04",
            "contact_hours": 240,
            "allocation": {"safety": 1, "hematology": "5.25"},
        },
        {
            "id": "a2",
            "kind": "covid-claim",
            "title": "B",
            "from": "2022-05-04",
            "to": "2022-06-04",
            "contact_hours": 1,
            "approved": True,
            "covers": ["related"],
        },
    ],
}


def places(data):
    """Yield the path of every value in plain data."""
    inner = list(enumerate(data)) if isinstance(data, list) else []
    if isinstance(data, dict):
        inner = list(data.items())
    for key, value in inner:
        yield (key,)
        yield from ((key, *rest) for rest in places(value))


def changed(data, path, value):
    damaged = copy.deepcopy(data)
    place = damaged
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return damaged


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just({"x": []}),
    st.dates(),
)
DAMAGE = st.lists(st.tuples(st.sampled_from(sorted(places(CASE), key=str)), ANYTHING), max_size=3)


@given(DAMAGE)
def test_a_damaged_case_is_read_or_refused_with_places(damage):
    data = CASE
    for path, value in damage:
        try:
            data = changed(data, path, value)
        except (LookupError, TypeError):
            continue  # an earlier change took this place away
    mistakes: list[Mistake] = []
    try:
        read_case(data)
    except Unusable as unusable:
        mistakes += unusable.mistakes
    assert len(set(mistakes)) == len(mistakes)


BOOK_DATA = tomllib.loads(TEXT)
BOOK_PLACES = sorted(places(BOOK_DATA), key=str)


@given(st.sampled_from(BOOK_PLACES), ANYTHING)
def test_damage_to_a_rulebook_is_no_crash(path, value):
    damaged = changed(BOOK_DATA, path, value)
    try:
        decoded = decode(damaged, Rulebook)
    except Unusable as unusable:
        mistakes = list(unusable.mistakes)
    else:
        mistakes = decoded.all_mistakes(mistakes_between(decoded.value))
    assert all(isinstance(mistake.message, str) and mistake.message for mistake in mistakes)


def test_a_mistake_in_shape_does_not_hide_one_in_sense():
    text = TEXT.replace("known_from = 2012", "known_from = true").replace(
        'default_area = "related"', 'default_area = "realted"'
    )
    with pytest.raises(Unusable) as unusable:
        rulebook_from_bytes(text.encode(), name="mine.toml")
    assert str(unusable.value).splitlines() == [
        "mine.toml: calendar.known_from: expected a whole number, found True",
        "mine.toml: activities.default_area: unknown area 'realted'; did you mean related?",
    ]


def test_what_was_mended_is_not_blamed_a_second_time():
    text = TEXT.replace('default_area = "related"', "default_area = 3")
    with pytest.raises(Unusable) as unusable:
        rulebook_from_bytes(text.encode(), name="mine.toml")
    assert str(unusable.value).splitlines() == [
        "mine.toml: activities.default_area: expected a text, found 3"
    ]


def test_where_a_whole_part_is_lost_nothing_is_said_of_the_rest():
    text = TEXT.replace("[areas]", "[regions]", 1)
    with pytest.raises(Unusable) as unusable:
        rulebook_from_bytes(text.encode(), name="mine.toml")
    assert [line.split(": ")[1] for line in str(unusable.value).splitlines()] == [
        "regions",
        "areas",
    ]


def test_points_that_are_points_already_stay_what_they_are():
    assert Points.parse(Points(125)) == Points(125)
