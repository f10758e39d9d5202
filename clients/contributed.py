"""Parts of a client in the API that higher apps know: scheduling adds ``plan``, read-only (architecture.md 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Expression, Subquery
from rest_framework.serializers import Serializer

from clients.models import Client


@dataclass(frozen=True)
class Part:
    """``stored`` finds in SQL, seen from the client's row, the JSON that ``read`` makes the part of (``many``: a list).

    So all parts of all clients on a page are one statement.
    """

    name: str
    serializer: type[Serializer[Any]]
    stored: Callable[[], Expression | Subquery]
    read: Callable[[Client, Any, date], Any]
    many: bool = False


_parts: dict[str, Part] = {}


def contribute(part: Part) -> None:
    """Called in ``AppConfig.ready()``."""
    _parts[part.name] = part


def parts() -> Mapping[str, Part]:
    return MappingProxyType(_parts)
