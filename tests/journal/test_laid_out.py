"""A letter laid out: its HTML says what its text says, and what people type stays text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.journal.laid_out import FOOT, Part, html_of, laid_out
from recert.journal.letters import letter_of
from recert.journal.notices import NOTICES
from recert.journal.samples import sample_notice, samples
from tests.journal.letters import AMINA, AT, owe

pytestmark = pytest.mark.usefixtures("settings")

OURS = "http://localhost:8000"
KINDS = sorted(kind for kind, told in NOTICES.items() if told)


class Words(HTMLParser):
    """What a reader of HTML sees, and where its links lead."""

    def __init__(self):
        super().__init__()
        self.words, self.links, self.hidden = [], [], 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"])
        if tag in {"style", "title"} or given.get("aria-hidden"):
            self.hidden += 1

    def handle_endtag(self, tag):
        if self.hidden and tag in {"style", "title", "div"}:
            self.hidden -= 1

    def handle_data(self, data):
        if not self.hidden:
            self.words += data.split()


def seen(html):
    parser = Words()
    parser.feed(html)
    return parser


def bare(words):
    """Answer words without what only lays them out: dashes of lists, and colons before links."""
    return [word.rstrip(":") for word in words if word not in {"-", "--"}]


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_of_a_letter_says_what_its_text_says(kind):
    letter = letter_of(sample_notice(kind, reader=AMINA, at=AT))
    html = seen(letter.html)
    assert set(bare(letter.text.split())) <= set(bare(html.words))
    extra = set(bare(html.words)) - set(bare(letter.text.split()))
    assert extra <= set(bare(letter.subject.split()))
    addresses = [line for line in letter.text.splitlines() if line.startswith(OURS)]
    assert set(html.links) == set(addresses)


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_of_a_letter_runs_and_loads_nothing(kind):
    html = letter_of(sample_notice(kind, reader=AMINA, at=AT)).html
    assert re.findall(r"<script|<img|<link|<iframe|<form|url\(|@import|\son\w+=", html) == []
    assert '<html lang="en" dir="ltr">' in html
    assert "style=" in html  # within, since many mail programs read no others


def test_each_letter_has_a_sample_and_no_other():
    assert sorted(samples()) == KINDS


def test_a_letter_falls_into_its_parts():
    text = (
        "Dear Amina,\n\nIt lacks:\n- one\n- two\nSee it:\n"
        f"{OURS}/declarations/DE\n\nRegards,\nThe Board\n\n{FOOT}\nYou get it because.\n"
    )
    found = laid_out(text)
    assert found.body == (
        Part("text", ("Dear Amina,",)),
        Part("text", ("It lacks:",)),
        Part("list", ("one", "two")),
        Part("link", ("See it",), f"{OURS}/declarations/DE"),
        Part("text", ("Regards,", "The Board")),
    )
    assert found.foot == (Part("text", ("You get it because.",)),)
    assert found.glance == "It lacks:"


@pytest.mark.parametrize(
    "line",
    [
        "https://example.org/login",
        "http://localhost:8000.example.org/",
        "javascript:alert(1)",
        f"{OURS}/sign/…",
        f"see {OURS}/dashboard",
        f"{OURS}/a b",
    ],
)
def test_no_other_address_becomes_a_link(line):
    assert seen(html_of("A letter", f"Dear Amina,\n\n{line}\n")).links == []


@pytest.mark.django_db
@pytest.mark.usefixtures("no_jobs")
def test_what_was_typed_is_text_in_html_too():
    typed = '<img src=x onerror=alert(1)> & "more" {{ name }}\n- </li><script>'
    html = letter_of(owe("declaration.deficient", because=typed, credential="A<b>B")).html
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp;" in html


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_no_word_of_a_text_is_lost(text):
    found = laid_out(text)
    lines = [line for part in (*found.body, *found.foot) for line in (*part.lines, part.address)]
    assert sorted("".join(lines).replace("-", "").split()) == sorted(
        text.replace("-", "").replace(":", ":").split()
    )
