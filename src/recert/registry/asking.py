"""How often an address may ask the register, so that nobody reads it from one end to the other.

Each address has an allowance that fills up evenly. One statement takes of it, or finds it empty; it
holds across processes, and needs no clock but the request's. Asking in vain costs many times as
much, since whoever tries one number after the other asks in vain most of the time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.db import connection

from recert.registry.models import Asking

TAKE: Final = """
    INSERT INTO registry_asking AS there (who, spent_until)
    VALUES (%(who)s, %(at)s + %(cost)s)
    ON CONFLICT (who) DO UPDATE
    SET spent_until = GREATEST(there.spent_until, %(at)s) + %(cost)s
    WHERE GREATEST(there.spent_until, %(at)s) + %(cost)s <= %(at)s + %(window)s
    RETURNING spent_until
"""
"""An allowance is a time: how far ahead what was asked so far has spent it."""

SPEND: Final = """
    UPDATE registry_asking
    SET spent_until = LEAST(GREATEST(spent_until, %(at)s) + %(cost)s, %(at)s + %(window)s)
    WHERE who = %(who)s
"""
LEFT: Final = "SELECT spent_until FROM registry_asking WHERE who = %(who)s"

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
    window = timedelta(seconds=seconds)
    cost = window / most
    said: dict[str, Any] = {"who": network_of(address), "at": at, "cost": cost, "window": window}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, said)
        if cursor.fetchone():
            return 0
        cursor.execute(LEFT, said)
        spent_until: datetime = cursor.fetchone()[0]
    return max(1, ceil((spent_until + cost - window - at).total_seconds()))


def ask_in_vain(address: str, *, at: datetime) -> None:
    """Let a question that found nothing cost what such a one costs, as far as it goes."""
    most, seconds = settings.REGISTER_RATE
    window = timedelta(seconds=seconds)
    cost = window / most * (settings.REGISTER_COST_IN_VAIN - 1)  # one was taken
    said: dict[str, Any] = {"who": network_of(address), "at": at, "cost": cost, "window": window}
    with connection.cursor() as cursor:
        cursor.execute(SPEND, said)


def forget_askings(*, before: datetime) -> int:
    """Forget the addresses whose allowance is whole again, and answer how many."""
    return Asking.objects.filter(spent_until__lt=before).delete()[0]
