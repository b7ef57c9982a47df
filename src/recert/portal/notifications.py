"""What a renewal notification says (DEC-7): the same on the page and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recert.board import the_rulebook
from recert.declarations.declared import declared_activities
from recert.declarations.models import Declaration, DeclaredActivity
from recert.policy.cycles import Cycle, Window, declaration_window
from recert.policy.standing import Title, title_of
from recert.portal.templatetags.words import day, in_points

Said = tuple[str, str, str]
"""A label, what it says, and the rule behind it."""


@dataclass(frozen=True, slots=True)
class Used:
    """An activity that a renewal used up: its points, in hundredths, and by area."""

    title: str
    kind: str
    completed_on: date
    points: int
    counted: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Notification:
    """A renewal in words. `todo`: sentences, each with its rule."""

    heading: str
    says: str
    title: Title
    category: str
    number: str
    days: str
    facts: list[Said]
    todo: list[tuple[str, str]]
    used: str
    lines: list[Used]


def notification_of(declaration: Declaration) -> Notification | None:
    """Answer what the notification of a declaration says; None where it was not approved."""
    grant, book, credential = declaration.grant, the_rulebook(), declaration.credential
    if grant is None:
        return None
    cycle = Cycle(starts=grant.starts_on, ends=grant.ends_on)
    title = title_of(book, credential.category, maintained=True)
    lines = [_used(one) for one in declared_activities(declaration) if one.counted]
    voluntary = declaration.purpose == "voluntary"
    heading, says = _heading(declaration.purpose, book.board)
    used = ngettext(
        "What was used: %(points)s of %(count)s activity",
        "What was used: %(points)s of %(count)s activities",
        len(lines),
    )
    total = in_points(sum(one.points for one in lines))
    return Notification(
        heading=heading,
        says=says,
        title=title,
        category=book.categories[credential.category].title,
        number=credential.number,
        days=_("%(first)s to %(last)s") % {"first": day(cycle.starts), "last": day(cycle.ends)},
        facts=_voluntary(declaration, cycle) if voluntary else _required(declaration, cycle),
        todo=_todo(cycle, voluntary=voluntary),
        used=used % {"points": total, "count": len(lines)},
        lines=lines,
    )


def _used(one: DeclaredActivity) -> Used:
    book, activity = the_rulebook(), one.activity
    return Used(
        title=activity.title,
        kind=book.kinds[activity.kind].title,
        completed_on=activity.completed_on,
        points=sum(one.counted.values()),
        counted=[(book.areas[area].title, some) for area, some in one.counted.items()],
    )


def _heading(purpose: str, board: str) -> tuple[str, str]:
    headings = {
        "renewal": (
            _("Renewal notification"),
            _("The %(board)s has renewed this certification."),
        ),
        "voluntary": (
            _("Notification of maintenance"),
            _("The %(board)s has noted that this certification is maintained."),
        ),
        "reinstatement": (
            _("Reinstatement notification"),
            _("The %(board)s has reinstated this certification."),
        ),
        "return-from-inactive": (
            _("Renewal notification"),
            _("The %(board)s has renewed this certification, which was inactive."),
        ),
    }
    heading, says = headings[purpose]
    return heading, says % {"board": board}


def _decided(declaration: Declaration) -> list[Said]:
    book = the_rulebook()
    submitted = book.declarations[declaration.for_purpose]
    return [
        (_("Declaration"), f"{declaration.ref} · {submitted.title}", ""),
        (_("Submitted on"), day(declaration.submitted_on), ""),
        (_("Approved on"), day(declaration.decided_on), book.processing.business_days.rule),
    ]


def _required(declaration: Declaration, cycle: Cycle) -> list[Said]:
    book = the_rulebook()
    window = declaration_window(book, cycle)
    reinstated = declaration.purpose == "reinstatement"
    begins = book.cycle.reinstated_begins if reinstated else book.cycle.next_begins
    if reinstated:
        may_use = _("from %(day)s, the day of the approval") % {"day": day(cycle.starts)}
    else:
        may_use = _("from %(day)s") % {"day": day(cycle.starts)}
    suffix = book.naming.maintained_suffix
    return [
        (_("Valid until"), day(cycle.ends), begins.rule),
        (
            _("May be written with %(suffix)s") % {"suffix": suffix},
            may_use,
            book.naming.suffix_in_first_cycle.rule,
        ),
        *_decided(declaration),
        *_next_declaration(window),
    ]


def _next_declaration(window: Window) -> list[Said]:
    rules = the_rulebook().window
    return [
        (_("Next declaration opens"), day(window.opens_on), rules.opens_months_before.rule),
        (_("It is due by"), day(window.due_on), rules.due_months_before.rule),
    ]


def _voluntary(declaration: Declaration, cycle: Cycle) -> list[Said]:
    book, credential = the_rulebook(), declaration.credential
    rule, suffix = book.cycle.voluntary_begins.rule, book.naming.maintained_suffix
    without = title_of(book, credential.category, maintained=False)
    between = {"first": day(cycle.starts), "last": day(cycle.ends)}
    return [
        (
            _("May be written with %(suffix)s") % {"suffix": suffix},
            _("from %(first)s to %(last)s") % between,
            rule,
        ),
        (
            _("Afterwards"),
            _("%(title)s, valid without expiration") % {"title": without.text},
            book.categories[credential.category].rule,
        ),
        *_decided(declaration),
        (_("The next declaration"), _until_then(cycle.ends), book.declarations["voluntary"].rule),
    ]


def _until_then(last: date) -> str:
    return _("approved by %(day)s, it goes on without a gap") % {"day": day(last)}


def _todo(cycle: Cycle, *, voluntary: bool) -> list[tuple[str, str]]:
    book = the_rulebook()
    between = {"first": day(cycle.starts), "last": day(cycle.ends)}
    if voluntary:
        years = book.declarations["voluntary"].years
        points = ngettext(
            "For the next declaration, activities of the %(years)s year before it count.",
            "For the next declaration, activities of the %(years)s years before it count.",
            years or 0,
        ) % {"years": years}
        counts = (points, book.declarations["voluntary"].rule)
    else:
        said = _("For the next declaration, activities completed from %(first)s to %(last)s count.")
        counts = (said % between, book.activities.inside_cycle.rule)
    return [
        (_("Nothing is to be done now."), ""),
        counts,
        (
            _("What was used here cannot be used for this credential again."),
            book.activities.used_once.rule,
        ),
        (_("The documents of what was declared are asked for only in an audit; keep them."), ""),
    ]
