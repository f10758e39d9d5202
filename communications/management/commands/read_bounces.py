"""Read what came back: from files, an mbox, a Maildir, or what the mail server pipes in."""

from __future__ import annotations

import mailbox
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from communications.bounces import LARGEST, reports_in
from communications.services.bounces import note_bounce
from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand
from tenants.unbound import all_firms


class Command(ReportingCommand):
    help = "Reads delivery status notifications (RFC 3464): mails that came back count as bounced."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("paths", nargs="+", metavar="PATH", help="message, mbox or Maildir; - is one message")

    def report(self, **options: Any) -> dict[str, int]:
        found = {"messages": 0, "reports": 0, "matched": 0}
        firms = {firm_id for firm_id, _slug in all_firms()}
        for raw in (message for path in options["paths"] for message in _messages(path)):
            found["messages"] += 1
            for told in reports_in(raw):
                found["reports"] += 1
                if told.firm_id in firms:
                    with use_firm(told.firm_id):
                        found["matched"] += note_bounce(told, at=timezone.now())
        return found


def _messages(path: str) -> Iterator[bytes]:
    if path == "-":
        yield sys.stdin.buffer.read(LARGEST + 1)
        return
    place = Path(path)
    if not place.exists():
        raise CommandError(f"There is no {path}.")
    if place.is_dir():
        yield from _kept(mailbox.Maildir(path, create=False))
        return
    with place.open("rb") as file:
        begins = file.read(5)
    if begins == b"From ":
        yield from _kept(mailbox.mbox(path, create=False))
        return
    yield place.read_bytes()


def _kept(box: mailbox.Mailbox[Any]) -> Iterator[bytes]:
    with closing(box):
        for key in box.iterkeys():
            yield box.get_bytes(key)
