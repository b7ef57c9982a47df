"""A JSON Schema of rulebook files, for editors that complete and check TOML."""

from __future__ import annotations

from inspect import cleandoc

import msgspec

from recert.policy.points import Points
from recert.policy.rulebook import Rulebook


def rulebook_schema() -> dict[str, object]:
    """Describe rulebook files as a JSON Schema (draft 2020-12)."""
    schema = msgspec.json.schema(Rulebook, schema_hook=_points_schema)
    for table in schema["$defs"].values():
        if "description" in table:
            table["description"] = cleandoc(table["description"])
    # It is worked out from the file and never stands in it.
    del schema["$defs"]["Rulebook"]["properties"]["fingerprint"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A recert rulebook",
        **schema,
    }


def _points_schema(kind: type) -> dict[str, object]:
    if kind is Points:
        return {"type": "number", "minimum": 0, "multipleOf": 0.01, "description": "Points."}
    raise NotImplementedError(kind)
