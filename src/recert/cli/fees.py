"""`recert fee`: what declarations on a day cost, and the request for inactive status."""

from __future__ import annotations

import json
from typing import Annotated, get_args

import typer

from recert.cli import inputs
from recert.cli.arguments import day_of
from recert.cli.assessing import AsJson
from recert.cli.problems import Problem
from recert.policy.fees import Submission, amount_text, fees_due, inactive_request_fee, total_of
from recert.policy.mistakes import nearest
from recert.policy.rulebook import Purpose, Rulebook

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


def fees_of_submissions(
    declarations: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PURPOSE[:EXPIRES[@DAY]]]…",
            help="Such as renewal:2025-01-31, in the order of submission; voluntary needs no date.",
        ),
    ] = None,
    *,
    on: Annotated[str, typer.Option(metavar="DAY", help="The day of submission.")],
    country: Annotated[
        str, typer.Option(help="The country of residence, as two letters, where fees differ by it.")
    ] = "",
    inactive: Annotated[
        str, typer.Option(metavar="GROUND", help="Price a request for inactive status instead.")
    ] = "",
    documented: Annotated[
        bool, typer.Option("--documented", help="With documents for the ground.")
    ] = False,
    rulebook: inputs.RulebookFile = None,
    program: inputs.Program = "",
    as_json: AsJson = False,
) -> None:
    """Say what declarations cost.

    Fee by fee with its rule, for declarations in the order of their submission; or for a request
    for inactive status.
    """
    book = inputs.rulebook_for(program, rulebook)
    day = day_of("--on", on)
    country = country.upper()
    if bool(inactive) == bool(declarations):
        raise Problem("expected declarations such as renewal:2025-01-31, or --inactive GROUND")
    if inactive:
        grounds = book.inactive.grounds
        if inactive not in grounds:
            raise Problem(f"--inactive: unknown ground {inactive!r}; {nearest(inactive, grounds)}")
        charges = [
            inactive_request_fee(
                book, ground=inactive, documented=documented, requested_on=day, country=country
            )
        ]
    else:
        submissions = [_submission(book, text, on) for text in declarations or ()]
        charges = fees_due(book, submissions, country=country)
    total = total_of(book, charges)
    if as_json:
        answer = {
            "charges": [charge.answer() for charge in charges],
            "total": amount_text(total),
            "currency": total.currency.code,
        }
        typer.echo(json.dumps(answer))
        return
    width = max(len(charge.ref) for charge in charges)
    for charge in charges:
        because = f" {charge.because}" if charge.because else ""
        amount = f"{amount_text(charge.amount):>8} {charge.amount.currency.code}"
        typer.echo(f"{charge.ref:<{width}}  {amount}  {charge.title} ({charge.rule}).{because}")
    typer.echo(f"{'Total':<{width}}  {amount_text(total):>8} {total.currency.code}")


def _submission(book: Rulebook, text: str, on: str) -> Submission:
    """Read `renewal:2025-01-31@2024-12-02`."""
    rest, _, day = text.partition("@")
    purpose, _, expires = rest.partition(":")
    known = [one for one in PURPOSES if one in book.declarations]
    if purpose not in known:
        raise Problem(f"{text}: unknown purpose {purpose!r}; {nearest(purpose, known)}")
    if not expires and purpose != "voluntary":
        raise Problem(f"{text}: expected the expiration date too, such as {purpose}:2025-01-31")
    return Submission(
        ref=text,
        purpose=next(one for one in known if one == purpose),
        submitted_on=day_of(text, day or on),
        expires_on=day_of(text, expires) if expires else None,
    )
