"""A real CalDAV server, Radicale, in a thread; and what its owner's other programs do with it."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpcore
from django.test import override_settings
from icalendar import Calendar
from radicale import config
from radicale.app import Application

from scheduling.calendars.adapter import Content

USER, PASSWORD = "alice", "calendar-secret"
COLLECTION = "/alice/meetings/"


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Nothing on the standard error of the tests."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Radicale:
    """With faults in front of it: "drop" (not heard), "lose" (heard, no answer), or a status.

    ``lists_only``: at its edge the report of RFC 6578 is refused with this status, as by servers that do not know it;
    ``asked`` counts what ours asked for.
    """

    def __init__(self, folder: Path) -> None:
        known = folder / "users"
        known.write_text(f"{USER}:{PASSWORD}\n")
        configuration = config.load()
        configuration.update(
            {
                "auth": {
                    "type": "htpasswd",
                    "htpasswd_filename": str(known),
                    "htpasswd_encryption": "plain",
                    "delay": "0",
                },
                "storage": {"filesystem_folder": str(folder / "collections")},
                "logging": {"level": "critical"},
            },
            "test",
        )  # fmt: skip
        self.inner: Any = Application(configuration)
        self.fault: Callable[[], Any] | None = None
        self.lists_only: int | None = None
        self.asked: Counter[str] = Counter()
        self.server = make_server("127.0.0.1", 0, self._serve, Server, Quiet)
        self.name = f"127.0.0.1:{self.server.server_port}"
        self.root = f"http://{self.name}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.person("MKCALENDAR", COLLECTION)

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        is_ours = environ.get("HTTP_USER_AGENT", "").startswith("Cadenza")
        fault = self.fault() if self.fault and is_ours else None
        if isinstance(fault, tuple):
            start_response(
                f"{fault[0]} Fault", [("Content-Length", "0"), *([("Retry-After", fault[2])] if fault[2] else [])]
            )
            return [b""]
        if fault == "drop":
            raise ConnectionResetError
        self.asked[environ["REQUEST_METHOD"]] += is_ours
        if self.lists_only and environ["REQUEST_METHOD"] == "REPORT" and b"sync-collection" in _body(environ):
            said = b'<error xmlns="DAV:"><supported-report/></error>' if self.lists_only == 403 else b""
            start_response(f"{self.lists_only} Refused", [("Content-Length", str(len(said)))])
            return [said]
        said = self.inner(environ, start_response)
        if fault == "lose":
            raise ConnectionResetError
        return said

    def person(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpcore.Response:
        """What the owner's own program sends."""
        login = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        sent = {"Authorization": login, "Content-Type": "text/calendar", **headers}
        with httpcore.ConnectionPool() as pool:
            return pool.request(method, self.root + path, headers=sent, content=body)

    def standing(self) -> dict[str, Content | None]:
        """Read by nothing of ours."""
        names = [path.name for path in self._files()]
        return {name.removesuffix(".ics"): self._content(name) for name in names if name.startswith("crm")}

    def _files(self) -> list[Path]:
        folder = Path(self.inner.configuration.get("storage", "filesystem_folder")) / "collection-root/alice/meetings"
        return [path for path in folder.glob("*.ics") if path.is_file()]

    def event(self, name: str) -> tuple[Calendar, Any]:
        calendar: Any = Calendar.from_ical(self.person("GET", COLLECTION + name).content)
        [event] = calendar.walk("VEVENT")
        return calendar, event

    def _content(self, name: str) -> Content:
        event = self.event(name)[1]
        free = str(event["TRANSP"]) == "TRANSPARENT"
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        return Content(start, end, str(event.get("LOCATION", "")), str(event["SUMMARY"]), free=free)

    def edit(self, key: str, **values: Any) -> None:
        calendar, event = self.event(f"{key}.ics")
        for name, value in values.items():
            event.pop(name, None)
            event.add(name, value)
        answer = self.person("PUT", f"{COLLECTION}{key}.ics", calendar.to_ical())
        assert answer.status in (201, 204), answer.status

    def move(self, key: str, starts_at: datetime, ends_at: datetime) -> None:
        self.edit(key, dtstart=starts_at.astimezone(UTC), dtend=ends_at.astimezone(UTC))

    def rename(self, key: str, title: str) -> None:
        self.edit(key, summary=title)

    def relocate(self, key: str, place: str) -> None:
        self.edit(key, location=place)

    def delete(self, key: str) -> None:
        assert self.person("DELETE", f"{COLLECTION}{key}.ics").status == 200

    def forget(self) -> None:
        """The tokens that it gave are lost, as after their time or a restored backup."""
        for token in (self._files() or [Path()])[0].parent.glob(".Radicale.cache/sync-token/*"):
            token.unlink()

    def fail(self, fault: Callable[[], Any] | None) -> None:
        self.fault = fault


def _body(environ: dict[str, Any]) -> bytes:
    """What was sent, which can still be read afterwards."""
    sent: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(sent)
    return sent


@contextmanager
def running_radicale(folder: Path) -> Iterator[Radicale]:
    made = Radicale(folder)
    with override_settings(CALENDAR_EXCEPTIONS=[made.name]):
        yield made
    made.server.shutdown()
    made.server.server_close()
