"""How many requests a token may make: a fixed window in the cache, which degrades by itself when Redis is away."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tenants.models import ApiToken
from web.pace import WINDOW, count


class TokenThrottle(BaseThrottle):
    """``settings.API_REQUESTS_A_MINUTE`` for each token; what is left is said in the RateLimit headers."""

    def __init__(self) -> None:
        self.used = 0
        self.ends_in = WINDOW

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        now = time.time()
        self.ends_in = WINDOW - int(now) % WINDOW
        self.used = count(f"api:{request.auth.firm_id}:{request.auth.pk}:{int(now) // WINDOW}")
        request._request.rate_limit = self.headers()  # type: ignore[attr-defined]
        return self.used <= settings.API_REQUESTS_A_MINUTE

    def wait(self) -> float:
        return self.ends_in

    def headers(self) -> dict[str, str]:
        left = max(settings.API_REQUESTS_A_MINUTE - self.used, 0)
        return {
            "RateLimit-Policy": f'"token";q={settings.API_REQUESTS_A_MINUTE};w={WINDOW}',
            "RateLimit": f'"token";r={left};t={self.ends_in}',
        }
