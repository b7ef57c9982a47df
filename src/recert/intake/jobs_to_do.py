"""Which jobs a file owes; by name, since the jobs themselves stand above what makes them."""

from __future__ import annotations

from procrastinate.contrib.django import app


def defer_reading(intake_id: int) -> None:
    """Have a file read soon after the transaction commits."""
    app.configure_task(
        "recert.intake.jobs.read_intake", queueing_lock=f"read-intake-{intake_id}"
    ).defer(intake_id=intake_id)


def defer_taking(intake_id: int) -> None:
    """Have the lines of a file taken soon after the transaction commits."""
    app.configure_task(
        "recert.intake.jobs.take_intake", queueing_lock=f"take-intake-{intake_id}"
    ).defer(intake_id=intake_id)
