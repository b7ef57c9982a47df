"""Templates: every word can be translated, nothing runs or is styled in a line."""

import re
from pathlib import Path

import pytest

import recert

FOLDER = Path(recert.__file__).parent / "templates"
TEMPLATES = sorted([*FOLDER.rglob("*.html"), *FOLDER.rglob("*.txt")])
WHEN_NOTHING_WORKS = {FOLDER / "400.html", FOLDER / "500.html"}  # without Django, so untranslated
NAMES = {"recert", "PDF", "XLSX", "CSV", "JSON", "PNG", "SVG", "PER-1", "utf-8"}
NAMES |= {"page--account", "page--entrance"}
"""Words that are the same in every language."""

SPOKEN = re.compile(r'\s(?:alt|aria-label|heading|placeholder|title)="([^"]*)"')


def named(file):
    return file.relative_to(FOLDER).as_posix()


def without_logic(text):
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "", text, flags=re.DOTALL)
    return re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)


def bare_words(text):
    text = without_logic(text)
    spoken = " ".join(SPOKEN.findall(text))
    seen = re.sub(r"<[^>]*>", " ", re.sub(r"<!DOCTYPE[^>]*>", "", text)) + spoken
    seen = re.sub(r"&\w+;", " ", seen)
    return {word for word in re.findall(r"[^\W\d_][\w'-]+", seen) if word not in NAMES}


def test_the_search_finds_words_and_leaves_translated_ones():
    assert bare_words('<p>Bare {% translate "not" %} {{ x }}</p><img alt="Spoken">') == {
        "Bare",
        "Spoken",
    }
    assert bare_words("{% blocktranslate %}words {{ x }}{% endblocktranslate %}") == set()


@pytest.mark.parametrize("file", TEMPLATES, ids=named)
def test_every_word_can_be_translated(file):
    if file not in WHEN_NOTHING_WORKS:
        assert bare_words(file.read_text("utf-8")) == set()


@pytest.mark.parametrize("file", TEMPLATES, ids=named)
def test_nothing_is_styled_or_run_in_a_line(file):
    text = file.read_text("utf-8")
    if file == FOLDER / "notices" / "layout.html":  # mail programs read no styles from elsewhere
        text = text.replace('<style>{% include "notices/layout.css" %}</style>', "")
    assert re.findall(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", text) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=named)
def test_nothing_is_called_safe_that_people_typed(file):
    found = re.findall(r"{{[^}]*\|safe[^}]*}}|{%\s*autoescape off\s*%}", file.read_text("utf-8"))
    if file.suffix == ".txt":  # a letter in plain text has nothing to escape
        return
    assert [one for one in found if "help_text" not in one] == []


@pytest.mark.parametrize(
    "file", sorted((FOLDER / "cotton").rglob("*.html")), ids=lambda file: file.stem
)
def test_each_component_says_first_what_it_takes(file):
    assert file.read_text("utf-8").startswith("{% comment %}")
