"""Telling the address of somebody's program something, signed, and never one inside our network.

The form is that of Standard Webhooks: whoever gets it can check, with a library of their language,
that it comes from us, is whole, and is not old.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from recert.policy.refusals import Refused

SECONDS: Final = 10
"""So long somebody's program may take to say that it has it."""

LONGEST_URL: Final = 500
LOWEST_PORT: Final = 1024
"""Ports below it are those of other services; of them only that of HTTPS is told anything."""

EMBEDDING: Final = (ip_network("64:ff9b::/96"), ip_network("2002::/16"), ip_network("2001::/32"))
"""Addresses that lead to another one, which stands in them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling: the status that was answered, or why there was none."""

    status: int | None
    error: str

    @property
    def is_taken(self) -> bool:
        """Whether the other side has it."""
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004  # any 2xx


def secret_of(ref: str) -> str:
    """Answer the secret that a webhook shares with us, as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(_key_of(ref)).decode()}"


def _key_of(ref: str) -> bytes:
    return salted_hmac("recert.webhook", ref, algorithm="sha256").digest()


def signature_of(webhook: str, *, message: str, at: datetime, body: bytes) -> str:
    """Sign a message: its id, when it is sent, and what it says."""
    signed = b".".join([message.encode(), str(int(at.timestamp())).encode(), body])
    digest = hmac.new(_key_of(webhook), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def checked_url(url: str) -> str:
    """Answer an address that may be told something. Raises `Refused`."""
    parts = _split(url)
    inside = settings.WEBHOOKS_INSIDE
    is_odd = len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url
    wrong = (
        parts is None
        or is_odd
        or parts.scheme not in ({"https", "http"} if inside else {"https"})
        or not parts.hostname
        or parts.username is not None
        or parts.fragment
        or not (_port_of(parts) in {80, 443} or _port_of(parts) >= LOWEST_PORT)
        or (not inside and _is_inside_by_name(parts.hostname))
    )
    if wrong:
        raise Refused(
            "unsuitable-address",
            _(
                "Give an address that begins with https:// and that anybody can reach, without a "
                "name and password in it."
            ),
        )
    return url


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _port_of(parts)
    except ValueError:
        return None
    return parts


def _port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_inside_by_name(host: str) -> bool:
    """Answer whether a host is one of our own network by how it is written; names may still be."""
    try:
        return not _is_outside(ip_address(host))
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").endswith((".localhost", ".internal"))


def _is_outside(address: IPv4Address | IPv6Address) -> bool:
    """Answer whether an address is anybody's on the internet, and does not lead back inside."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return _is_outside(address.ipv4_mapped)
        if any(address in network for network in EMBEDDING):
            return False
    return address.is_global and not address.is_multicast


def _address_of(host: str, port: int) -> str:
    """Look a host up, and answer an address of it. Raises `OSError` where any of them is inside.

    It is this very address that is then asked: a name could lead elsewhere a moment later.
    """
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not settings.WEBHOOKS_INSIDE:
        for one in found:
            if not _is_outside(ip_address(one.partition("%")[0])):
                raise OSError(f"{host} is inside a network of its own")
    return found[0]


def tell(url: str, *, webhook: str, message: str, body: bytes, at: datetime) -> Told:
    """Tell an address something; whatever goes wrong there is answered, and not raised."""
    parts = urlsplit(checked_url(url))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "recert-webhooks",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature_of(webhook, message=message, at=at, body=body),
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connected(parts) as connection:
            connection.request("POST", target, body=body, headers=headers)
            status = connection.getresponse().status
    except (OSError, HTTPException, UnicodeError) as error:
        return Told(None, _in_short(error))
    return Told(status, "" if Told(status, "").is_taken else f"answered {status}")


def _in_short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


@contextmanager
def _connected(parts: SplitResult) -> Iterator[HTTPConnection]:
    """Connect to the address that was looked into; after `SECONDS` the line is cut."""
    host, port = str(parts.hostname), _port_of(parts)
    line = socket.create_connection((_address_of(host, port), port), timeout=SECONDS)
    twin = line.dup()  # of the same line, whatever becomes of this end of it
    watch = Timer(SECONDS, _cut, [twin])
    watch.daemon = True
    watch.start()
    try:
        if parts.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        connection = HTTPConnection(host, port, timeout=SECONDS)
        connection.sock = line
        yield connection
    finally:
        watch.cancel()
        line.close()
        twin.close()


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
