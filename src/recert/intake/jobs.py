"""Files are read and taken by themselves; what a crash left is found by the minute."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recert import clock
from recert.board import the_rulebook
from recert.intake.actions.intakes import read_file
from recert.intake.actions.taking import take_some
from recert.intake.jobs_to_do import defer_reading, defer_taking
from recert.intake.models import Intake
from recert.policy.calendar import board_day


@app.task
def read_intake(intake_id: int) -> None:
    """Read a file into lines."""
    at = clock.now()
    read_file(intake_id, today=board_day(the_rulebook(), at=at), at=at)


@app.task
def take_intake(intake_id: int) -> None:
    """Take the lines of a file until there are no more."""
    while take_some(intake_id, at=clock.now()):
        pass


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep-intakes")
def sweep_intakes(timestamp: int) -> None:
    """Go on with files whose job died; a second one beside it would find nothing to do."""
    del timestamp
    for one in Intake.objects.filter(state=Intake.State.SENT, problem=""):
        with suppress(AlreadyEnqueued):
            defer_reading(one.pk)
    for one in Intake.objects.filter(state=Intake.State.TAKING):
        with suppress(AlreadyEnqueued):
            defer_taking(one.pk)
