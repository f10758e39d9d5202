"""Receivers of webhooks that drip, lead elsewhere, never end or hang up: tried again, and nobody waits (F14)."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import repeat

import pytest
from django.test import override_settings
from django.utils import timezone

from tenants import services
from tenants.binding import use_firm
from tenants.enums import DeliveryState
from tenants.models import Membership, WebhookDelivery
from tenants.webhooks import sending
from web import outbound

pytestmark = pytest.mark.django_db

Speech = Callable[[socket.socket], None]
MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
# Instead of ten seconds.
DEADLINE, BOUND = 0.5, 5.0
MOST_TAKEN = 16 * 1024 * 1024


def say(*pieces: bytes, pause: float = 0.0) -> Speech:
    def speak(line: socket.socket) -> None:
        for piece in pieces:
            line.sendall(piece)
            time.sleep(pause)

    return speak


def drip(line: socket.socket) -> None:
    for letter in repeat(b"x"):
        line.sendall(letter)
        time.sleep(0.05)


def reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drip_answer(line: socket.socket) -> None:
    line.sendall(HEAD + b"X: ")
    drip(line)


# What the receiver does, and the status that is written down.
ODD: dict[str, tuple[Speech, int | None]] = {
    "says nothing": (say(b"", pause=2), None),
    "drips a line that never ends": (drip, None),
    "drips its answer": (drip_answer, None),
    "leads elsewhere": (say(MOVED), 302),
    "hangs up": (say(b""), None),
    "breaks off": (reset, None),
    "speaks no HTTP": (say(b"220 mail.example ESMTP\r\n"), None),
    "ends before it has said all": (say(HEAD + b"Content-Length: 10\r\n\r\nx"), None),
}


class Odd:
    """A receiver that reads what it gets, and then does what it was made for."""

    def __init__(self, speech: Speech) -> None:
        self.speech, self.got = speech, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.name = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        line, _address = self.socket.accept()
        line.settimeout(BOUND)
        with line, suppress(OSError):
            while b"\r\n\r\n" not in self.got and (piece := line.recv(65536)):
                self.got += piece
            self.speech(line)

    def close(self) -> None:
        self.thread.join(BOUND)
        self.socket.close()


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", DEADLINE)


@pytest.mark.parametrize("what", ODD)
def test_it_is_tried_again_and_nobody_waits_for_it(what: str, ada: Membership) -> None:
    speech, status = ODD[what]

    row, took = tell(ada, Odd(speech), "http")

    assert (row.state, row.status_code) == (DeliveryState.PENDING, status)
    assert bool(row.last_error) == (status is None), "what went wrong is shown where nothing was said"
    assert row.available_at > timezone.now()
    assert took < BOUND


def test_an_answer_without_an_end_is_not_read(ada: Membership) -> None:
    poured = [0]

    def count(line: socket.socket) -> None:
        line.sendall(HEAD + b"Content-Length: 1000000000000\r\n\r\n")
        while True:
            poured[0] += line.send(b"x" * 65536)

    row, took = tell(ada, Odd(count), "http")

    assert (row.state, row.status_code) == (DeliveryState.SENT, 200), "who says 200 has taken it"
    assert poured[0] < MOST_TAKEN, "what the system holds of an open connection, and no more"
    assert took < BOUND


def test_a_receiver_without_a_certificate_is_told_nothing(ada: Membership) -> None:
    odd = Odd(say(b""))

    row, _took = tell(ada, odd, "https")

    assert (row.state, row.status_code, bool(row.last_error)) == (DeliveryState.PENDING, None, True)
    assert b"webhook" not in odd.got


def tell(member: Membership, odd: Odd, scheme: str) -> tuple[WebhookDelivery, float]:
    """A ping to this receiver: its row afterwards, and how many seconds it took."""
    try:
        with override_settings(WEBHOOK_EXCEPTIONS=[odd.name]):
            with use_firm(member.firm_id):
                made = services.create_webhook(
                    f"{scheme}://{odd.name}/hook", resources=(), by=member, at=timezone.now()
                )
                services.ping(made.row, by=member, at=timezone.now())
            began = time.monotonic()
            sending.send_due(member.firm_id)
            took = time.monotonic() - began
    finally:
        odd.close()
    with use_firm(member.firm_id):
        return WebhookDelivery.objects.get(), took
