"""A provider of django-anymail instead of SMTP: the same promises (security.md 4.3)."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from communications import outbox
from communications.enums import MailState, Promise
from communications.models import OutgoingMail
from communications.services import NewMail, post_mails
from tenants.binding import use_firm
from tenants.models import Firm

pytestmark = pytest.mark.django_db


@contextmanager
def provider(settings: Any, status: int) -> Iterator[list[bytes]]:
    """A provider on this machine that answers with a status; 0 hangs up when it has read the mail."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            if not status:
                self.close_connection = True
                return
            body = json.dumps({"id": "<x@provider>", "message": "Queued"}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    address = f"http://127.0.0.1:{server.server_port}/v3"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_API_URL": address, "MAILGUN_SENDER_DOMAIN": "aurora.example"}
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "promise", "state"),
    [
        (200, Promise.AT_MOST_ONCE, MailState.SENT),
        (400, Promise.AT_LEAST_ONCE, MailState.DEAD),
        (401, Promise.AT_MOST_ONCE, MailState.PENDING),
        (503, Promise.AT_MOST_ONCE, MailState.PENDING),
        (0, Promise.AT_MOST_ONCE, MailState.UNCERTAIN),
        (0, Promise.AT_LEAST_ONCE, MailState.PENDING),
    ],
)
def test_what_a_provider_says_decides(
    firm: Firm, settings: Any, status: int, promise: Promise, state: MailState
) -> None:
    mail = NewMail(kind="t", occasion="x", recipient="a@example.com", subject="S", body="B", promise=promise)
    with use_firm(firm):
        post_mails([mail], at=timezone.now())
    with provider(settings, status) as received:
        outbox.send_due(firm.pk)
    assert len(received) == 1
    with use_firm(firm):
        assert OutgoingMail.objects.get().state == state


def test_a_provider_that_is_not_there_is_asked_again(firm: Firm, settings: Any) -> None:
    with use_firm(firm):
        mail = NewMail(kind="t", occasion="x", recipient="a@example.com", subject="S", body="B")
        post_mails([mail], at=timezone.now())
        OutgoingMail.objects.update(promise=Promise.AT_MOST_ONCE)
    with provider(settings, 200):
        pass
    outbox.send_due(firm.pk)
    with use_firm(firm):
        assert OutgoingMail.objects.get().state == MailState.PENDING
