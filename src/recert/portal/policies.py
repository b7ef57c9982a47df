"""What a page may load and run, as the browser is told; most pages only what comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)

POLICY_OF_A_LETTER: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""Of a letter shown as mail programs show it: its styles are within, and nothing else is."""


def policy_with_cards(
    *, scripts: Sequence[str], frames: Sequence[str], connections: Sequence[str]
) -> str:
    """Answer the policy of a page on which the card processor takes a card.

    >>> policy_with_cards(scripts=["https://a.example"], frames=[], connections=[])[-74:]
    " script-src 'self' https://a.example; frame-src 'self'; connect-src 'self'"
    """
    allowed = {"script-src": scripts, "frame-src": frames, "connect-src": connections}
    more = [" ".join([name, "'self'", *sources]) for name, sources in allowed.items()]
    return "; ".join([CONTENT_SECURITY_POLICY, *more])
