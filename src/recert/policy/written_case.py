"""A case written down in the case format: what was decided can be asked again years later."""

from __future__ import annotations

from datetime import date

import msgspec

from recert.policy.case import Activity, Case


def written_case(case: Case) -> dict[str, object]:
    """Answer a case as plain data, from which `read_case` reads the same case again.

    Points are decimal texts and days ISO ones; what a field leaves to its default is left out.
    """
    participation = "voluntary" if case.purpose == "voluntary" else "required"
    written: dict[str, object] = {
        "program": case.program,
        "category": case.category,
        "participation": participation,
        "declaration": case.purpose,
        "as_of": case.as_of.isoformat(),
    }
    if case.declared_on:
        written["declared_on"] = case.declared_on.isoformat()
    if case.cycle:
        written["cycle"] = {
            "starts": case.cycle.starts.isoformat(),
            "ends": case.cycle.ends.isoformat(),
        }
    return written | {"activities": [_written_activity(one) for one in case.activities]}


def _written_activity(activity: Activity) -> dict[str, object]:
    said = {
        field.encode_name: getattr(activity, field.name)
        for field in msgspec.structs.fields(activity)
        if field.required or getattr(activity, field.name) != field.default
    }
    return {name: _written(value) for name, value in said.items()}


def _written(value: object) -> object:
    """Answer a value of an activity as plain data."""
    match value:
        case bool() | None | str():
            return value
        case date():
            return value.isoformat()
        case dict():
            return {area: str(points) for area, points in value.items()}
        case tuple():
            return list(value)
        case _:  # points and hours write themselves; pages are a number
            return value if type(value) is int else str(value)
