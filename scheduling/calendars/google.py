"""Google Calendar, version 3 of its API (developers.google.com/workspace/calendar/api/v3/reference).

Spoken by hand through the guarded door rather than by Google's client library, which brings its own HTTP and fifty
packages; of the API six calls are needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from scheduling.calendars.adapter import (
    ChangedError,
    Content,
    Known,
    MissingError,
    NotAllowedError,
    NotTakenError,
    Outgoing,
    Page,
    Seen,
    TokenExpiredError,
    TryLaterError,
)
from scheduling.calendars.contents import one_line
from scheduling.calendars.speaking import answered, retry_after
from web.outbound import Reply

PAGE_SIZE = 250
# developers.google.com/workspace/calendar/api/guides/errors: these 403s ask for patience, all others for consent.
QUOTA = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
REFERENCE, MARK = "cadenza", "cadenzaMark"


class GoogleCalendar:
    """The member's primary calendar. ``access`` gives a token; told ``stale=True`` a fresh one."""

    def __init__(self, access: Callable[[bool], str]) -> None:
        self.access = access
        self.events = f"{settings.GOOGLE_CALENDAR_URL}/calendars/primary/events"
        self.account = ""

    def changes(self, token: str, *, since: datetime, known: Known) -> Iterator[Page]:
        """Paged; ``timeMin`` may not stand beside a syncToken (…/calendar/api/guides/sync)."""
        asked = {"maxResults": str(PAGE_SIZE), "singleEvents": "false"}
        asked |= {"syncToken": token} if token else {"timeMin": since.astimezone(UTC).isoformat()}
        while True:
            reply = self._call("GET", f"?{urlencode(asked)}")
            if reply.status == 410:
                raise TokenExpiredError
            self._expect(reply, 200)
            found = json.loads(reply.body)
            self.account = str(found.get("summary", ""))
            yield Page([_seen(item) for item in found.get("items", ())], str(found.get("nextSyncToken", "")))
            if not found.get("nextPageToken"):
                return
            asked["pageToken"] = found["nextPageToken"]

    def look(self, key: str) -> Seen | None:
        reply = self._call("GET", f"/{quote(key)}")
        if reply.status in (404, 410):
            return None
        self._expect(reply, 200)
        return _seen(json.loads(reply.body))

    def create(self, event: Outgoing) -> str:
        """With an id of our own: a second attempt is answered 409 (…/guides/errors, "requested identifier")."""
        body = _body(event) | {"id": event.key, "description": event.content.about}
        reply = self._call("POST", "", body)
        if reply.status == 409:
            raise ChangedError
        return self._written(reply)

    def update(self, event: Outgoing, *, etag: str) -> str:
        """A patch leaves reminders, colour and guests as they are; If-Match as in …/guides/version-resources.

        "confirmed" also brings back a deleted event, whose id cannot be given again (…/v3/reference/events, "status").
        """
        reply = self._call("PATCH", f"/{quote(event.key)}", _body(event), {"If-Match": etag})
        if reply.status == 412:
            raise ChangedError
        if reply.status in (404, 410):
            raise MissingError
        return self._written(reply)

    def remove(self, key: str) -> None:
        reply = self._call("DELETE", f"/{quote(key)}")
        if reply.status not in (404, 410):
            self._expect(reply, 200, 204)

    def _written(self, reply: Reply) -> str:
        self._expect(reply, 200)
        return str(json.loads(reply.body)["etag"])

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, more: Mapping[str, str] | None = None
    ) -> Reply:
        """An access token lasts an hour; one that is refused is exchanged once."""
        for stale in (False, True):
            headers = {"Authorization": f"Bearer {self.access(stale)}", "Accept": "application/json", **(more or {})}
            sent = b""
            if body is not None:
                sent, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
            if method != "GET":
                headers["Content-Length"] = str(len(sent))
            reply = answered(method, self.events + path, headers=headers, body=sent)
            if reply.status != 401:
                return reply
        raise NotAllowedError("unauthorised")

    def _expect(self, reply: Reply, *statuses: int) -> None:
        if reply.status in statuses:
            return
        reason = _reason(reply)
        if reply.status == 429 or reason in QUOTA:
            raise TryLaterError("quota", retry_after(reply))
        if reply.status >= 500:
            raise TryLaterError("unavailable", retry_after(reply))
        if reply.status == 403:
            raise NotAllowedError("forbidden")
        raise NotTakenError(reason or str(reply.status))


def _body(event: Outgoing) -> dict[str, Any]:
    content = event.content
    return {
        "summary": content.title,
        "location": content.place,
        "start": _moment(content.starts_at),
        "end": _moment(content.ends_at),
        "recurrence": [],
        "status": "confirmed",
        "transparency": "transparent" if content.free else "opaque",
        "extendedProperties": {"private": {REFERENCE: event.reference, MARK: event.mark}},
    }


def _moment(moment: datetime) -> dict[str, str | None]:
    return {"dateTime": moment.astimezone(UTC).isoformat(), "timeZone": "UTC", "date": None}


def _seen(item: Mapping[str, Any]) -> Seen:
    own = item.get("extendedProperties", {}).get("private", {})
    gone = item.get("status") == "cancelled"
    return Seen(
        key=str(item.get("id", "")),
        etag=str(item.get("etag", "")),
        gone=gone,
        reference=str(own.get(REFERENCE, "")),
        mark=str(own.get(MARK, "")),
        content=None if gone else _content(item),
    )


def _content(item: Mapping[str, Any]) -> Content | None:
    """None for a whole day, a repetition, or what no calendar should say."""
    start, end = item.get("start", {}).get("dateTime"), item.get("end", {}).get("dateTime")
    if not start or not end or item.get("recurrence"):
        return None
    try:
        starts_at, ends_at = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        return None
    if starts_at.tzinfo is None or ends_at.tzinfo is None or not timedelta() < ends_at - starts_at:
        return None
    return Content(
        starts_at=starts_at,
        ends_at=ends_at,
        place=one_line(str(item.get("location", ""))),
        title=one_line(str(item.get("summary", ""))),
        free=item.get("transparency") == "transparent",
    )


def _reason(reply: Reply) -> str:
    try:
        error = json.loads(reply.body)["error"]
        return str(error["errors"][0]["reason"])[:40]
    except (ValueError, LookupError, TypeError):
        return ""
