"""What an error of a mail provider means, spoken to by HTTP (django-anymail), as ``smtp`` tells it of a server."""

from __future__ import annotations

from typing import Any

import requests
from anymail.exceptions import AnymailError

TOO_MANY = 429


def is_of_a_provider(error: Exception) -> bool:
    return isinstance(error, AnymailError | requests.RequestException)


def is_uncertain(error: Exception) -> bool:
    """The request was on its way and no answer came: the provider may have taken the mail."""
    if not isinstance(error, requests.RequestException) or _status(error):
        return False
    return not isinstance(error, requests.ConnectTimeout) and "NewConnectionError" not in f"{error!r} {error}"


def is_refused_for_good(error: Exception) -> bool:
    """It said no, and would say so again: a wrong recipient or text; not a wrong key, which can be mended."""
    return 400 <= _status(error) < 500 and _status(error) not in (401, 403, TOO_MANY)


def _status(error: Exception) -> int:
    answer: Any = getattr(error, "response", None)
    return int(getattr(error, "status_code", None) or getattr(answer, "status_code", None) or 0)
