"""Badges inside of pictures: what others find there, and what is said of those that are damaged."""

import json
from contextlib import suppress
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recert.board import the_rulebook
from recert.policy.standing import Title
from recert.registry.badges.baking import CREDENTIAL, bake_png, bake_svg
from recert.registry.badges.drawing import picture_of
from recert.registry.badges.reading import Unreadable, document_in

BOOK = the_rulebook()
CATEGORY = next(iter(BOOK.categories))
SVG = '<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg">\n<path d="M0 0"/></svg>'


def drawn(form):
    return picture_of(BOOK, CATEGORY, Title("MLS(ASCPi)", "CM"), until=None, form=form)


def png():
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    return file.getvalue()


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")))


@given(TEXTS)
def test_what_was_baked_comes_out(text):
    said = json.dumps({"name": text, "]]>": "]]>"}, ensure_ascii=False)
    assert document_in(bake_png(png(), said)) == json.loads(said)
    assert document_in(bake_svg(SVG, said).encode()) == json.loads(said)


def test_others_find_it_in_the_png():
    baked = bake_png(drawn("png"), '{"a": "ᶜᴹ"}')
    picture = Image.open(BytesIO(baked))
    picture.load()
    assert picture.text["openbadgecredential"] == '{"a": "ᶜᴹ"}'
    assert picture.size == (803, 803)


def test_others_find_it_in_the_svg():
    baked = bake_svg(drawn("svg").decode(), '{"a": "<&>"}')
    first = ET.fromstring(baked)[0]  # noqa: S314  # our own
    assert (first.tag, first.text) == (CREDENTIAL, '{"a": "<&>"}')


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (png(), "no badge is inside"),
        (png()[:-14], "PNG: damaged at byte"),
        (png()[:30], "PNG: "),
        (bake_png(png(), '{"a": 1}').replace(b'"a": 1', b'"a": 2'), "damaged at byte"),
        (bake_png(png(), "{nonsense"), "line 1, column 2"),
        (SVG.encode(), "SVG: it has no element"),
        (b"<svg", "SVG: it cannot be read"),
        (BOMB.encode(), "document type"),
        (b'{"a": 1, "a": 2}', "a stands twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b"[1]", "expected an object"),
        (b'{"a": 1', "line 1, column 8"),
        (b"\xff\xfe", "neither JSON nor a PNG nor an SVG"),
        (b"[" * 100_000, "nested too deep"),
        (b" " * 20_000_001, "more than"),
    ],
    ids=range(15),
)
def test_what_cannot_be_read_is_said_with_its_place(content, says):
    with pytest.raises(Unreadable, match=says):
        document_in(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    for content in (data, png()[:33] + data, b"<svg>" + data):
        with suppress(Unreadable):
            document_in(content)
