"""How often an address may ask the register, so that nobody reads it from one end to the other.

Each address has an allowance, as `people.allowances` says. Asking in vain costs many times as much,
since whoever tries one number after the other asks in vain most of the time.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import Final

from django.conf import settings

from recert.people import allowances
from recert.registry.models import Asking

NETWORK: Final = 64
"""Bits of an IPv6 address that one household or company has; the rest it chooses as it likes."""


def network_of(address: str) -> str:
    """Answer what an address counts as.

    >>> network_of("192.0.2.7"), network_of("2001:db8::5:7"), network_of("")
    ('192.0.2.7', '2001:db8::/64', 'unknown')
    """
    try:
        found = ip_address(address)
    except ValueError:  # none is known, as behind a socket of the machine: all of them share one
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    first = int(found) >> (128 - NETWORK) << (128 - NETWORK)
    return f"{IPv6Address(first)}/{NETWORK}"


def take_question(address: str, *, at: datetime) -> int:
    """Take one question of what an address may ask; answer the seconds to wait, 0 for none."""
    most, seconds = settings.REGISTER_RATE
    left = allowances.take(Asking, network_of(address), most=most, seconds=seconds, at=at)
    return 0 if left.enough else left.again_in


def ask_in_vain(address: str, *, at: datetime) -> None:
    """Let a question that found nothing cost what such a one costs, as far as it goes."""
    most, seconds = settings.REGISTER_RATE
    times = settings.REGISTER_COST_IN_VAIN - 1  # one was taken
    who = network_of(address)
    allowances.spend(Asking, who, times=times, most=most, seconds=seconds, at=at)


def forget_askings(*, before: datetime) -> int:
    """Forget the addresses whose allowance is whole again, and answer how many."""
    return Asking.objects.filter(spent_until__lt=before).delete()[0]
