"""Kinds of activity and categories, found by what they are; a rulebook names them as it likes."""

from __future__ import annotations

from functools import cached_property

from recert.policy import Rulebook
from recert.policy.rulebook import Kind, PerActivity, PerHour


class Kinds:
    """The kinds of a rulebook, by their structure."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book

    @cached_property
    def courses(self) -> list[str]:
        """Kinds that earn by the hour without any condition or limit."""
        return [
            key
            for key, kind in self.book.kinds.items()
            if isinstance(kind.earns, PerHour)
            and not (kind.caps or kind.window or kind.first_time_only or kind.areas)
        ]

    @cached_property
    def yearly(self) -> list[str]:
        """Kinds that bring the same each time, up to a limit in each year."""
        return [
            key
            for key, kind in self.book.kinds.items()
            if isinstance(kind.earns, PerActivity)
            and any(cap.per == "year" for cap in kind.caps)
            and not (kind.signed_form or kind.areas)
        ]

    @cached_property
    def signed(self) -> list[str]:
        """Kinds that somebody else attests on the board's form."""
        return [
            key
            for key, kind in self.book.kinds.items()
            if isinstance(kind.earns, PerActivity) and kind.signed_form
        ]

    @cached_property
    def talks(self) -> list[str]:
        """Kinds that count the first time only."""
        return [
            key
            for key, kind in self.book.kinds.items()
            if isinstance(kind.earns, PerHour) and kind.first_time_only
        ]

    @cached_property
    def works(self) -> list[str]:
        """Kinds that bring the same each time, without a limit."""
        return [
            key
            for key, kind in self.book.kinds.items()
            if isinstance(kind.earns, PerActivity) and not kind.caps and not kind.areas
        ]

    def is_at_work(self, kind: Kind) -> bool:
        """Answer whether an employer vouches for it, by what its document must show."""
        shown = [show for key in kind.documents for show in self.book.documents[key].shows]
        return any("employer" in show for show in shown)


def broad_category(book: Rulebook) -> str:
    """Answer the first category that asks for points in several areas and has none of its own."""
    required = {key: one for key, one in book.categories.items() if one.required_from}
    for key, one in required.items():
        if not one.area and len(book.requirements[one.requirements].areas) > 1:
            return key
    return next(iter(required))


def narrow_categories(book: Rulebook) -> list[str]:
    """Answer the first category of each set of requirements with an own area, each another."""
    found: dict[str, str] = {}
    areas = set[str]()
    for key, one in book.categories.items():
        is_new = one.requirements not in found and one.area not in areas
        if one.required_from and one.area and is_new:
            found[one.requirements] = key
            areas.add(one.area)
    return list(found.values())


def voluntary_category(book: Rulebook) -> str:
    """Answer a category that never has to be maintained, else the first that once had not."""
    never = [key for key, one in book.categories.items() if one.required_from is None]
    return never[0] if never else broad_category(book)
