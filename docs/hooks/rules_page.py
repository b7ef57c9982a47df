"""The page of the programme's rules, made from its rulebook each time the guides are built."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any, NamedTuple

import msgspec
from mkdocs.structure.files import File, Files

from recert.policy import Rulebook, load_rulebook
from recert.policy.dated import Step
from recert.policy.mistakes import Place, place_text
from recert.policy.overview import (
    cap_text,
    earns_text,
    fee_rows,
    kind_rows,
    period_titles,
    points_in_words,
    requirement_tables,
)
from recert.policy.rulebook import (
    Area,
    AreaRequirement,
    Cap,
    Category,
    DocumentType,
    Fee,
    FindingText,
    Ground,
    Kind,
    Reduction,
    Setting,
    SignedFormType,
)

PROGRAMME = "ascp-international"
CHAPTERS = {
    "PAR": "Who takes part",
    "CYC": "Cycles and dates",
    "REQ": "Points required in a cycle",
    "ACT": "Activities and what they are worth",
    "DEC": "The declaration",
    "FEE": "Fees",
    "AUD": "Audit and appeal",
    "STA": "Inactive, expired, reinstated",
    "PER": "The person's record",
}
Titles = tuple[str, ...]


class Value(NamedTuple):
    """A place of the rulebook that cites a rule, and what stands there, in words."""

    place: str
    says: str


def on_files(files: Files, config: Any, **_: object) -> Files:  # noqa: ANN401  # of mkdocs
    """Add the page to the site."""
    page = rules_page(load_rulebook(PROGRAMME))
    files.append(File.generated(config, "rules.md", content=page))
    return files


def rules_page(book: Rulebook) -> str:
    """Write the page: what the programme asks, pays and costs, then rule by rule."""
    lines = [
        f"# {_plain(book.title)}",
        "",
        f"{_plain(book.board)}. Source: {_plain(book.source)}.",
        "",
        "This page is made from the [rulebook](writing-a-rulebook.md) on which the software runs.",
        "Where the source is silent or says two things, *Reading* tells how we take it.",
        "",
        *_requirements(book),
        *_kinds(book),
        *_fees(book),
    ]
    values = values_by_rule(book)
    chapter = ""
    for key, rule in book.rules.items():
        if key.partition("-")[0] != chapter:
            chapter = key.partition("-")[0]
            lines += [f"## {CHAPTERS[chapter]}", ""]
        lines += [f"### {key} {{: #{key} }}", "", _plain(rule.text), ""]
        if rule.reading:
            lines += [f"*Reading:* {_plain(rule.reading)}", ""]
        lines += [f"*Source:* {_plain(rule.source)}.", ""]
        if key in values:
            items = "".join(map(_item, values[key]))
            lines += [f"<details><summary>In the rulebook</summary><ul>{items}</ul></details>", ""]
    return "\n".join(lines)


def values_by_rule(book: Rulebook) -> dict[str, list[Value]]:
    """Answer, for each rule, the places of the values that it sets, and what stands there."""
    found: dict[str, list[Value]] = {}
    for place, titles, table in _tables(book, book, (), ()):
        for field in table.__struct_fields__:
            rule = getattr(table, field) if field == "rule" or field.endswith("_rule") else ""
            if not rule:
                continue
            if field == "rule":
                value = Value(place_text(place), _says(titles, _words(book, table)))
            else:  # of one field: `areas_rule` is that of `areas`
                subject = field.removesuffix("_rule")
                subject = subject if hasattr(table, subject) else f"{subject}_by"
                words = _shown(getattr(table, subject))
                value = Value(place_text((*place, subject)), _says(titles, words))
            found.setdefault(rule, []).append(value)
    return found


def _tables(
    book: Rulebook, value: object, place: Place, titles: Titles
) -> Iterator[tuple[Place, Titles, msgspec.Struct]]:
    """Walk all tables of a rulebook, each with the titles of itself and of those around it."""
    inside: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, msgspec.Struct):
        if value is not book and (title := _title(book, value)):
            titles = (*titles, title)
        yield place, titles, value
        fields = msgspec.structs.fields(value)
        inside = [(field.encode_name, getattr(value, field.name)) for field in fields]
    elif isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, tuple):
        inside = enumerate(value)
    for name, inner in inside:
        yield from _tables(book, inner, (*place, name), titles)


def _title(book: Rulebook, table: msgspec.Struct) -> str:
    title: str = getattr(table, "title", "")
    if title or not isinstance(table, AreaRequirement):
        return title
    if table.own_area:
        return "Area of certification"
    return " or ".join(book.areas[area].title for area in table.areas)


WORDS: dict[type, Callable[[Rulebook, Any], str]] = {
    Area: lambda _book, area: area.examples,
    Cap: lambda book, cap: f"at most {cap_text(book, cap)}",
    Category: lambda _book, category: (
        f"required of those certified from {category.required_from}"
        if category.required_from
        else "always voluntary"
    ),
    DocumentType: lambda _book, document: _shown(document.shows),
    Fee: lambda book, fee: ", ".join(
        f"{step.amount} {book.currency} from {step.from_}" for step in fee.steps
    ),
    FindingText: lambda _book, finding: finding.says,
    Ground: lambda _book, ground: "likely accepted" if ground.accepted else "not likely accepted",
    Kind: lambda book, kind: earns_text(book, kind.earns),
    Reduction: lambda book, reduction: (
        f"{book.fees[reduction.fee].title}, instead of: {book.fees[reduction.instead_of].title}"
    ),
    Setting: lambda _book, setting: _shown(setting.value),
    SignedFormType: lambda _book, form: _shown(form.asks),
    Step: lambda book, step: f"{points_in_words(book, step.value)} from {step.from_}",
}
"""What a table sets, in words; of others the title says it."""


def _words(book: Rulebook, table: msgspec.Struct) -> str:
    said = WORDS.get(type(table))
    return said(book, table) if said else ""


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _says(titles: Titles, words: str) -> str:
    return ": ".join(part for part in (", ".join(titles), words) if part)


def _item(value: Value) -> str:
    says = f'<span class="says">{escape(value.says)}</span>' if value.says else ""
    return f"<li><code>{escape(value.place)}</code>{says}</li>"


def _requirements(book: Rulebook) -> Iterator[str]:
    yield from ("## What a cycle asks for", "")
    for table in requirement_tables(book):
        title, categories = _plain(table.title), ", ".join(table.categories)
        yield from (f"**{title}**: {categories}. By expiration date:", "")
        yield from _table(
            ["", *map(_with_days, period_titles(table.days)), "rule"],
            [[_plain(row.title), *row.points, _links(row.rules)] for row in table.rows],
        )
        yield from (f"The rest of the total: {_plain(table.rest)}.", "")


def _kinds(book: Rulebook) -> Iterator[str]:
    yield from ("## What activities earn", "")
    yield from _table(
        ["kind", "earns", "at most", "rule"],
        [
            [_plain(row.title), _plain(row.earns), _plain(row.caps), _links([row.rule])]
            for row in kind_rows(book)
        ],
    )


def _fees(book: Rulebook) -> Iterator[str]:
    yield from ("## What it costs", "")
    yield from _table(
        ["fee", "from", "amount", "rule"],
        [
            [
                _plain(row.title),
                _with_days(str(row.from_)),
                _plain(", ".join(part for part in (row.amount, row.who) if part)),
                _links([row.rule]),
            ]
            for row in fee_rows(book)
        ],
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        "|" + " --- |" * len(head),
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def _links(rules: Iterable[str]) -> str:
    return ", ".join(f"[{rule}](#{rule})" for rule in rules)


def _with_days(text: str) -> str:
    """Keep each day on one line."""
    return re.sub(r"\d{4}-\d\d-\d\d", r'<span class="day">\g<0></span>', text)


def _plain(text: str) -> str:
    r"""Keep a board's words from meaning something in Markdown.

    >>> print(_plain("2 * 3 | <b>"))
    2 \* 3 &#124; &lt;b&gt;
    """
    marked = re.sub(r"([\\`*_\[\]{}])", r"\\\1", escape(text, quote=False))
    return marked.replace("|", "&#124;")
