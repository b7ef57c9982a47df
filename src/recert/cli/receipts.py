"""`recert receipt`: verify what the register said, from files alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recert.cli.problems import Problem
from recert.cli.running import DEFAULT_DATA, DataFolder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOT_GENUINE = 1
"""The status when a receipt is not as the board signed it."""

app = typer.Typer(
    help="Receipts of verifications, as anybody may check them.", no_args_is_help=True
)


@app.callback()
def _receipt() -> None:
    pass


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt: JSON, as the register gave it.")],
    *,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The board's jwks.json, saved from its address; left out, this board's own keys.",
        ),
    ] = None,
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Say whether a receipt is as the board signed it, without asking anybody on the network.

    It says what was so when it was asked; what is so now, only the register knows. The status is
    0 where it is genuine, 1 where it is not, 2 where it could not be looked at.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recert.settings")
    os.environ.setdefault("RECERT_DATA", str(data.absolute()))
    from recert.registry.receipts import (  # noqa: PLC0415  # needs settings
        NotGenuine,
        check_receipt,
        read_receipt,
    )

    known = _keys_in(keys)
    try:
        receipt = read_receipt(_bytes_of(file))
        check_receipt(receipt, known=known)
    except NotGenuine as error:
        typer.echo(f"NOT GENUINE  {error}.")
        raise typer.Exit(NOT_GENUINE) from error
    typer.echo(f"genuine  signed by the {receipt['board']} at {receipt['asked_at']}")
    for name in ("number", "certification", "on", "standing", "title", "says"):
        typer.echo(f"{name:<14}{receipt[name] or '-'}")


def _keys_in(file: Path | None) -> dict[str, Ed25519PublicKey]:
    from recert.registry import keys as own  # noqa: PLC0415  # as above
    from recert.registry.jwks import key_id, keys_in  # noqa: PLC0415  # as above

    if file is None:
        return {key_id(one): one for one in own.public_keys()}
    try:
        return keys_in(json.loads(_bytes_of(file)))
    except ValueError as error:
        raise Problem(f"{file}: {error}") from error


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"{file}: {error.strerror}") from error
