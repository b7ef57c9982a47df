"""`recert staff`: the first administrator, who gives everybody else their roles at the desk."""

from __future__ import annotations

from typing import Annotated

import typer

from recert import clock
from recert.cli.asking import running_system
from recert.cli.problems import Problem
from recert.cli.running import DEFAULT_DATA, DataFolder
from recert.policy.permissions import STAFF, Actor, Role

app = typer.Typer(help="The roles of staff.", no_args_is_help=True)
BY_HAND = Actor(ref="", name="the operator, by command", roles=frozenset({Role.ADMINISTRATOR}))


@app.callback()
def _staff() -> None:
    pass


@app.command("grant")
def grant(
    email: Annotated[str, typer.Argument(help="The email address of an account.")],
    role: Annotated[str, typer.Argument(help="Such as administrator.")],
    *,
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Give an account a role.

    The system may be running; it is asked for the account where it runs.
    """
    if role not in STAFF:
        raise Problem(f"unknown role {role!r}; expected one of: {', '.join(sorted(STAFF))}")
    running_system(data)
    from recert.people.actions import grant_role  # noqa: PLC0415  # it needs its database
    from recert.people.models import Account  # noqa: PLC0415  # as above
    from recert.policy.refusals import Refused  # noqa: PLC0415  # as above

    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        raise Problem(f"nobody has an account with the address {email}")
    try:
        grant_role(account, role=Role(role), by=BY_HAND, at=clock.now())
    except Refused as refusal:
        raise Problem(refusal.message) from None
    typer.echo(f"{account.email} is {role}.")
