"""A real SMTP server for tests, which can be told to fail at any step of its conversation."""

import asyncio
import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

# What the server may do at a step: answer with this text, hang up, or say nothing for longer than anybody waits.
HANG_UP, STALL = "hang up", "stall"
LONG = 3.0


class ScriptedServer:
    """``faults`` names what goes wrong at which step: EHLO, MAIL, RCPT, DATA (before the text), TEXT (after it), QUIT.

    ``received`` are the messages that the server took; one whose taking it could not say is in ``unanswered``.
    """

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.received: list[Message] = []
        self.unanswered: list[Message] = []
        self.sessions = 0

    async def _fault(self, step: str, server: SMTP) -> str | None:
        fault = self.faults.get(step)
        if fault == HANG_UP:
            server.transport.abort()  # type: ignore[union-attr]
            raise ConnectionResetError
        if fault == STALL:
            await asyncio.sleep(LONG)
            return "451 too late"
        return fault

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:  # noqa: N802
        self.sessions += 1
        fault = await self._fault("EHLO", server)
        session.host_name = hostname
        return [fault] if fault else responses

    async def handle_HELO(self, server: SMTP, session: Any, envelope: Any, hostname: str) -> str:  # noqa: N802
        session.host_name = hostname
        return await self._fault("EHLO", server) or "250 hello"

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        fault = await self._fault("MAIL", server)
        envelope.mail_from = address if not fault else None
        return fault or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        fault = await self._fault("RCPT", server)
        if not fault:
            envelope.rcpt_tos.append(address)
        return fault or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=default)
        if self.faults.get("TEXT") in (HANG_UP, STALL):
            self.unanswered.append(message)
        fault = await self._fault("TEXT", server)
        if not fault:
            self.received.append(message)
        return fault or "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        return await self._fault("QUIT", server) or "221 bye"


class _Conversation(SMTP):
    """Fails before the text of a message is read; aiosmtpd has no hook there."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        fault = await self.event_handler._fault("DATA", self)
        if fault:
            await self.push(fault)
            return
        await super().smtp_DATA(arg)


class _Catcher(Controller):
    def factory(self) -> SMTP:
        return _Conversation(self.handler, enable_SMTPUTF8=True)

    def _trigger_server(self) -> None:
        """The port is the system's to choose; aiosmtpd would knock at port 0."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mail_server(settings: Any) -> Iterator[ScriptedServer]:
    """The server on a free port, and the product told to use it."""
    server = ScriptedServer()
    catcher = _Catcher(server, hostname="127.0.0.1", port=0)
    catcher.start()
    try:
        settings.EMAIL_BACKEND = "communications.smtp.WatchfulBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = catcher.port
        settings.EMAIL_TIMEOUT = 0.5
        yield server
    finally:
        catcher.stop(no_assert=True)
