"""The member's consent at Google's: authorisation code with PKCE, refresh, revocation.

developers.google.com/identity/protocols/oauth2/web-server (code, offline access, refresh, revoke) and RFC 7636.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from scheduling.calendars.adapter import NotAllowedError, TryLaterError
from scheduling.calendars.speaking import answered, retry_after

# Events only: neither the list of calendars nor anything else of the account.
SCOPE = "https://www.googleapis.com/auth/calendar.events"
# An access token is exchanged so long before its end.
EARLY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Tokens:
    refresh: str
    access: str
    expires_at: datetime

    def text(self) -> str:
        return json.dumps([self.refresh, self.access, self.expires_at.isoformat()])

    @classmethod
    def read(cls, text: str) -> Tokens:
        refresh, access, expires_at = json.loads(text)
        return cls(refresh, access, datetime.fromisoformat(expires_at))

    def is_fresh(self) -> bool:
        return timezone.now() < self.expires_at - EARLY


@dataclass(frozen=True, slots=True)
class Question:
    """What Google is asked, and what only the member's session knows until the answer comes."""

    state: str
    verifier: str

    @classmethod
    def new(cls) -> Question:
        return cls(token_urlsafe(32), token_urlsafe(64))

    @property
    def challenge(self) -> str:
        """RFC 7636 4.2, S256."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def address(self) -> str:
        """Where the member is sent."""
        asked = {
            "client_id": settings.GOOGLE_CLIENT_ID,
            "redirect_uri": redirect_address(),
            "response_type": "code",
            "scope": SCOPE,
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "access_type": "offline",
            # Without it a second consent brings no refresh token.
            "prompt": "consent",
        }
        return f"{settings.GOOGLE_CONSENT_URL}?{urlencode(asked)}"


def is_offered() -> bool:
    return bool(settings.GOOGLE_CLIENT_ID and settings.GOOGLE_CLIENT_SECRET)


def redirect_address() -> str:
    return f"{settings.SITE_URL.rstrip('/')}/outside/google/"


def exchange(code: str, verifier: str) -> Tokens:
    """The code for tokens. Raises NotAllowedError, TryLaterError."""
    given = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    found = _ask(given | {"redirect_uri": redirect_address()})
    if SCOPE not in str(found.get("scope", SCOPE)).split():
        # The member may have unticked it on Google's page (granular permissions).
        raise NotAllowedError("scope")
    return _tokens(found, refresh=str(found.get("refresh_token", "")))


def refreshed(tokens: Tokens) -> Tokens:
    """A new access token; the refresh token stays unless a new one comes along."""
    found = _ask({"grant_type": "refresh_token", "refresh_token": tokens.refresh})
    return _tokens(found, refresh=str(found.get("refresh_token") or tokens.refresh))


def revoke(tokens: Tokens) -> None:
    """Google forgets the consent; both tokens are worth nothing from now on. Raises TryLaterError."""
    _post(settings.GOOGLE_REVOKE_URL, {"token": tokens.refresh})


def _tokens(found: Mapping[str, object], *, refresh: str) -> Tokens:
    access, lasts = found.get("access_token"), found.get("expires_in")
    if not refresh or not isinstance(access, str) or not isinstance(lasts, int):
        raise NotAllowedError("no_token")
    return Tokens(refresh, access, timezone.now() + timedelta(seconds=lasts))


def _ask(given: Mapping[str, str]) -> Mapping[str, object]:
    own = {"client_id": settings.GOOGLE_CLIENT_ID, "client_secret": settings.GOOGLE_CLIENT_SECRET}
    status, body, wait = _post(settings.GOOGLE_TOKEN_URL, {**own, **given})
    if status == 429 or status >= 500:
        raise TryLaterError("unavailable", wait)
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if status != 200 or not isinstance(found, dict):
        # "invalid_grant": revoked, or not used for half a year.
        raise NotAllowedError("revoked" if status == 400 else "unauthorised")
    return found


def _post(url: str, given: Mapping[str, str]) -> tuple[int, bytes, float | None]:
    body = urlencode(given).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    reply = answered("POST", url, headers=headers, body=body)
    return reply.status, reply.body, retry_after(reply)
