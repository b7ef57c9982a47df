"""What the one at the desk may do, by name."""

from __future__ import annotations

from recert.policy.permissions import Actor, Permission


def rights_of(actor: Actor) -> dict[str, bool]:
    """Answer each permission by its name, for what a page offers."""
    return {one.name.lower(): actor.may(one) for one in Permission}
