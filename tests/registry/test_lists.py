"""Lists of badges that hold no more: who reads them from either end sees the same."""

import gzip
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.registry.badges.lists import LENGTH, draw_place, is_set, written

PLACES = st.sets(
    st.integers(0, LENGTH // 2 - 1).map(lambda one: one // 4 * 8 + one % 4), max_size=9
)


@given(PLACES)
def test_those_that_are_set_are_set_and_no_others(places):
    text = written(places)
    near = {one + step for one in places for step in (-8, -1, 0, 1, 8)} | {0, 1, LENGTH - 5}
    for one in near:
        if 0 <= one < LENGTH and one % 8 < 4:
            assert is_set(text, one) == (one in places)


@given(PLACES)
def test_whoever_counts_the_bits_of_a_byte_from_its_other_end_sees_the_same(places):
    text = written(places)
    bits = gzip.decompress(urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    for one in [*places, 0, 3, 8]:
        byte, bit = divmod(one, 8)
        assert bool(bits[byte] >> bit & 1) == is_set(text, one)


def test_a_place_is_drawn_at_random_where_there_is_one_left():
    free = 8 * 77 + 3
    taken = {one for one in range(LENGTH) if one % 8 < 4} - {free}
    assert draw_place(taken) == free
    assert len({draw_place(()) for _ in range(40)}) > 30
    assert all(draw_place(()) % 8 < 4 for _ in range(40))


def test_a_list_is_long_enough_to_hide_in():
    assert LENGTH == 16 * 1024 * 8  # as the standard asks


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("H4sI", "after a u"),
        ("u!!!", "cut short"),
        ("uAAAA", "unpacked"),
        (written([])[:-9], "cut short"),
    ],
)
def test_a_list_that_is_none_is_said_to_be_none(text, says):
    with pytest.raises(ValueError, match=says):
        is_set(text, 0)


@pytest.mark.parametrize("place", [-1, LENGTH])
def test_a_place_that_is_not_there_is_not_read(place):
    with pytest.raises(ValueError, match="places"):
        is_set(written([]), place)
