"""Parts of a client in the API that higher apps know: scheduling adds ``plan``, read-only (architecture.md 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from rest_framework.serializers import Serializer

from clients.models import Client


@dataclass(frozen=True)
class Part:
    """``read`` gives the part (``many``: a list) of each client by his id, in a constant number of statements."""

    name: str
    serializer: type[Serializer[Any]]
    read: Callable[[Sequence[Client], date], Mapping[int, Any]]
    many: bool = False


_parts: dict[str, Part] = {}


def contribute(part: Part) -> None:
    """Called in ``AppConfig.ready()``."""
    _parts[part.name] = part


def parts() -> Mapping[str, Part]:
    return MappingProxyType(_parts)
