"""Who may report for a provider."""

from __future__ import annotations

from recert.intake.models import Intake
from recert.policy.permissions import Actor, Permission, Role
from recert.policy.refusals import not_found


def must_report(organisation: int, by: Actor) -> None:
    """Let nobody report for a provider but whoever works for it. Raises `Refused`."""
    if by.organisation != organisation or not by.may(Permission.REPORT_COMPLETIONS):
        raise not_found()


def sender_of(intake: Intake) -> Actor:
    """Answer who sent a file, as they act when it is taken later."""
    return Actor(
        ref=intake.by_ref,
        name=intake.by,
        roles=frozenset({Role.PROVIDER}),
        organisation=intake.organisation_id,
    )
