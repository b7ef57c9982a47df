"""What happened to each persona: their credentials, and what they did to keep learning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from recert.board import the_rulebook
from recert.credentials.models import InactivePeriod
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.decisions import find_deficient
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.models import Declaration
from recert.demo.asked import ask_for_another_name
from recert.demo.declared import declare, staff_actor
from recert.demo.kinds import Kinds, broad_category, narrow_categories, voluntary_category
from recert.demo.papers import certificate, photograph
from recert.demo.records import Record, noon
from recert.policy.cycles import (
    Cycle,
    declaration_window,
    examination_needed_from,
    months_after,
    voluntary_cycle,
    years_after,
)
from recert.policy.permissions import Role
from recert.transcript.models import Activity

HUNDRED: Final = 100

# Where in its cycle a credential is, better the higher the answer; None where it does not fit.


def _half_way(as_of: date) -> Callable[[Cycle], int | None]:
    def fits(cycle: Cycle) -> int | None:
        middle = cycle.starts + (cycle.ends - cycle.starts) / 2
        return -abs((middle - as_of).days)

    return fits


def _in_window(as_of: date) -> Callable[[Cycle], int | None]:
    def fits(cycle: Cycle) -> int | None:
        window = declaration_window(the_rulebook(), cycle)
        if window.on(as_of) != "open":
            return None
        return min((as_of - window.opens_on).days, (window.due_on - as_of).days)

    return fits


def _after_due(as_of: date) -> Callable[[Cycle], int | None]:
    def fits(cycle: Cycle) -> int | None:
        window = declaration_window(the_rulebook(), cycle)
        return (cycle.ends - as_of).days if window.due_on < as_of <= cycle.ends else None

    return fits


def _ended(as_of: date, *, months: int) -> Callable[[Cycle], int | None]:
    def fits(cycle: Cycle) -> int | None:
        if as_of >= examination_needed_from(the_rulebook(), expired_on=cycle.ends):
            return None
        return -abs((months_after(as_of, -months) - cycle.ends).days)

    return fits


# Each of them


def _last_days(cycle: Cycle, as_of: date) -> Cycle:
    """Answer the days of a cycle that have passed, but the last few."""
    return Cycle(cycle.starts, max(cycle.starts, min(cycle.ends, as_of) - timedelta(days=4)))


def _make_marisol(record: Record) -> None:
    book, as_of = the_rulebook(), record.as_of
    kinds, category = Kinds(book), broad_category(book)
    _credential, cycle = record.certify(category, _half_way(as_of))
    terms, passed = record.terms(category, "renewal", cycle), _last_days(cycle, as_of)
    lacking = tuple(need.key for need in terms.needs[-2:])
    record.earn_by_area(terms, passed, hundredths=27, without=lacking)
    met = [need.areas[0] for need in terms.needs[:-2]]
    one, another = met[-1], met[-2:][0]

    def later(days: int) -> date:
        return min(passed.ends, passed.starts + timedelta(days=days))

    for kind in kinds.yearly[:1]:
        record.earn(one, 0, on=later(60), kind=kind, papers=(photograph,))
        record.earn(another, 0, on=later(150), kind=kind)
    for kind in kinds.signed[:1]:
        record.earn(one, 0, on=later(200), kind=kind, papers=(certificate, photograph))
    for kind in kinds.talks[:1]:
        record.earn(another, 300, on=later(240), kind=kind)
    record.earn(one, 200, on=later(300), also=another)
    record.earn(another, 150, on=later(310), withdrawn=True)
    record.earn(met[0], 100, on=later(330), mistyped=True)
    record.earn(one, 150, on=later(380), reported=True)


def _make_anil(record: Record) -> None:
    category, as_of = broad_category(the_rulebook()), record.as_of
    _credential, cycle = record.certify(category, _in_window(as_of), renewals=1)
    terms = record.terms(category, "renewal", cycle)
    record.earn_by_area(terms, _last_days(cycle, as_of), hundredths=108)


def _make_tunde(record: Record) -> None:
    book, as_of = the_rulebook(), record.as_of
    category = broad_category(book)
    _credential, cycle = record.certify(category, _after_due(as_of))
    terms, passed = record.terms(category, "renewal", cycle), _last_days(cycle, as_of)
    need = max(terms.needs, key=lambda one: one.points)
    two_areas = {book.activities.default_area: 2 * need.points, need.areas[0]: need.points // 4}
    brought = sum(two_areas.values())
    short = 3 * HUNDRED
    hundredths = (terms.total - brought - short) * 100 // terms.total
    record.earn_by_area(terms, passed, hundredths=hundredths, without=(need.key,))
    on = passed.starts + (passed.ends - passed.starts) / 2
    record.earn(need.areas[0], brought, on=on, portions=two_areas, papers=(certificate,))


def _make_anh(record: Record) -> None:
    book, as_of = the_rulebook(), record.as_of
    category = broad_category(book)
    _first, cycle = record.certify(category, _in_window(as_of), renewals=1)
    terms, passed = record.terms(category, "renewal", cycle), _last_days(cycle, as_of)
    narrow_ones = narrow_categories(book)
    # The second is open too, so that both can be declared on one day; the third is half-way.
    for place, narrow in enumerate([*narrow_ones[:1], *narrow_ones[1:][-1:]]):
        own = book.categories[narrow].area
        fits = _half_way(as_of) if place else _opened_lately(as_of)
        credential, own_cycle = record.certify(narrow, fits)
        on = max(own_cycle.starts, as_of - timedelta(days=300))
        for number, points in enumerate((400, 250, 150)):
            day = min(on + timedelta(days=70 * number + 9 * place), as_of - timedelta(days=2))
            record.earn(own, points, on=day, papers=(certificate,) if number == 0 else ())
        if not place:
            first = credential
            both = Cycle(max(passed.starts, own_cycle.starts), passed.ends)
            record.earn_by_area(terms, both, hundredths=104)
    record.write()
    _allocate_otherwise(record, first.pk, own=book.categories[first.category].area)


def _opened_lately(as_of: date) -> Callable[[Cycle], int | None]:
    def fits(cycle: Cycle) -> int | None:
        window = declaration_window(the_rulebook(), cycle)
        return -(as_of - window.opens_on).days if window.on(as_of) == "open" else None

    return fits


def _ends_after(as_of: date, *, months: int) -> Callable[[Cycle], int | None]:
    def fits(cycle: Cycle) -> int | None:
        return -abs((months_after(as_of, months) - cycle.ends).days)

    return fits


def _allocate_otherwise(record: Record, credential: int, *, own: str) -> None:
    """Let one activity serve one credential in another area than the others."""
    activity = Activity.objects.filter(person=record.person, portions__isnull=False)
    some = activity.exclude(portions__has_key=own).order_by("-completed_on", "-id").first()
    if some:
        points = sum((some.portions or {}).values())
        moves = {some.ref: {own: points}}
        at = noon(record.as_of - timedelta(days=1))
        allocate_points(credential, moves=moves, by=record.actor, at=at)


def _make_kaethe(record: Record) -> None:
    book, as_of = the_rulebook(), record.as_of
    category = voluntary_category(book)
    required_from = book.categories[category].required_from
    certified_on = years_after(required_from or as_of, -15)
    credential = record.credential(category, certified_on)
    if "voluntary" not in book.declarations:
        return
    approved_on = months_after(as_of, 5 - 12 * book.cycle.years.value)
    cycle = voluntary_cycle(book, approved_on=approved_on)
    credential.grants.create(starts_on=cycle.starts, ends_on=cycle.ends, granted_on=approved_on)
    terms = record.terms(category, "voluntary", None)
    # What she declared before it is used up, so these come after.
    record.earn_by_area(terms, _last_days(cycle, as_of), hundredths=112)
    for kind in Kinds(book).works[:1]:
        area = terms.needs[0].areas[0]
        record.earn(area, 0, on=as_of - timedelta(days=90), kind=kind, papers=(certificate,))


def _make_sukarmi(record: Record) -> None:
    as_of = record.as_of
    category = (narrow_categories(the_rulebook()) or [broad_category(the_rulebook())])[0]
    _credential, cycle = record.certify(category, _ended(as_of, months=13))
    terms = record.terms(category, "reinstatement", cycle)
    since = Cycle(cycle.ends - timedelta(days=200), as_of - timedelta(days=8))
    record.earn_by_area(terms, since, hundredths=105)


def _make_jiwoo(record: Record) -> None:
    as_of = record.as_of
    category = broad_category(the_rulebook())
    credential, cycle = record.certify(category, _ends_after(as_of, months=4), renewals=1)
    InactivePeriod.objects.create(
        credential=credential,
        granted_on=max(cycle.starts, months_after(as_of, -5)),
        until_on=months_after(cycle.ends, 12),
    )
    terms = record.terms(category, "renewal", cycle)
    before = Cycle(cycle.starts, months_after(as_of, -7))
    record.earn_by_area(terms, before, hundredths=48, without=(terms.needs[0].key,))


def _make_noura(record: Record) -> None:
    category = broad_category(the_rulebook())
    record.credential(category, record.as_of - timedelta(days=20))


def _make_camila(record: Record) -> None:
    _declare(record, days_ago=12)


def _make_wanjiru(record: Record) -> None:
    declaration = _declare(record, days_ago=19)
    lacking = declaration.activities.order_by("-activity__completed_on", "-id").first()
    found_on = record.as_of - timedelta(days=5)
    find_deficient(
        declaration.pk,
        reasons={lacking.activity.ref: LACKING_HERE} if lacking else {},
        because=LACKING,
        today=found_on,
        by=staff_actor(Role.REVIEWER),
        at=noon(found_on),
    )


def _make_daniyar(record: Record) -> None:
    declaration = _declare(record, days_ago=16)
    chosen_on = record.as_of - timedelta(days=7)
    select_for_audit(
        declaration.pk,
        because=CHOSEN,
        today=chosen_on,
        by=staff_actor(Role.AUDITOR),
        at=noon(chosen_on),
    )


def _make_leilani(record: Record) -> None:
    on = record.as_of - timedelta(days=3)
    then = Record(record.person, record.actor, on)
    category = broad_category(the_rulebook())
    _credential, cycle = then.certify(category, _half_way(on))
    before = Cycle(cycle.starts, on - timedelta(days=20))
    then.earn_by_area(then.terms(category, "renewal", cycle), before, hundredths=40)
    then.write()
    ask_for_another_name(record.person, "Leilani", "Okafor", on=on)


CHOSEN: Final = "Two certificates bear the same number."
LACKING_HERE: Final = "Its points lie in an area that it was not about; allocate them to another."
LACKING: Final = "All else is well documented."


def _declare(record: Record, *, days_ago: int) -> Declaration:
    """Let somebody earn all that is asked for, and declare it, so many days ago."""
    on = record.as_of - timedelta(days=days_ago)
    then = Record(record.person, record.actor, on)
    category = broad_category(the_rulebook())
    credential, cycle = then.certify(category, _in_window(on))
    then.earn_by_area(then.terms(category, "renewal", cycle), _last_days(cycle, on), hundredths=106)
    then.write()
    return declare(credential, on=on, by=record.actor)


STORIES: Final[dict[str, Callable[[Record], None]]] = {
    "marisol": _make_marisol,
    "anil": _make_anil,
    "tunde": _make_tunde,
    "anh": _make_anh,
    "kaethe": _make_kaethe,
    "sukarmi": _make_sukarmi,
    "jiwoo": _make_jiwoo,
    "noura": _make_noura,
    "camila": _make_camila,
    "wanjiru": _make_wanjiru,
    "daniyar": _make_daniyar,
    "leilani": _make_leilani,
}
