"""The facts of an event, as they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from moneyed import Money


def kept_facts(facts: Mapping[str, object]) -> dict[str, Any]:
    """Write facts as the journal keeps them, which is what JSON can say.

    A day is `2025-01-31`, an amount `95.00 USD`, and a record its ref: an event remembers what was
    so, not what became of it.
    """
    kept: dict[str, Any] = json.loads(json.dumps(dict(facts), cls=_Encoder))
    return kept


class _Encoder(DjangoJSONEncoder):
    def default(self, o: object) -> object:
        if isinstance(o, models.Model):
            return str(getattr(o, "ref", o.pk))
        if isinstance(o, Money):
            return f"{o.amount} {o.currency}"
        if isinstance(o, set | frozenset):
            return sorted(o)
        return super().default(o)
