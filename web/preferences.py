"""Choices about the look that the server renders, so that no page flashes. They are kept in cookies."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

THEMES = ("system", "light", "dark")
SWITCH = ("on", "off")
CHOICES = {"theme": THEMES, "shortcuts": SWITCH}
A_YEAR = 365 * 24 * 60 * 60


def preference(request: HttpRequest, name: str) -> str:
    """The value in the cookie, or the first choice."""
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else CHOICES[name][0]


def remember(response: HttpResponseBase, name: str, value: str) -> None:
    if value not in CHOICES[name]:
        raise ValueError(f"{value!r} is no choice for {name}.")
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
