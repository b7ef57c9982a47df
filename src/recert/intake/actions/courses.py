"""What keeps the courses of a provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from recert.intake.models import Course
from recert.intake.reporting import must_report
from recert.journal.actions import record_event
from recert.organisations.models import Organisation
from recert.policy.permissions import Actor

FIELDS = ("title", "kind", "covers", "contact_hours", "from_on", "until_on", "accredited_by")


@transaction.atomic
def keep_course(
    organisation: Organisation, number: str, *, said: Mapping[str, object], by: Actor, at: datetime
) -> Course:
    """Keep a course by the provider's own number, or what is said of it now.

    What was reported of it before stays as it was reported.
    """
    must_report(organisation.pk, by)
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one after the other
    there = Course.objects.filter(organisation=organisation, number=number).first()
    fields = {name: said[name] for name in FIELDS}
    if there and all(getattr(there, name) == fields[name] for name in FIELDS):
        return there
    course = there or Course(organisation=organisation, number=number)
    for name, value in fields.items():
        setattr(course, name, value)
    course.save()
    record_event(
        "course.kept", subject=course.ref, by=by, at=at, facts={"number": number, **fields}
    )
    return course
