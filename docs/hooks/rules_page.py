"""The page of the programme's rules, made from its rulebook each time the guides are built."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec
from mkdocs.structure.files import File, Files

from recert.policy import Rulebook, load_rulebook
from recert.policy.dated import Step
from recert.policy.mistakes import Place, place_text
from recert.policy.overview import fee_rows, kind_rows, period_titles, requirement_tables

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


def on_files(files: Files, config: Any, **_: object) -> Files:  # noqa: ANN401  # of mkdocs
    """Add the page to the site."""
    page = rules_page(load_rulebook(PROGRAMME))
    files.append(File.generated(config, "rules.md", content=page))
    return files


def rules_page(book: Rulebook) -> str:
    """Write the page: what the programme asks and pays, then rule by rule."""
    lines = [f"# {book.title}", "", f"{book.board}. Source: {book.source}.", ""]
    lines += [
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
        lines += [f"### {key} {{: #{key} }}", "", rule.text, ""]
        if rule.reading:
            lines += [f"*Reading:* {rule.reading}", ""]
        lines += [f"*Source:* {rule.source}.", ""]
        if key in values:
            places = "".join(f"<li>{place}</li>" for place in values[key])
            lines += [f"<details><summary>In the rulebook</summary><ul>{places}</ul></details>", ""]
    return "\n".join(lines)


def values_by_rule(book: Rulebook) -> dict[str, list[str]]:
    """Answer, for each rule, the places of the values that it sets, with short values beside."""
    found: dict[str, list[str]] = {}
    for place, table in _tables(book, ()):
        for name in ("rule", *(one for one in table.__struct_fields__ if one.endswith("_rule"))):
            rule = getattr(table, name, "")
            if rule:
                value = getattr(table, "value", None)
                shown = "" if value is None else f" = {escape(_shown(value))}"
                day = f" from {table.from_}" if isinstance(table, Step) else ""
                here = f"<code>{escape(place_text(place))}</code>{shown}{day}"
                found.setdefault(rule, []).append(here)
    return found


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _tables(value: object, place: Place) -> Iterator[tuple[Place, msgspec.Struct]]:
    """Walk all tables of a rulebook."""
    if isinstance(value, msgspec.Struct):
        yield place, value
        for field in msgspec.structs.fields(value):
            yield from _tables(getattr(value, field.name), (*place, field.encode_name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _tables(inner, (*place, key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _tables(inner, (*place, index))


def _requirements(book: Rulebook) -> Iterator[str]:
    yield from ("## What a cycle asks for", "")
    for table in requirement_tables(book):
        titles = period_titles(table.days)
        yield from (f"**{table.title}**: {', '.join(table.categories)}. By expiration date:", "")
        yield from _table(
            ["", *titles, "rule"],
            [[row.title, *row.points, _links(row.rules)] for row in table.rows],
        )
        yield from (f"The rest of the total: {table.rest}.", "")


def _kinds(book: Rulebook) -> Iterator[str]:
    yield from ("## What activities earn", "")
    yield from _table(
        ["kind", "earns", "at most", "rule"],
        [[row.title, row.earns, row.caps, _links([row.rule])] for row in kind_rows(book)],
    )


def _fees(book: Rulebook) -> Iterator[str]:
    yield from ("## Fees", "")
    yield from _table(
        ["fee", "from", "amount", "rule"],
        [[row.title, str(row.from_), row.amount, _links([row.rule])] for row in fee_rows(book)],
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        "|" + " --- |" * len(head),
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def _links(rules: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"[{rule}](#{rule})" for rule in rules)
