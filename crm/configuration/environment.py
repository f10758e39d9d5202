"""How the settings read the environment. Nothing secret has a default outside DEBUG."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"The environment variable {name} is not set.")
    return value


def env_flag(name: str, *, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def env_number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.strip().isdecimal():
        raise ImproperlyConfigured(f"The environment variable {name} is no whole number: {text!r}.")
    return int(text)


def env_seconds(name: str, default: int) -> timedelta:
    text = os.environ.get(name, str(default))
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise ImproperlyConfigured(f"The environment variable {name} is no number of seconds: {text!r}.") from None


def env_json(name: str) -> dict[str, object]:
    try:
        document = json.loads(os.environ.get(name, "{}"))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ImproperlyConfigured(f"The environment variable {name} is no JSON object.")
    return document


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def database(url: str) -> dict[str, object]:
    """A DATABASES entry from ``postgres://user:password@host:port/name`` or ``postgres:///name?host=/socket/dir``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"postgres", "postgresql"}:
        # Without the address itself, which has a password in it.
        raise ImproperlyConfigured("The address of the database is not like postgres://user:password@host:5432/name.")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": query.pop("user", None) or unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": query.pop("port", None) or str(port or ""),
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": query,
    }
