"""Places of a page that a higher app may fill: the page's own app knows the place's name, not who fills it.

Filled in ``AppConfig.ready()``; a filler gets the request and what the place is about, and answers with HTML or "".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

Filler = Callable[[HttpRequest, Any], str]

_fillers: dict[str, list[Filler]] = {}


def fill(name: str, filler: Filler) -> None:
    known = _fillers.setdefault(name, [])
    if filler not in known:
        known.append(filler)


def filled(name: str, request: HttpRequest, about: Any) -> SafeString:
    """What all fillers of the place have to show; each renders a template, which has escaped it."""
    return mark_safe("".join(filler(request, about) for filler in _fillers.get(name, ())))  # noqa: S308
