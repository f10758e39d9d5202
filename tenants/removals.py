"""Which kinds of rows can be deleted with a way back, and what each asks for. Apps tell in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models

from tenants.permissions import Permission

RESTORABLE = timedelta(days=30)


def _as_it_is(row: Any) -> None:
    """Nothing hangs on it but its own rows."""


@dataclass(frozen=True)
class Kind:
    """``settle`` checks a row that is back (ValidationError: its place is taken) and makes known that it is."""

    needs: Permission = Permission.CONFIGURE
    settle: Callable[[Any], object] = _as_it_is


_KINDS: dict[str, Kind] = {}


def allow(
    model: type[models.Model], *, needs: Permission = Permission.CONFIGURE, settle: Callable[[Any], object] = _as_it_is
) -> None:
    """Say what a kind asks for where the usual does not do."""
    _KINDS[model._meta.label_lower] = Kind(needs, settle)


def kind_of(label: str) -> Kind:
    return _KINDS.get(label, Kind())


def kinds_needing(may: Callable[[Permission], bool]) -> list[str]:
    """The kinds that were told of and that somebody with these permissions may delete."""
    return [label for label, kind in _KINDS.items() if may(kind.needs)]
