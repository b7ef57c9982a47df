"""The questions that the command line is asked: case files and transcripts, with their rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from recert.casefile import CaseFile, is_transcript, read_case_file, read_transcript
from recert.cli.problems import Problem
from recert.policy import Case, NotInForce, Rulebook, Unusable, load_rulebook, read_case
from recert.policy.loading import shipped_rulebooks
from recert.policy.mistakes import place_text
from recert.policy.terms import terms_of

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE…", help="Case files (YAML, JSON; - for standard input) or transcripts."
    ),
]
RulebookFile = Annotated[
    Path | None, typer.Option("--rulebook", help="A rulebook file, instead of a shipped one.")
]
Program = Annotated[str, typer.Option("--program", help="The key of a shipped programme.")]
Category = Annotated[str, typer.Option("--category", help="For a transcript: such as MLS.")]
CycleDays = Annotated[
    str,
    typer.Option("--cycle", metavar="START:END", help="For a transcript: 2022-01-01:2025-01-31."),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="DAY", help="For a transcript: the day the declaration is submitted."
    ),
]
Participation = Annotated[
    str, typer.Option("--participation", help="For a transcript: required or voluntary.")
]


class TranscriptFacts(msgspec.Struct, frozen=True):
    """What a transcript does not say, as it stands on the command line; empty where left out."""

    program: str = ""
    category: str = ""
    cycle: str = ""
    as_of: str = ""
    participation: str = ""

    def fields(self) -> dict[str, object]:
        """Answer what is said as fields of a case."""
        said: dict[str, object] = {
            key: value for key, value in msgspec.structs.asdict(self).items() if value
        }
        if self.cycle:
            starts, colon, ends = self.cycle.partition(":")
            if not colon:
                raise Problem(f"--cycle: expected START:END, found {self.cycle!r}")
            said["cycle"] = {"starts": starts.strip(), "ends": ends.strip()}
        return said


class Question(msgspec.Struct, frozen=True):
    """A case, the rulebook that answers it, and the file that it stands in."""

    name: str
    rulebook: Rulebook
    case: Case


def rulebook_for(program: str, file: Path | None) -> Rulebook:
    """Load the rulebook that was named; the only one that is shipped needs no name."""
    if file:
        return load_rulebook(file)
    shipped = list(shipped_rulebooks())
    if not program and len(shipped) > 1:
        raise Problem(f"--program: missing; expected one of: {', '.join(shipped)}")
    try:
        return load_rulebook(program or shipped[0])
    except Unusable as unusable:
        raise Problem(*(f"--program: {mistake.message}" for mistake in unusable.mistakes)) from None


def read_question(path: str, facts: TranscriptFacts, rulebook: Path | None) -> Question:
    """Read a case from a file of any kind that is read.

    Raises `Problem`, or what the parts raise that `as_problem` knows.
    """
    if is_transcript(path):
        book = rulebook_for(facts.program, rulebook)
        file = read_transcript(path, areas=book.areas)
        said = facts.fields()
        return _question(file, {"program": book.key, **said, **file.data}, book)
    if said := facts.fields():
        options = ", ".join(_option(name) for name in said)
        raise Problem(f"{path}: a case file says this itself; leave out {options}")
    file = read_case_file(path)
    return _question(file, file.data, load_rulebook(rulebook) if rulebook else None)


def _question(file: CaseFile, data: Mapping[str, object], book: Rulebook | None) -> Question:
    in_table = is_transcript(file.name)
    try:
        case = read_case(data, book)
    except Unusable as unusable:
        lines = []
        for mistake in unusable.mistakes:
            first = mistake.place[0] if mistake.place else ""
            if in_table and first != "activities":
                lines.append(f"{_option(str(first))}: {mistake.message}")
            else:
                where = file.where(mistake.place)
                field = place_text(mistake.place)
                lines.append(
                    f"{where}: {field}: {mistake.message}"
                    if field
                    else f"{where}: {mistake.message}"
                )
        raise Problem(*lines) from None
    book = book or load_rulebook(case.program)
    try:
        terms_of(book, case)
    except NotInForce as too_early:
        field = "cycle" if case.cycle else "as_of"
        where = _option(field) if in_table else f"{file.where((field,))}: {field}"
        raise Problem(f"{where}: {too_early}") from None
    return Question(file.name, book, case)


def _option(field: str) -> str:
    return f"--{field.replace('_', '-')}"
