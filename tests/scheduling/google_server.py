"""A stand-in for Google's calendar and consent servers: a real HTTP server that keeps to what Google documents.

Pages cited: [sync] developers.google.com/workspace/calendar/api/guides/sync, [errors] …/calendar/api/guides/errors,
[etags] …/calendar/api/guides/version-resources, [events] …/calendar/api/v3/reference/events, [list] …/events/list,
[insert] …/events/insert, [patch] …/events/patch, [delete] …/events/delete,
[oauth] developers.google.com/identity/protocols/oauth2/web-server.
"""

from __future__ import annotations

import json
import random
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import override_settings

from scheduling.calendars.adapter import Content

# [insert] "characters allowed in the ID are those used in base32hex encoding, i.e. lowercase letters a-v and digits
# 0-9", "the length of the ID must be between 5 and 1024 characters".
ID = re.compile(r"[a-v0-9]{5,1024}")
# [list] syncToken: "There are several query parameters that cannot be specified together with nextSyncToken".
NOT_WITH_A_TOKEN = {
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
}  # fmt: skip


class Google:
    """One account's primary calendar, its consent, and the faults that a test asks for."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.events: dict[str, dict[str, Any]] = {}
        self.changed: dict[str, int] = {}
        self.clock = self.forgotten = 0
        self.page_size = 3
        self.codes: dict[str, str] = {}
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.asked: list[str] = []
        self.reasons: list[tuple[int, str, str]] = []
        # A function from (method, path) to a fault: "drop" (before), "lose" (after), or (status, reason, retry-after).
        self.fault: Any = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"google": self}))
        self.name = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    # What a person does in Google's own calendar.

    def own_event(self, key: str, **values: Any) -> None:
        """An event that the member enters there."""
        with self.lock:
            self._store(key, {"id": key, "status": "confirmed", **values})

    def edit(self, key: str, **values: Any) -> None:
        with self.lock:
            self._store(key, {**self.events[key], **values})

    def delete(self, key: str) -> None:
        """[events] status: "cancelled events … so that they can be restored (undeleted)" """
        self.edit(key, status="cancelled")

    def forget_tokens(self) -> None:
        """[sync] "Sometimes sync tokens are invalidated by the server, … respond with a response code 410"."""
        self.forgotten = self.clock

    @property
    def standing(self) -> dict[str, dict[str, Any]]:
        return {key: event for key, event in self.events.items() if event["status"] != "cancelled"}

    def consent(self, code: str, challenge: str) -> None:
        """The member said yes on the consent page."""
        self.codes[code] = challenge

    def _store(self, key: str, event: dict[str, Any]) -> None:
        self.clock += 1
        # [etags] "the etag changes whenever the resource changes".
        self.events[key] = {**event, "etag": f'"{self.clock}"'}
        self.changed[key] = self.clock

    # The protocol.

    def list(self, asked: dict[str, str]) -> tuple[int, Any]:
        """[sync] full and incremental; pages carry nextPageToken, the last one nextSyncToken."""
        token = asked.get("syncToken")
        if token and NOT_WITH_A_TOKEN & set(asked):
            return 400, "badRequest"
        since = int(token) if token else 0
        if token and since < self.forgotten:
            return 410, "fullSyncRequired"
        place = int(asked.get("pageToken", "0"))
        # [list] "all deleted events … are always included" with a syncToken; else showDeleted is false.
        found = [
            self.events[key]
            for key, at in sorted(self.changed.items())
            if at > since and (token or self.events[key]["status"] != "cancelled")
        ]
        if "timeMin" in asked:
            # [list] timeMin: "Lower bound (exclusive) for an event's end time to filter by".
            found = [one for one in found if one.get("end", {}).get("dateTime", "9999") > asked["timeMin"]]
        shown = [_shown(one) for one in found[place : place + self.page_size]]
        more = place + self.page_size < len(found)
        last = {"nextPageToken": str(place + self.page_size)} if more else {"nextSyncToken": str(self.clock)}
        return 200, {"kind": "calendar#events", "summary": "anna@example.com", "items": shown, **last}

    def insert(self, body: dict[str, Any]) -> tuple[int, Any]:
        """[errors] 409 "The requested identifier already exists"; a deleted event still has its own."""
        if not ID.fullmatch(body["id"]):
            return 400, "invalid"
        if body["id"] in self.events:
            return 409, "duplicate"
        self._store(body["id"], _cleaned(body))
        return 200, self.events[body["id"]]

    def patch(self, key: str, body: dict[str, Any], etag: str | None) -> tuple[int, Any]:
        """[patch] fields that are left out stay; null clears. [etags] If-Match that fails is 412."""
        if key not in self.events:
            return 404, "notFound"
        if etag not in (None, "*", self.events[key]["etag"]):
            return 412, "conditionNotMet"
        self._store(key, _cleaned({**self.events[key], **body}))
        return 200, self.events[key]

    def remove(self, key: str) -> tuple[int, Any]:
        """[errors] deleting what is deleted is 410 "Resource has been deleted"."""
        if key not in self.events:
            return 404, "notFound"
        if self.events[key]["status"] == "cancelled":
            return 410, "deleted"
        self.delete(key)
        return 204, None

    def get(self, key: str) -> tuple[int, Any]:
        return (200, self.events[key]) if key in self.events else (404, "notFound")

    def token(self, form: dict[str, str]) -> tuple[int, Any]:
        """[oauth] codes are good once, with the verifier of their challenge; refresh gives access anew."""
        if form.get("client_id") != "cadenza.apps" or form.get("client_secret") != "hush":
            return 401, {"error": "invalid_client"}
        if form["grant_type"] == "authorization_code":
            said = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            if self.codes.pop(form["code"], None) != said:
                return 400, {"error": "invalid_grant"}
            self.refresh.add(refresh := f"refresh-{random.getrandbits(64)}")
            return 200, self._access() | {"refresh_token": refresh}
        if form["refresh_token"] not in self.refresh:
            # [oauth] "invalid_grant": the refresh token was revoked or has expired.
            return 400, {"error": "invalid_grant"}
        return 200, self._access()

    def _access(self) -> dict[str, Any]:
        access = f"access-{random.getrandbits(64)}"
        self.access.add(access)
        scope = "https://www.googleapis.com/auth/calendar.events"
        return {"access_token": access, "expires_in": 3600, "scope": scope, "token_type": "Bearer"}

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        if parts.path == "/token":
            return self.token(form)
        if parts.path == "/revoke":
            self.refresh.discard(form["token"])
            return 200, {}
        # [errors] 401 "Invalid Credentials": the access token has expired or is not valid.
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.access:
            return 401, "authError"
        key = parts.path.removeprefix("/calendars/primary/events").strip("/")
        if method == "GET":
            return self.get(key) if key else self.list(asked)
        if method == "POST":
            return self.insert(json.loads(body))
        if method == "PATCH":
            return self.patch(key, json.loads(body), headers.get("If-Match"))
        return self.remove(key)

    def respond(self, method: str, url: str, headers: Any, body: bytes) -> tuple[int, Any, str] | None:
        """Status, what is said, Retry-After; None where the connection just ends."""
        with self.lock:
            self.asked.append(f"{method} {url}")
            fault = self.fault(method, url) if self.fault else None
            if fault == "drop":
                return None
            if isinstance(fault, tuple):
                return fault
            status, said = self.answer(method, url, headers, body)
            return None if fault == "lose" else (status, deepcopy(said), "")


class Handler(BaseHTTPRequestHandler):
    google: Google

    def speak(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = self.google.respond(self.command, self.path, self.headers, body)
        if found is None:
            self.close_connection = True
            return
        status, said, wait = found
        if isinstance(said, str):
            # [errors] the shape of every error.
            error = {"domain": "global", "reason": said, "message": said}
            said = {"error": {"code": status, "message": said, "errors": [error]}}
        sent = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        if wait:
            self.send_header("Retry-After", wait)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *args: Any) -> None:
        """Nothing on the standard error of the tests."""


for method in ("GET", "POST", "PATCH", "DELETE"):
    setattr(Handler, f"do_{method}", Handler.speak)


class GoogleSide:
    """The member at Google's own calendar."""

    def __init__(self, google: Google) -> None:
        self.google = google

    def standing(self) -> dict[str, Content | None]:
        return {name: self._content(event) for name, event in self.google.standing.items() if name.startswith("crm")}

    def _content(self, event: dict[str, Any]) -> Content:
        start, end = (datetime.fromisoformat(event[name]["dateTime"]) for name in ("start", "end"))
        free = event.get("transparency") == "transparent"
        return Content(start, end, event.get("location", ""), event["summary"], free=free)

    def move(self, name: str, starts_at: datetime, ends_at: datetime) -> None:
        self.google.edit(name, start=_when(starts_at), end=_when(ends_at))

    def rename(self, name: str, title: str) -> None:
        self.google.edit(name, summary=title)

    def relocate(self, name: str, place: str) -> None:
        self.google.edit(name, location=place)

    def delete(self, name: str) -> None:
        self.google.delete(name)

    def forget(self) -> None:
        self.google.forget_tokens()

    def fail(self, fault: Callable[[], Any] | None) -> None:
        self.google.fault = None if fault is None else lambda method, path: fault()


