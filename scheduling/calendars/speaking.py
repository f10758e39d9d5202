"""Calls to calendars outside: through the guarded door, with failures in our words."""

from __future__ import annotations

from collections.abc import Mapping

import httpcore
from django.conf import settings

from scheduling.calendars.adapter import TryLaterError
from web import outbound
from web.outbound import Reply

LONGEST_WAIT = 24 * 3600.0


def answered(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
    """The answer, or TryLaterError when there is none. Redirects are answers, and nobody follows them."""
    named = {"User-Agent": "Cadenza-Calendar/1", **headers}
    try:
        return outbound.ask(method, url, headers=named, body=body, excepted=settings.CALENDAR_EXCEPTIONS)
    except outbound.RefusedError as refused:
        raise TryLaterError(f"address_{refused.code}") from refused
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as failed:
        raise TryLaterError("unreachable") from failed


def retry_after(reply: Reply) -> float | None:
    """The seconds of a Retry-After header (RFC 9110 10.2.3); a date is taken as not said."""
    said = reply.headers.get("retry-after", "").strip()
    return min(float(said), LONGEST_WAIT) if said.isdecimal() and len(said) < 9 else None
