"""What a line says, once it was read: checked against the rulebook and the provider's courses.

A file of a million lines passes here, so each distinct text is understood once.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from io import TextIOWrapper
from typing import IO, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from recert.board import the_rulebook
from recert.intake.models import Course
from recert.organisations.models import Organisation
from recert.policy.rulebook import PerHour
from recert.transcript.importing import kind_called

COLUMNS: Final = (
    "completion",
    "customer_number",
    "given_names",
    "family_name",
    "born_on",
    "email",
    "course",
    "kind",
    "title",
    "completed_on",
    "contact_hours",
    "areas",
    "revoked",
)
"""What a line may say, as the columns of a file are called."""

STAGED: Final = (
    "intake_id",
    "number",
    "completion",
    "customer_number",
    "given_names",
    "family_name",
    "born_on",
    "email",
    "kind",
    "title",
    "completed_on",
    "contact_hours",
    "covers",
    "revoked",
    "digest",
    "wrong",
    "fate",
)

LONGEST: Final = 300
MOST_HOURS: Final = 100_000_00
WHOLE: Final = 6  # digits before the point,
DECIMALS: Final = 2  # and after it
TRUE: Final = {"yes", "true", "1"}
FALSE: Final = {"", "no", "false", "0"}

Said = Mapping[str, str]


class NoTable(Exception):
    """A file that is no table of completions."""


class Reader:
    """Reads what lines of one provider say."""

    def __init__(self, organisation: Organisation, intake: int, *, today: date) -> None:
        """Know the provider's courses, and the day after which nothing was completed."""
        self.intake = intake
        self.today = today
        self.courses = {one.number: one for one in Course.objects.filter(organisation=organisation)}
        book = the_rulebook()
        self.kinds = kinds_reported()
        self.areas = {
            name.casefold(): key for key, one in book.areas.items() for name in (key, one.title)
        }
        self.kind = lru_cache(1000)(self._kind)
        self.covers = lru_cache(1000)(self._covers)
        self.address = lru_cache(1000)(self._address)

    def row(self, number: int, said: Said) -> tuple[object, ...]:
        """Answer a line as it is kept, with all that is wrong with it."""
        text = {name: (said.get(name) or "").strip() for name in COLUMNS}
        wrong = [
            _("%(name)s: longer than %(most)s characters") % {"name": name, "most": LONGEST}
            for name, one in text.items()
            if len(one) > LONGEST
        ]
        wrong += [
            _("%(name)s: has a character that cannot be kept") % {"name": name}
            for name, one in text.items()
            if not one.isprintable()
        ]
        if wrong:
            return self._wrong(number, text, wrong)
        revoked = text["revoked"].casefold() in TRUE
        if not revoked and text["revoked"].casefold() not in FALSE:
            wrong.append(_("revoked: expected yes or no"))
        if not text["completion"]:
            wrong.append(_("completion: your own number of it is missing"))
        if wrong or revoked:
            if wrong:
                return self._wrong(number, text, wrong)
            return self._kept(number, text, (None, "", "", None, None, []), revoked=True)
        return self._reported(number, text)

    def _reported(self, number: int, text: dict[str, str]) -> tuple[object, ...]:
        wrong: list[str] = []

        def read(name: str, what: object) -> object:
            if isinstance(what, Wrong):
                wrong.append(f"{name}: {what}")
                return None
            return what

        course = self.courses.get(text["course"])
        if text["course"] and course is None:
            wrong.append(
                _("course: %(number)s is not among your courses") % {"number": text["course"]}
            )
        kind = read("kind", self.kind(text["kind"])) if text["kind"] or not course else course.kind
        title = text["title"] or (course.title if course else "")
        if not title:
            wrong.append(_("title: missing"))
        hours = (
            read("contact_hours", hours_of(text["contact_hours"]))
            if text["contact_hours"] or not course
            else course.contact_hours
        )
        covers = (
            read("areas", self.covers(text["areas"]))
            if text["areas"] or not course
            else course.covers
        )
        day = read("completed_on", day_of(text["completed_on"]))
        if isinstance(day, date) and day > self.today:
            wrong.append(_("completed_on: that day is still to come"))
        if course and isinstance(day, date) and not _within(course, day):
            wrong.append(_("completed_on: the course was not offered on that day"))
        born = read("born_on", day_of(text["born_on"])) if text["born_on"] else None
        if text["email"]:
            read("email", self.address(text["email"]))
        if not text["customer_number"] and not (text["given_names"] and (born or text["email"])):
            wrong.append(
                _("who: expected customer_number, or given_names, family_name, born_on and email")
            )
        if wrong:
            return self._wrong(number, text, wrong)
        return self._kept(number, text, (born, kind, title, day, hours, covers), revoked=False)

    def _kept(
        self,
        number: int,
        text: dict[str, str],
        read: tuple[object, ...],
        *,
        revoked: bool,
    ) -> tuple[object, ...]:
        born, kind, title, day, hours, covers = read
        who = (
            text["customer_number"].upper(),
            text["given_names"],
            text["family_name"],
            born,
            text["email"],
        )
        said = (kind, title, day, hours, covers, revoked)
        digest = hashlib.sha256(repr((who, said)).encode()).hexdigest()[:32]
        return (self.intake, number, text["completion"], *who, *said, digest, "", "")

    def _wrong(self, number: int, text: dict[str, str], wrong: list[str]) -> tuple[object, ...]:
        name = "".join(filter(str.isprintable, text["completion"]))[:LONGEST]
        empty: tuple[object, ...] = ("", "", "", None, "", "", "", None, None, [], False, "")
        return (self.intake, number, name, *empty, "; ".join(wrong), "")

    def _kind(self, text: str) -> str | Wrong:
        kind = kind_called(text)
        if kind in self.kinds:
            return kind
        known = ", ".join(sorted(self.kinds))
        return Wrong(_("expected one that providers report: %(known)s") % {"known": known})

    def _covers(self, text: str) -> list[str] | Wrong:
        names = [one.strip() for one in text.replace(";", ",").split(",") if one.strip()]
        unknown = [one for one in names if one.casefold() not in self.areas]
        if unknown:
            message = _("%(names)s is not among the areas of the programme")
            return Wrong(message % {"names": ", ".join(unknown)})
        return list(dict.fromkeys(self.areas[one.casefold()] for one in names))

    def _address(self, text: str) -> str | Wrong:
        try:
            validate_email(text)
        except ValidationError:
            return Wrong(_("expected an email address"))
        return text


