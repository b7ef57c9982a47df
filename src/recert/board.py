"""The board that this system runs for: its programme."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from recert.policy import Rulebook, load_rulebook
from recert.policy.loading import shipped_rulebooks


@cache
def the_rulebook() -> Rulebook:
    """Load the programme that the settings name. Raises `Unusable`."""
    named: str = settings.RULEBOOK
    return load_rulebook(named if named in shipped_rulebooks() else Path(named))