@contextmanager
def running_google() -> Iterator[Google]:
    """With the product pointed at it, and registered with it."""
    made = Google()
    base = f"http://{made.name}"
    given = {
        "GOOGLE_CLIENT_ID": "cadenza.apps",
        "GOOGLE_CLIENT_SECRET": "hush",
        "GOOGLE_CONSENT_URL": f"{base}/consent",
        "GOOGLE_TOKEN_URL": f"{base}/token",
        "GOOGLE_REVOKE_URL": f"{base}/revoke",
        "GOOGLE_CALENDAR_URL": base,
        "CALENDAR_EXCEPTIONS": [made.name],
    }
    with override_settings(**given):
        yield made
    made.server.shutdown()
    made.server.server_close()


def _cleaned(event: dict[str, Any]) -> dict[str, Any]:
    """What was set to null is gone; so are empty lists."""
    kept = {name: value for name, value in event.items() if value not in (None, [])}
    for name in ("start", "end"):
        kept[name] = {part: value for part, value in kept[name].items() if value is not None}
    return kept


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    """[events] "Deleted events are only guaranteed to have the id field populated"."""
    if event["status"] == "cancelled":
        return {"id": event["id"], "status": "cancelled", "etag": event["etag"]}
    return event


def _when(moment: datetime) -> dict[str, str]:
    return {"dateTime": moment.astimezone(UTC).isoformat()}
