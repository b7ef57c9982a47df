"""What a webhook is told, as JSON."""

from __future__ import annotations

import json

from recert.declarations.verifying import standings_among
from recert.webhooks.models import Delivery


def message_of(delivery: Delivery) -> bytes:
    """Write what a delivery tells: the occasion, the credential, and what it is worth that day."""
    credential = delivery.credential
    [(_credential, [standing])] = standings_among([credential.pk], days=[delivery.on_day])
    said = {
        "type": delivery.occasion,
        "timestamp": delivery.owed_at.isoformat(),
        "data": {
            "number": credential.number,
            "category": credential.category,
            "on": delivery.on_day.isoformat(),
            "state": standing.state,
            "valid": standing.valid,
            "until": standing.until.isoformat() if standing.until else None,
            "title": standing.title.plain,
            "says": standing.says,
            "rule": standing.rule,
        },
    }
    return json.dumps(said, ensure_ascii=False).encode()