def kinds_reported() -> list[str]:
    """Answer the kinds of activity that providers report, which are told by their hours."""
    return [
        key
        for key, one in the_rulebook().kinds.items()
        if one.reported_by_providers and isinstance(one.earns, PerHour)
    ]


class Wrong(str):
    """Why a text cannot be read."""

    __slots__ = ()


def _within(course: Course, day: date) -> bool:
    return (course.from_on is None or day >= course.from_on) and (
        course.until_on is None or day <= course.until_on
    )


@lru_cache(10_000)
def day_of(text: str) -> date | Wrong:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return Wrong(_("expected a day such as 2025-01-31"))


@lru_cache(1_000)
def hours_of(text: str) -> int | Wrong:
    """Read contact hours as hundredths.

    >>> hours_of("1.5"), hours_of("12.25")
    (150, 1225)
    """
    whole, _point, part = text.partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= WHOLE):
        return Wrong(_("expected hours such as 1.5"))
    if part and not (part.isascii() and part.isdecimal() and len(part) <= DECIMALS):
        return Wrong(_("expected hours with at most two decimals, such as 1.25"))
    hundredths = int(whole) * 100 + int(f"{part:0<2}")
    if not 0 < hundredths <= MOST_HOURS:
        return Wrong(_("expected more than 0"))
    return hundredths


def lines_of(file: IO[bytes], name: str) -> Iterator[tuple[int, Said]]:
    """Answer the lines of a file with their numbers, one after the other. Raises `NoTable`."""
    rows = _sheet(file) if name.lower().endswith(".xlsx") else _csv(file)
    head = [one.strip().lower() for one in next(rows, [])]
    unknown = [one for one in head if one and one not in COLUMNS]
    if "completion" not in head or unknown:
        message = _(
            "The first line must name the columns: %(columns)s. “completion” must be among them"
        ) % {"columns": ", ".join(COLUMNS)}
        if unknown:
            message += _("; not known: %(unknown)s") % {"unknown": ", ".join(unknown)}
        raise NoTable(message + ".")
    for number, row in enumerate(rows, 2):
        if any(row):
            yield number, dict(zip(head, row, strict=False))


def _csv(file: IO[bytes]) -> Iterator[list[str]]:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from csv.reader(text, strict=True)
    except UnicodeDecodeError:
        raise NoTable(_("The file is not text in UTF-8. Save it as “CSV UTF-8”.")) from None
    except csv.Error as error:
        raise NoTable(_("The file is no CSV: %(why)s.") % {"why": error}) from None
    finally:
        text.detach()


def _sheet(file: IO[bytes]) -> Iterator[list[str]]:
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(one) for one in row]
    except NoTable:
        raise
    except Exception:  # noqa: BLE001  # openpyxl raises whatever it meets
        raise NoTable(_("The file cannot be read as a workbook (XLSX).")) from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def rows_of(reader: Reader, lines: Iterable[tuple[int, Said]]) -> Iterator[tuple[object, ...]]:
    """Answer lines as they are kept."""
    for number, said in lines:
        yield reader.row(number, said)
