"""The OpenAPI document, as a page for people shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is sent or answered: its name, what it is, and what is said of it."""

    name: str
    kind: str
    required: bool
    says: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation, as it is shown."""

    id: str
    method: str
    path: str
    title: str
    says: str
    scope: str
    takes: list[Field]
    body: list[Field]
    body_type: str
    answers: list[Field]
    is_list: bool


def shown_by_tag(document: Schema) -> list[tuple[str, list[Shown]]]:
    """Answer the operations of each tag, in the order of the document."""
    found: dict[str, list[Shown]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            shown = _shown(document, path, method, operation)
            found.setdefault(operation["tags"][0], []).append(shown)
    return list(found.items())


def _shown(document: Schema, path: str, method: str, operation: Schema) -> Shown:
    content = operation.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    body = _resolved(document, content[body_type]["schema"]) if body_type else {}
    answer, is_list = _answer(document, operation)
    return Shown(
        id=operation["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        title=operation["summary"],
        says=operation.get("description", ""),
        scope=_scope(operation),
        takes=[
            Field(
                name=one["name"],
                kind=_kind(document, one["schema"]),
                required=one.get("required", False),
                says=one.get("description", ""),
            )
            for one in operation["parameters"]
        ],
        body=list(_fields(document, body)),
        body_type=body_type,
        answers=list(_fields(document, answer)),
        is_list=is_list,
    )


def _scope(operation: Schema) -> str:
    ways = operation["security"]
    if not ways:
        return _("no key needed")
    scopes = [scope for way in ways for scope in way.get("token", ())]
    return scopes[0] if scopes else _("any key")


def _answer(document: Schema, operation: Schema) -> tuple[Schema, bool]:
    """Answer what comes back when it went well, and whether it is a list of that."""
    well = [one for status, one in operation["responses"].items() if str(status).startswith("2")]
    content = well[0].get("content", {}).get("application/json") if well else None
    if content is None:
        return {}, False
    schema = _resolved(document, content["schema"])
    if schema.get("type") == "array":
        return _resolved(document, schema["items"]), True
    return schema, False


def _resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fields(document: Schema, schema: Schema) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        says = one.get("description") or _resolved(document, one).get("description", "")
        yield Field(name, _kind(document, one), name in required, says)


def _kind(document: Schema, schema: Schema) -> str:
    """Answer in a word or two what a value is."""
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return " | ".join(_kind(document, one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("type", "")
    if kind == "array":
        return f"[{_kind(document, schema['items'])}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"{{…: {_kind(document, inner)}}}" if isinstance(inner, dict) else name or "object"
    if isinstance(kind, list):
        return " | ".join(kind)
    return str(schema.get("format") or schema.get("const") or kind)
