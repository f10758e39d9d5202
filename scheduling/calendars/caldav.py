"""A calendar on a CalDAV server (RFC 4791), read by its sync-collection report (RFC 6578), or by listing it.

Spoken by hand through the guarded door: client libraries bring their own HTTP, and follow redirects.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, unquote, urlsplit

from scheduling.calendars import caldav_xml as xml
from scheduling.calendars.adapter import (
    ChangedError,
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
from scheduling.calendars.caldav_event import KEY, changed, fresh, seen_in
from scheduling.calendars.speaking import answered, retry_after
from web.outbound import Reply

AT_ONCE = 50
# A server that never ends its answer in pieces (RFC 6578 3.6) is left.
MOST_PIECES = 1_000
CALENDAR = "text/calendar; charset=utf-8"
# How servers say that they do not know a report (RFC 3253 3.6 asks for 403, with a body that names the reason).
UNKNOWN_REPORT = (400, 403, 405, 415, 422, 501)
# What begins the token of a calendar that is listed.
LISTED = "listed:"


class CalDavCalendar:
    """One collection. The key of an event is its UID, and the name of its file."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address if address.endswith("/") else address + "/"
        self.login = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    def changes(self, token: str, *, since: datetime, known: Known) -> Iterator[Page]:
        """Whole or incremental; only files whose names can be ours are ever opened."""
        if token.startswith(LISTED):
            yield from self._listed(token, known)
            return
        for _piece in range(MOST_PIECES):
            reply = self._call("REPORT", self.address, xml.sync_collection(token), {"Depth": "0"})
            if reply.status in (403, 409, 412) and (token or b"valid-sync-token" in reply.body):
                # RFC 6578 3.2: DAV:valid-sync-token. Some servers give no body with it.
                raise TokenExpiredError
            if reply.status in UNKNOWN_REPORT:
                yield from self._listed("", known)
                return
            self._expect(reply, 207)
            found = self._read(reply)
            keys = {key: one for one in found.answers if (key := _key(one.href)) is not None}
            gone = [Seen(key, etag="", gone=True) for key, one in keys.items() if one.is_gone]
            there = [key for key, one in keys.items() if not one.is_gone]
            token = found.token
            yield Page([*gone, *self._opened(there)], token)
            if not found.is_cut:
                return
        raise TryLaterError("unavailable")

    def _listed(self, token: str, known: Known) -> Iterator[Page]:
        """A server that cannot say what has changed: its files' etags beside those that we know.

        Where it marks the collection (getctag), an unchanged mark says that there is nothing to list, if we know the
        same as when it was listed: a mark made from the files is the old one again once an event of ours, written
        since, is deleted there. It is asked for first: what changes meanwhile is found the next time.
        """
        ctag = next((one.ctag for one in self._files(depth="0").answers if one.ctag), "")
        before = known()
        if ctag and token == _mark(ctag, before):
            yield Page([], token)
            return
        found = self._files(depth="1")
        etags = {key: one.etag for one in found.answers if (key := _key(one.href)) is not None and not one.is_gone}
        same = [Seen(key, etag) for key, etag in etags.items() if before.get(key) == etag]
        news = [key for key, etag in etags.items() if before.get(key) != etag]
        # Of a list that was cut nobody can say what is missing from it.
        is_whole = not found.is_cut and len(found.answers) < xml.MOST_ANSWERS
        gone = [Seen(key, etag="", gone=True) for key in before if is_whole and key not in etags]
        agreed = {key: etags[key] for key in before if key in etags}
        yield Page([*gone, *same, *self._opened(news)], _mark(ctag, agreed))

    def _files(self, *, depth: str) -> xml.Multistatus:
        reply = self._call("PROPFIND", self.address, xml.listing(), {"Depth": depth})
        self._expect(reply, 207)
        return self._read(reply)

    def _opened(self, keys: list[str]) -> list[Seen]:
        return [seen for start in range(0, len(keys), AT_ONCE) for seen in self._several(keys[start:][:AT_ONCE])]

    def look(self, key: str) -> Seen | None:
        reply = self._call("GET", self._place(key))
        if reply.status in (404, 410):
            return None
        self._expect(reply, 200)
        return seen_in(key, reply.headers.get("etag", ""), reply.body)

    def create(self, event: Outgoing) -> str:
        """If-None-Match: a file of this name that is there already is not written over."""
        return self._put(event.key, fresh(event), {"If-None-Match": "*"})

    def update(self, event: Outgoing, *, etag: str) -> str:
        """What the member's programs have added (alarms, categories) stays: the file is read first."""
        reply = self._call("GET", self._place(event.key))
        if reply.status in (404, 410):
            raise MissingError
        self._expect(reply, 200)
        if reply.headers.get("etag", "") != etag:
            raise ChangedError
        return self._put(event.key, changed(reply.body, event), {"If-Match": etag})

    def remove(self, key: str) -> None:
        reply = self._call("DELETE", self._place(key))
        if reply.status not in (404, 410):
            self._expect(reply, 200, 204)

    def find(self) -> tuple[str, str]:
        """The calendar at this address or, of a server, its owner's first: address and name. Raises NotAllowedError."""
        found = self._described(self.address, depth="0")
        here = found.answers[0] if found.answers else None
        if here is None:
            raise NotAllowedError("not_found")
        if not here.is_calendar and here.principal:
            here = self._first_of(here.principal)
        if here is None or not here.is_calendar:
            raise NotAllowedError("no_calendar")
        return self._absolute(here.href), here.name

    def _first_of(self, principal: str) -> xml.Answer | None:
        """RFC 5397 (whose), RFC 4791 6.2.1 (where his calendars are), then the first that takes events."""
        owner = self._described(self._absolute(principal), depth="0").answers
        home = owner[0].home if owner else ""
        if not home:
            return None
        inside = self._described(self._absolute(home), depth="1").answers
        return next((one for one in inside if one.is_calendar), None)

    def _described(self, address: str, *, depth: str) -> xml.Multistatus:
        reply = self._call("PROPFIND", address, xml.description(), {"Depth": depth})
        if reply.status in (301, 302, 307, 308, 404, 405):
            raise NotAllowedError("not_found")
        self._expect(reply, 207)
        return self._read(reply)

    def _several(self, keys: list[str]) -> list[Seen]:
        asked = xml.multiget([urlsplit(self._place(key)).path for key in keys])
        reply = self._call("REPORT", self.address, asked, {"Depth": "1"})
        self._expect(reply, 207)
        seen = []
        for one in self._read(reply).answers:
            key = _key(one.href)
            if key is not None:
                seen.append(Seen(key, "", gone=True) if one.is_gone else seen_in(key, one.etag, one.data.encode()))
        return seen

    def _put(self, key: str, data: bytes, condition: Mapping[str, str]) -> str:
        reply = self._call("PUT", self._place(key), data, {"Content-Type": CALENDAR, **condition})
        if reply.status == 412:
            raise ChangedError
        self._expect(reply, 200, 201, 204)
        if etag := reply.headers.get("etag"):
            return etag
        # RFC 4791 5.3.4: no etag when the server has changed what it was given.
        now = self.look(key)
        return now.etag if now is not None else ""

    def _place(self, key: str) -> str:
        return f"{self.address}{quote(key)}.ics"

    def _absolute(self, href: str) -> str:
        """On the same server only: the password goes nowhere else."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}{urlsplit(href).path}"

    def _read(self, reply: Reply) -> xml.Multistatus:
        try:
            return xml.read(reply.body)
        except ValueError:
            raise TryLaterError("unreadable") from None

    def _call(self, method: str, address: str, body: bytes = b"", more: Mapping[str, str] | None = None) -> Reply:
        headers = {"Authorization": self.login, "Content-Type": "application/xml; charset=utf-8", **(more or {})}
        if method not in ("GET", "DELETE"):
            headers["Content-Length"] = str(len(body))
        return answered(method, address, headers=headers, body=body)

    def _expect(self, reply: Reply, *statuses: int) -> None:
        if reply.status in statuses:
            return
        if reply.status == 401:
            raise NotAllowedError("unauthorised")
        if reply.status == 403:
            raise NotAllowedError("forbidden")
        if reply.status == 429 or reply.status >= 500:
            raise TryLaterError("quota" if reply.status == 429 else "unavailable", retry_after(reply))
        if reply.status in (404, 409, 410):
            # The whole collection is gone: of a single event it is answered elsewhere.
            raise NotAllowedError("not_found")
        raise NotTakenError(str(reply.status))


def _mark(ctag: str, known: Mapping[str, str]) -> str:
    """What is kept of a listing: the mark of the collection, if it has one, and what we knew of our own events."""
    if not ctag:
        return LISTED
    knowledge = "\n".join(f"{key} {etag}" for key, etag in sorted(known.items()))
    return f"{LISTED}{sha256(knowledge.encode()).hexdigest()[:16]}:{ctag}"


def _key(href: str) -> str | None:
    """The key in the name of a file, if it can be one of ours."""
    name = unquote(urlsplit(href).path).rsplit("/", 1)[-1].removesuffix(".ics")
    return name if KEY.fullmatch(name) else None
