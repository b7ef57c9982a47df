"""Acting in a certificant's name, for as long as the session says so, and no longer than it may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from recert.people.models import Person
from recert.policy.permissions import Actor, Permission, Role

KEY: Final = "acting-for"

LASTS: Final = timedelta(minutes=30)
"""After this it ends by itself."""


def begin_acting(session: Any, person: Person, *, by: Actor, at: datetime) -> None:  # noqa: ANN401  # any store of sessions
    """Let the requests of a session be in a certificant's name from now on."""
    session[KEY] = {"person": person.ref, "by": by.ref, "until": (at + LASTS).isoformat()}


def stop_acting(session: Any) -> None:  # noqa: ANN401  # as above
    """Let the requests of a session be in one's own name again."""
    session.pop(KEY, None)


def in_anothers_name(session: Any, actor: Actor, *, at: datetime) -> tuple[Actor, Person] | None:  # noqa: ANN401  # as above
    """Answer as whom, and for whom, a request acts; None where it is in one's own name.

    What has run out, or may not be any more, ends.
    """
    said = session.get(KEY)
    if said is None:
        return None
    lasts = said["by"] == actor.ref and at < datetime.fromisoformat(said["until"])
    person = None
    if lasts and actor.may(Permission.ACT_FOR):
        person = Person.objects.filter(ref=said["person"], merged_into=None, erased_at=None).first()
    if person is None:
        stop_acting(session)
        return None
    return acting_for(actor, person), person


def acting_for(actor: Actor, person: Person) -> Actor:
    """Answer staff as they act for a certificant: both names, and no right of their own.

    >>> rita = Actor(ref="AN-R", name="Rita Registrar", roles=frozenset({Role.REGISTRAR}))
    >>> acting_for(rita, Person(ref="PE-A", given_names="Amina", family_name="Benali")).name
    'Rita Registrar for Amina Benali'
    """
    return msgspec.structs.replace(
        actor,
        name=f"{actor.name} for {person.name}",
        roles=frozenset({Role.CERTIFICANT}),
        person=person.pk,
        acting_for=person.ref,
    )


def until_when(session: Any) -> datetime | None:  # noqa: ANN401  # as above
    """Answer when acting for somebody ends by itself."""
    said = session.get(KEY)
    return datetime.fromisoformat(said["until"]) if said else None
