"""A mail server for tests: aiosmtpd, told what to answer."""

import asyncio
import threading
from email import message_from_bytes, policy


class MailServer:
    """A mail server that keeps what it takes, and answers as it is told to."""

    def __init__(self):
        self.taken = []
        self.sessions = []
        self.servers = []
        self.rcpt = self.data = self.mail = ""
        self.hangs_up_after = ""
        self.delay = 0.0
        self.lock = threading.Lock()

    async def _answer(self, server, step):
        await asyncio.sleep(self.delay)
        if self.hangs_up_after == step:
            server.transport.abort()
        return getattr(self, step) or "250 OK"

    async def handle_MAIL(self, *given):  # noqa: N802  # what the library calls it
        server, _session, envelope, address, _options = given
        envelope.mail_from = address
        return await self._answer(server, "mail")

    async def handle_RCPT(self, *given):  # noqa: N802  # as above
        server, _session, envelope, address, _options = given
        envelope.rcpt_tos.append(address)
        return await self._answer(server, "rcpt")

    def drop(self):
        """Drop every connection, as a server does that was idle for long."""
        for server in self.servers:
            server.loop.call_soon_threadsafe(server.transport.abort)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # as above
        self.servers.append(server)
        if not self.data:
            with self.lock:
                self.taken.append(envelope)
                self.sessions.append(session)
        return await self._answer(server, "data")

    @property
    def letters(self):
        return [message_from_bytes(one.content, policy=policy.default) for one in self.taken]

    @property
    def connections(self):
        """Over how many connections the letters came."""
        return len({one.peer for one in self.sessions})
