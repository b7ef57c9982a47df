"""Every text that people read can be said in another language."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from recert.policy import standing
from recert.policy.findings import WORDS
from recert.portal import kernel_words
from recert.portal.kernel_words import SENTENCES, in_the_readers_language
from recert.portal.templatetags.words import with_days

TEMPLATES = Path(kernel_words.__file__).parents[1] / "templates"
PAGES = sorted(one for one in TEMPLATES.rglob("*.html"))
NAMES = {"recert", "PDF", "XLSX", "CSV", "JSON", "PNG", "SVG"}
"""What is called the same in every language."""

APART = re.compile(
    r"{% comment %}.*?{% endcomment %}|{% blocktranslate.*?{% endblocktranslate %}"
    r"|{% block page_class %}.*?{% endblock %}|<span class=\"rule\">.*?</span>",
    re.DOTALL,
)
MARKS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
READ_OUT = re.compile(r"\b(?:aria-label|alt|placeholder|title|heading)=\"([^\"]*)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TEMPLATES).as_posix())
def test_no_page_says_anything_past_gettext(page):
    text = APART.sub("", page.read_text("utf-8"))
    said = [MARKS.sub("", one) for one in READ_OUT.findall(re.sub(r":title=\"[^\"]*\"", "", text))]
    said += re.sub(r"<[^>]*>", "\n", MARKS.sub("", text)).splitlines()
    words = {word for line in said for word in re.findall(r"[^\W\d_]{2,}", line)}
    assert words - NAMES == set()


SAYING = {"messages.success", "messages.info", "messages.warning", "messages.error"}
SAYING |= {"ValidationError", "Refused"}
LABELS = {"label", "help_text"}


def said_in(tree):
    """Answer the texts for people that stand in a call as they are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            plain = [one for one in node.args if isinstance(one, ast.Constant | ast.JoinedStr)]
            if ast.unparse(node.func) in SAYING:
                yield from (one for one in plain if " " in ast.unparse(one))
            yield from (
                each.value
                for each in node.keywords
                if each.arg in LABELS and isinstance(each.value, ast.Constant | ast.JoinedStr)
            )


@pytest.mark.parametrize("part", ["portal", "desk", "people", "transcript", "declarations", "demo"])
def test_no_form_and_no_notice_says_anything_past_gettext(part):
    for file in (TEMPLATES.parent / part).rglob("*.py"):
        found = [ast.unparse(one) for one in said_in(ast.parse(file.read_text("utf-8")))]
        assert found == [], file


# The kernel, which knows no languages


@pytest.fixture
def mirrored(monkeypatch):
    """A language that says each sentence between brackets."""
    monkeypatch.setattr(kernel_words, "gettext", lambda text: f"[{text}]")
    kernel_words.translated.cache_clear()
    with translation.override("en"):
        yield
    kernel_words.translated.cache_clear()


def test_what_the_kernel_finds_is_known():
    assert {text for both in WORDS.values() for text in both} <= set(SENTENCES)


GAPS = {
    "verb": "was",
    "book.title": "The Programme",
    "purpose": "renewal",
    "book.reinstatement.afterwards": "Take the examination again.",
}
SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*\.")


def sentences_of_standings():
    """Answer each sentence in the source, with something in its gaps."""
    tree = ast.parse(Path(standing.__file__).read_text("utf-8"))
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    for node in joined:
        yield "".join(
            str(part.value)
            if isinstance(part, ast.Constant)
            else GAPS.get(ast.unparse(part.value), "2026-03-05")
            for part in node.values
        )
    aside = {id(part) for node in joined for part in node.values}
    aside |= {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}  # docstrings
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and id(each) not in aside:
            yield from SENTENCE.findall(str(each.value))


def test_what_the_kernel_says_of_standings_is_known(mirrored):
    said = set(sentences_of_standings())
    later = {one for one in said if one.startswith(" ")}
    said = (said - later) | {f"Expired on 2026-03-05.{one}" for one in later}
    said -= {"2026-03-05^2026-03-05", "2026-03-052026-03-05"}  # titles
    assert len(said) > 12
    unknown = {one for one in said if not in_the_readers_language(one).startswith("[")}
    assert unknown == set()


def test_a_sentence_is_said_in_the_language_with_what_stood_in_it(mirrored):
    assert with_days("Valid until 2026-03-05.") == "[Valid until March 5, 2026.]"
    assert with_days(
        "Expired on 2026-03-05. A declaration before 2036-03-05 can reinstate it."
    ) == ("[Expired on March 5, 2026. A declaration before March 5, 2036 can reinstate it.]")
    assert with_days("What the board says.") == "What the board says."


def test_in_english_nothing_is_looked_for():
    kernel_words.translated.cache_clear()
    with translation.override("en-gb"):
        assert kernel_words.translated("en-gb") == ()
