"""Addresses to which nothing is sent: a letter came back from them, or was complained of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from recert.journal.models import Notice, StoppedAddress

STOPPED: Final = "nothing is sent to this address, since a letter to it came back"
"""Why a letter was not sent, where the address was stopped before."""


def stop_address(notice: Notice, *, says: str, complained: bool = False, at: datetime) -> None:
    """Send nothing more to where a letter went, inside the transaction that learned why."""
    StoppedAddress.objects.get_or_create(
        address=_written(notice.to),
        defaults={"since": at, "says": says, "complained": complained, "notice": notice},
    )


def start_address(address: str) -> bool:
    """Send to an address again; answer whether it was stopped."""
    deleted, _each = StoppedAddress.objects.filter(address=_written(address)).delete()
    return bool(deleted)


def is_stopped(address: str) -> bool:
    """Answer whether nothing is sent to an address."""
    return StoppedAddress.objects.filter(address=_written(address)).exists()


def stop_of(address: str) -> StoppedAddress | None:
    """Answer why nothing is sent to an address, where that is so."""
    return StoppedAddress.objects.filter(address=_written(address)).first() if address else None


def forget_stops(refs: Collection[str]) -> None:
    """Forget the addresses of people who are erased."""
    StoppedAddress.objects.filter(notice__person__in=refs).delete()


def _written(address: str) -> str:
    return address.strip().lower()
