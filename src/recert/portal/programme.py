"""The programme for anybody, made of the rulebook alone: what a page says is what the rules do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from recert.board import the_rulebook
from recert.people.access import Request, public
from recert.policy.answering import answer_text
from recert.policy.cycles import declaration_window, first_cycle
from recert.policy.overview import (
    KindRow,
    RequirementTable,
    category_rows,
    fee_rows,
    kind_rows,
    period_titles,
    requirement_tables,
)
from recert.policy.rulebook import DeclarationKind, DocumentType, Rulebook


@public
def who_takes_part(request: Request) -> HttpResponse:
    """Show who must take part, who may, and the days of a cycle."""
    book = the_rulebook()
    cycle = first_cycle(book, certified_on=request.today)
    page = {
        "categories": category_rows(book),
        "cycle": cycle,
        "window": declaration_window(book, cycle),
        "voluntary": book.declarations.get("voluntary"),
    }
    return _page(request, "who", page)


@public
def requirements(request: Request) -> HttpResponse:
    """Show what each category needs, by when its cycle expires."""
    book = the_rulebook()
    tables = [_requirements(book, one, request.today) for one in requirement_tables(book)]
    page = {"tables": tables, "areas": book.areas.values()}
    return _page(request, "requirements", page)


@public
def activities(request: Request) -> HttpResponse:
    """Show what each kind of activity earns, up to what, and which documents prove it."""
    page = {"kinds": [_kind(the_rulebook(), row) for row in kind_rows(the_rulebook())]}
    return _page(request, "activities", page)


@public
def fees(request: Request) -> HttpResponse:
    """Show what each declaration and request costs."""
    book = the_rulebook()
    page = {
        "fees": fee_rows(book),
        "declarations": [_costs(book, one) for one in book.declarations.values()],
        "reduction": book.reduction,
        "reduced": book.fees[book.reduction.fee] if book.reduction else None,
        "whole": book.fees[book.reduction.instead_of] if book.reduction else None,
    }
    return _page(request, "fees", page)


@public
def declaring(request: Request) -> HttpResponse:
    """Show the steps of a declaration, its dates, and what follows it."""
    book = the_rulebook()
    page = {
        "declarations": book.declarations.values(),
        "attestations": book.attestations.values(),
        "audit": book.audit,
        "appeal": book.appeal,
        "inactive": book.inactive,
        "reinstatement": book.reinstatement if "reinstatement" in book.declarations else None,
        "language": book.audit.language.value,
    }
    return _page(request, "declaring", page)


@public
def questions(request: Request) -> HttpResponse:
    """Show answers to what people ask, whom to ask, and who offers education."""
    book = the_rulebook()
    answered = [
        (one.asks, answer_text(book, one, as_of=request.today), one.rule) for one in book.questions
    ]
    page = {"questions": answered, "contact": book.contact, "providers": book.providers}
    return _page(request, "questions", page)


@public
def rules(request: Request) -> HttpResponse:
    """Show every rule in its words, with its source and how it is read where that is open."""
    return _page(request, "rules", {"rules": the_rulebook().rules.items()})


@dataclass(frozen=True, slots=True)
class Needed:
    """What some categories need, with the period in which a cycle that ends now lies."""

    table: RequirementTable
    written: tuple[str, ...]
    periods: tuple[tuple[str, bool], ...]  # when it expires, and whether that is now
    rows: tuple[tuple[str, tuple[tuple[str, bool], ...], tuple[str, ...]], ...]


def _requirements(book: Rulebook, table: RequirementTable, today: date) -> Needed:
    running = sum(day <= today for day in table.days) - 1
    names = period_titles(table.days)
    return Needed(
        table=table,
        written=tuple(book.naming.pattern.format(category=key) for key in table.categories),
        periods=tuple((name, place == running) for place, name in enumerate(names)),
        rows=tuple(
            (
                row.title,
                tuple((points, place == running) for place, points in enumerate(row.points)),
                row.rules,
            )
            for row in table.rows
        ),
    )


@dataclass(frozen=True, slots=True)
class Earned:
    """A kind of activity for people: its row, its equivalents, where it may go, what proves it."""

    row: KindRow
    equivalents: tuple[str, ...]
    areas: tuple[str, ...]
    documents: tuple[DocumentType, ...]
    signed_form: str
    starts: date | None
    ends: date | None


def _kind(book: Rulebook, row: KindRow) -> Earned:
    kind = book.kinds[row.key]
    equivalents = getattr(kind.earns, "equivalents", ())
    return Earned(
        row=row,
        equivalents=tuple(f"1 {one.unit} = {one.contact_hours}" for one in equivalents),
        areas=tuple(book.areas[area].title for area in kind.areas),
        documents=tuple(book.documents[key] for key in kind.documents),
        signed_form=book.signed_forms[kind.signed_form].title if kind.signed_form else "",
        starts=kind.window.from_ if kind.window else None,
        ends=kind.window.through if kind.window else None,
    )


@dataclass(frozen=True, slots=True)
class Costs:
    """A declaration, and the fees that it costs."""

    declaration: DeclarationKind
    fees: tuple[str, ...]


def _costs(book: Rulebook, declaration: DeclarationKind) -> Costs:
    return Costs(declaration, tuple(book.fees[key].title for key in declaration.fees))


def _page(request: Request, name: str, page: Mapping[str, object]) -> HttpResponse:
    return render(
        request, f"portal/programme/{name}.html", {"today": request.today, "current": name, **page}
    )
