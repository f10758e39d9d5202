"""Who calls: FirmMiddleware has read the token and bound its firm; here it becomes DRF's user."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from tenants.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``. Cookies of the pages count for nothing here."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        token: ApiToken | None = getattr(request._request, "api_token", None)
        return None if token is None else (token.member.user, token)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
