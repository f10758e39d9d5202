"""What the client list can be narrowed by with one plain parameter, beyond what clients itself knows.

A higher app adds its own in ``AppConfig.ready()``: groups the group, scheduling what is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

Option = tuple[str, str | Promise]


@dataclass(frozen=True)
class Parameter:
    """``rows`` is for options that are rows of the firm (shown by ``name``), ``options`` for fixed ones."""

    name: str
    label: str | Promise
    condition: Callable[[str, date], Q]
    rows: Callable[[], QuerySet[Model]] | None = None
    options: tuple[Option, ...] = ()

    def name_of(self, value: str) -> str:
        """The option in words; the value itself where there is none of it."""
        if self.rows is None:
            return str(dict(self.options).get(value, value))
        found = self.rows().filter(pk=int(value)).first() if value.isdecimal() else None
        return str(found or value)


_parameters: dict[str, Parameter] = {}


def register(entries: Iterable[Parameter]) -> None:
    for entry in entries:
        if entry.name in _parameters:
            raise ValueError(f"the client list already has a parameter named {entry.name}")
        _parameters[entry.name] = entry


def parameters() -> Mapping[str, Parameter]:
    return MappingProxyType(_parameters)
