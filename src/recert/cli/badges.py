"""`recert badge`: verify a badge, from files alone; take another key to sign with."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recert import clock
from recert.cli.problems import Problem
from recert.cli.running import DEFAULT_DATA, DataFolder

if TYPE_CHECKING:
    from recert.registry.badges.verifying import Verdict

NOT_VALID = 1
"""The status when something about a badge is wrong."""

app = typer.Typer(help="Badges, as anybody may check them.", no_args_is_help=True)


@app.callback()
def _badge() -> None:
    pass


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The badge: JSON, or baked into a PNG or an SVG.")],
    *,
    status_list: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The list that the badge names, saved from its address."),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The issuer's did.json; left out, this board's own keys."
        ),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As of the noon of a day (UTC) instead of now."),
    ] = None,
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Say whether a badge is what it seems, without asking anybody on the network.

    The status is 0 where nothing is wrong, 1 where something is, 2 where it could not be looked at.
    """
    _with_settings(data)
    from recert.registry.badges.verifying import verify_badge  # noqa: PLC0415  # needs settings

    at = on.replace(hour=12, tzinfo=UTC) if on else clock.now()
    badge = _read(file)
    issuers_keys = _read(keys) if keys else _own_keys(badge)
    listed = _read(status_list) if status_list else None
    verdict = verify_badge(badge, keys=issuers_keys, status_list=listed, at=at)
    _tell(verdict)
    if not verdict.valid:
        raise typer.Exit(NOT_VALID)


@app.command("new-key")
def new_key(*, data: DataFolder = DEFAULT_DATA) -> None:
    """Draw a new key, with which this board signs from now on.

    The ones before stay in the data folder and are published beside it, so that all that they
    signed can still be verified. Never take one away.
    """
    _with_settings(data)
    from recert.registry import keys  # noqa: PLC0415  # as above
    from recert.registry.badges.issuer import signer  # noqa: PLC0415  # as above

    keys.new_key()
    typer.echo(f"From now on this board signs with {signer().name}")


def _with_settings(data: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recert.settings")
    os.environ.setdefault("RECERT_DATA", str(data.absolute()))


def _read(file: Path) -> dict[str, Any]:
    from recert.registry.badges.reading import (  # noqa: PLC0415  # as above
        Unreadable,
        document_in,
    )

    try:
        return document_in(file.read_bytes())
    except OSError as error:
        raise Problem(f"{file}: {error.strerror}") from error
    except Unreadable as error:
        raise Problem(f"{file}: {error}") from error


def _own_keys(badge: dict[str, Any]) -> dict[str, Any]:
    """Answer the keys of this board, where it is the one that issued a badge."""
    from recert.registry.badges.issuer import board_did_document  # noqa: PLC0415  # as above
    from recert.registry.badges.multikeys import address_of_keys  # noqa: PLC0415  # as above
    from recert.registry.badges.verifying import issuer_of  # noqa: PLC0415  # as above

    issuer, own = issuer_of(badge), board_did_document(profile="")
    where = address_of_keys(issuer)
    if where and not (own["verificationMethod"] and own["id"] == issuer):
        raise Problem(f"The keys of {issuer} are not here: save {where} and name it with --keys")
    return own


def _tell(verdict: Verdict) -> None:
    for said in verdict.wrong:
        typer.echo(f"WRONG   {said}")
    for said in verdict.well:
        typer.echo(f"well    {said}")
    for said in verdict.unseen:
        typer.echo(f"unseen  {said}")
    if not verdict.valid:
        typer.echo("The badge is NOT valid.")
    elif verdict.unseen:
        typer.echo("The badge is valid, unless it was revoked.")
    else:
        typer.echo("The badge is valid.")
