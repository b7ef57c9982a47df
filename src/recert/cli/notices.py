"""`recert notices`: who would be written to, before anybody is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from recert import clock
from recert.cli.arguments import day_of
from recert.cli.asking import running_system
from recert.cli.assessing import AsJson
from recert.cli.running import DEFAULT_DATA, DataFolder

MOST_BYTES: Final = 2_000_000
"""No more is read of a mail; what names the letter stands at its beginning."""

app = typer.Typer(help="Letters to people.", no_args_is_help=True)


@app.callback()
def _notices() -> None:
    pass


@app.command("plan")
def plan(
    *,
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="The day, such as 2026-12-31.")],
    most: Annotated[int, typer.Option(min=0, help="How many of them to list.")] = 20,
    data: DataFolder = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Say who would be reminded of what on a day, and write to nobody.

    The system may be running. What is met, declared or renewed by then is left out only when the
    letter is written; this says of whom it would be looked at.
    """
    running_system(data)
    # Inside, because whoever asks for an assessment should not wait for them.
    from recert.board import the_rulebook  # noqa: PLC0415  # needs Django
    from recert.reminders.planning import due_on, told_of  # noqa: PLC0415  # as above

    due = due_on(day_of("--on", on))
    titles = {key: one.title for key, one in the_rulebook().reminders.items()}
    counted = Counter(one.reminder for one in due)
    listed = told_of(due[:most])
    if as_json:
        typer.echo(json.dumps({"on": on, "counts": counted, "first": listed}))
        return
    people = len({one.person for one in due})
    typer.echo(f"{on}: {len(due):,} reminders to {people:,} people")
    for key, title in titles.items():
        if counted[key]:
            typer.echo(f"  {counted[key]:>9,}  {title}")
    for one in listed:
        typer.echo(f"{one['number']:<14} {one['credential']:<8} {one['title']}")
    if len(due) > len(listed):
        typer.echo(f"and {len(due) - len(listed):,} others; --most lists more of them")


TRY_LATER: Final = 75
"""What a mail server takes for "keep the mail and bring it again" (EX_TEMPFAIL)."""


@app.command("bounces")
def bounces(
    mail: Annotated[
        typer.FileBinaryRead, typer.Argument(help="A mail, or - for what is piped in.")
    ],
    *,
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Take a mail that came back to the sender, as a mail server pipes it in.

    Says what became of it: noted, known already, passing (it may still be delivered), or unknown.
    """
    written = mail.read(MOST_BYTES)
    try:
        became = _became(written, data)
    except Exception as problem:  # noqa: BLE001  # whatever it is, the mail must not be thrown away
        typer.echo(str(problem), err=True)
        raise typer.Exit(TRY_LATER) from None
    typer.echo(became)


def _became(written: bytes, data: Path) -> str:
    running_system(data)
    # Inside, because whoever asks for an assessment should not wait for them.
    from recert.journal.returned import notice_of, report_in_mail  # noqa: PLC0415  # needs Django
    from recert.queue.returns import take_report  # noqa: PLC0415  # as above

    report = report_in_mail(written)
    return take_report(report, notice_of(report), at=clock.now()) if report else "unknown"
