"""The pages that a certificant reads: an assessment, and a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from moneyed import Money
from rich.console import Console
from rich.text import Text

from recert.cli.drawing import (
    NARROW,
    bar,
    bullets,
    columns,
    console,
    days_left,
    heading,
    in_sentence,
    indented,
)
from recert.policy import Assessment, Plan, plan
from recert.policy.assessment import Ledger
from recert.policy.cycles import Window
from recert.policy.fees import amount_text
from recert.policy.overview import points_in_words
from recert.policy.planned import CredentialPlan, Dates, ToDo
from recert.policy.points import points_text
from recert.policy.rulebook import Rulebook


def print_assessment(assessment: Assessment, *, name: str = "") -> None:
    """Print an assessment as a page."""
    out = console()
    case, book = assessment.case, assessment.rulebook
    _head(out, assessment, name)
    _requirements(out, assessment)
    # A single area that lacks points is plain to see; what several lack together is not.
    joint = [one for one in assessment.claimed.shortages if len(one.needs) > 1 or one.caps]
    if joint:
        out.print(heading("Why areas lack points"))
        out.print(indented(bullets(assessment.shortage_text(one) for one in joint)))
    ledgers = assessment.ledgers()
    _counting(out, book, ledgers)
    _not_counting(out, book, ledgers)
    todo = plan(assessment, as_of=case.as_of)
    out.print(heading("What is next"))
    out.print(indented(bullets(_next_steps(book, todo.credentials[0], todo))))


def print_plan(todo: Plan) -> None:
    """Print a plan as a page: all credentials together first, then each by itself."""
    out = console()
    book = todo.credentials[0].assessment.rulebook
    names = ", ".join(one.name for one in todo.credentials)
    out.print(Text.assemble((f"What is still to do for {names}", "bold"), f" on {todo.as_of}"))
    if len(todo.credentials) > 1:
        out.print(heading("Together"))
        out.print(indented(bullets(_joint_steps(book, todo))))
    for one in todo.credentials:
        if len(todo.credentials) > 1:
            out.print(heading(one.name))
        out.print(indented(bullets(_next_steps(book, one, todo))))
        _room(out, book, one)


def _head(out: Console, assessment: Assessment, name: str) -> None:
    case, book = assessment.case, assessment.rulebook
    if name:
        out.print(Text(name, style="dim"))
    category = book.categories[case.category]
    out.print(Text.assemble((assessment.title, "bold"), f"  {category.title}"))
    days = f"{case.period.starts} to {case.period.ends}"
    what = "Cycle" if case.cycle and case.period == case.cycle else "Points from"
    out.print(Text(f"{what} {days}, declared on {case.as_of}", style="dim"))
    met = assessment.outcome == "met"
    verdict = ("MET", "bold green") if met else ("NOT MET", "bold yellow")
    out.print(Text.assemble("\n", verdict, f"  {_verdict(assessment)}"))


def _verdict(assessment: Assessment) -> str:
    book, placement = assessment.rulebook, assessment.claimed
    said = f"{points_in_words(book, placement.total)} count and "
    said += f"{points_text(assessment.terms.total)} are needed"
    if missing := assessment.area_short(placement):
        said += f"; {points_text(missing)} are missing in required areas"
    return f"{said}."


def _requirements(out: Console, assessment: Assessment) -> None:
    placement = assessment.claimed
    wide = out.width >= NARROW
    table = columns(*(["left"] if wide else []), "left", "right", "left", "left")
    rows = [
        (result.need.title, result.accepted, result.need.points, result.need.rule)
        for result in assessment.requirements(placement)
    ]
    terms = assessment.terms
    rows.append(("Total", placement.total, terms.total, terms.total_rule))
    ascii_only = not out.encoding.lower().startswith("utf")
    for title, have, need, rule in rows:
        short = need - have
        table.add_row(
            title,
            *([bar(have, need, ascii_only=ascii_only)] if wide else []),
            f"{points_text(have)} of {points_text(need)}",
            Text(f"{points_text(short)} short", "yellow") if short > 0 else Text("met", "green"),
            Text(rule, "dim"),
        )
    out.print()
    out.print(indented(table))


def _counting(out: Console, book: Rulebook, ledgers: list[Ledger]) -> None:
    counting = [ledger for ledger in ledgers if any(ledger.counted.values())]
    if not counting:
        out.print(heading("Nothing counts yet"))
        return
    out.print(heading("What counts"))
    table = columns("left", "left", "right", "left")
    for ledger in counting:
        areas = [
            f"{in_sentence(book.areas[area].title)} {points_text(points)}"
            for area, points in ledger.counted.items()
            if points
        ]
        counted = points_text(sum(ledger.counted.values()))
        table.add_row(Text(ledger.activity, "dim"), ledger.title, counted, ", ".join(areas))
    out.print(indented(table))


def _not_counting(out: Console, book: Rulebook, ledgers: list[Ledger]) -> None:
    table = columns("left", "right", "left")
    for ledger in ledgers:
        name = Text.assemble((ledger.activity, "dim"), "  ", ledger.title)
        for loss in ledger.not_counted:
            if loss.points or not loss.finding.kind:
                said = f"{loss.finding.message} {loss.finding.remedy} "
                rule = (loss.finding.rule, "dim")
                table.add_row(name, points_text(loss.points), Text.assemble(said, rule))
        if ledger.unallocated and ledger.recognised:
            worth = points_in_words(book, ledger.recognised)
            said = f"Worth {worth}; the rest counts once it is allocated."
            table.add_row(name, points_text(ledger.unallocated), said)
    if table.row_count:
        out.print(heading("What does not count, and why"))
        out.print(indented(table))


def _joint_steps(book: Rulebook, todo: Plan) -> Iterator[str]:
    if todo.fewest:
        least = points_in_words(book, todo.fewest)
        yield f"{least} more are the least; one activity may serve each."
        yield from _earning(book, todo.to_do, todo.anywhere)
    else:
        yield "No further points are needed."
    for days in todo.together:
        fees = ""
        if days.fee is not None and days.separately is not None:
            fees = f" That costs {_money(days.fee)} instead of {_money(days.separately)}."
        yield f"{', '.join(days.categories)}: {days.says}{fees} ({days.rule})"


def _money(amount: Money) -> str:
    return f"{amount_text(amount)} {amount.currency.code}"


def _next_steps(book: Rulebook, one: CredentialPlan, todo: Plan) -> Iterator[str]:
    if one.moves:
        wins = points_in_words(book, one.reallocating_wins)
        yield f"Allocate otherwise; that alone brings {wins} to where they lack:" + "".join(
            f"\n{move.activity}: {_areas(book, move.after)}" for move in one.moves
        )
    if one.borrowed:
        titles = "; ".join(activity.title for activity in one.borrowed)
        rule = book.activities.used_once.rule
        yield f"Enter here too what may serve each of your credentials ({rule}): {titles}."
    for activity in one.spent_elsewhere:
        yield f"{activity.title} serves one credential only, and is of more use to another."
    yield from _earning(book, one.to_do, one.anywhere)
    if not one.fewest and not one.moves:
        yield "Nothing is missing."
    yield from _days(one.dates, todo)


def _earning(book: Rulebook, to_do: tuple[ToDo, ...], anywhere: int) -> Iterator[str]:
    for one in to_do:
        rules = ", ".join(one.rules)
        yield f"Earn {points_in_words(book, one.points)} in {in_sentence(one.title)} ({rules})."
    if anywhere:
        more = " more" if to_do else ""
        yield f"Earn {points_in_words(book, anywhere)}{more} in any area."


def _areas(book: Rulebook, points: dict[str, int]) -> str:
    parts = (
        f"{in_sentence(book.areas[area].title)} {points_text(some)}"
        for area, some in points.items()
        if some
    )
    return ", ".join(parts) or "nothing"


def _days(dates: Dates, todo: Plan) -> Iterator[str]:
    if dates.window:
        yield from _days_of(dates.window, todo.as_of)
    if dates.counts_until:
        yield f"All that counts now counts in a declaration submitted by {dates.counts_until}."
    if dates.no_declaration_from:
        yield (
            f"Before {dates.no_declaration_from} a declaration can reinstate it, with the points "
            "and the fees of a reinstatement; from then on none can."
        )


def _days_of(window: Window, as_of: date) -> Iterator[str]:
    match window.on(as_of):
        case "not-open":
            yield f"The declaration opens on {window.opens_on} and is due by {window.due_on}."
        case "open":
            left = days_left(window.due_on, as_of=as_of)
            yield f"The declaration is open, and due by {window.due_on}: {left}."
        case "late":
            yield (
                f"The declaration was due by {window.due_on}. It is still taken, but "
                "processing may outlast the certification."
            )
        case _:
            yield f"The declaration was due by {window.due_on}, and is not taken any more."
    if as_of <= window.expires_on:
        left = days_left(window.expires_on, as_of=as_of)
        yield f"Points may be earned until {window.expires_on}, when it expires: {left}."
    else:
        yield f"It expired on {window.expires_on}."


def _room(out: Console, book: Rulebook, one: CredentialPlan) -> None:
    """Print which kinds of activity can still bring points, in three lines."""
    if not one.fewest:
        return
    free = [in_sentence(room.title) for room in one.room if room.points is None]
    limited = [
        f"{in_sentence(room.title)} ({points_in_words(book, room.points)})"
        for room in one.room
        if room.points
    ]
    full = [f"{in_sentence(room.title)} ({room.rule})" for room in one.room if room.points == 0]
    lines = [("Without limit", free), ("Up to a limit", limited), ("No more", full)]
    out.print(indented(Text("\nWhere to earn them", style="bold")))
    out.print(indented(bullets(f"{name}: {', '.join(kinds)}." for name, kinds in lines if kinds)))
