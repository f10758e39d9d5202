"""What is said to an identity provider goes through the guarded door (security.md T22): allauth speaks ``requests``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpcore
import requests
from django.conf import settings
from requests.adapters import BaseAdapter

from web import outbound

MOST_ANSWERED = 512 * 1024
REDIRECTS = range(300, 400)


class GuardedAdapter(BaseAdapter):
    """Public addresses only, looked at before they are connected to; a redirect is a failure."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = request.body or b""
        try:
            reply = outbound.ask(
                request.method or "GET",
                request.url or "",
                headers=_sent(request.headers),
                body=body if isinstance(body, bytes) else str(body).encode(),
                excepted=settings.SINGLE_SIGN_ON_EXCEPTIONS,
            )
        except outbound.RefusedError as refused:
            raise requests.exceptions.InvalidURL(refused.code) from None
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            raise requests.exceptions.ConnectionError("unreachable") from None
        if reply.status in REDIRECTS:
            raise requests.exceptions.TooManyRedirects("redirect")
        if len(reply.body) > MOST_ANSWERED:
            raise requests.exceptions.ContentDecodingError("too_long")
        return _response(request, reply)

    def close(self) -> None:
        """Nothing stays open."""


def session() -> requests.Session:
    """For allauth (``get_requests_session``): no proxies, no passwords from the surroundings, no other way out."""
    made = requests.Session()
    made.trust_env = False
    made.adapters.clear()
    for scheme in ("https://", "http://"):
        made.mount(scheme, GuardedAdapter())
    made.headers["Accept-Encoding"] = "identity"
    made.headers["Accept"] = "application/json"
    return made


def _sent(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value.decode("latin-1") for name, value in headers.items()}


def _response(request: requests.PreparedRequest, reply: outbound.Reply) -> requests.Response:
    made = requests.Response()
    made.status_code, made.url, made.request = reply.status, request.url or "", request
    made.headers.update({"content-type": "application/json", **reply.headers})
    made._content = reply.body
    return made
