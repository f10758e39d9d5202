"""Other ways of showing the client list than a table: the same clients, filters and actions (``?show=<code>``).

A higher app adds its own in ``AppConfig.ready()``: communications the matrix of clients and services.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

from clients.catalogue import CatalogueField
from clients.listing import Column
from clients.models import Client
from web.keyset import Page


class Shown(Protocol):
    """What a layout has read: enough for paging and for the bar of the selected rows; the rest is its template's."""

    @property
    def page(self) -> Page[Client]: ...
    @property
    def rows(self) -> Any: ...
    @property
    def total(self) -> int: ...
    @property
    def total_is_capped(self) -> bool: ...


@dataclass(frozen=True)
class Asked:
    """How the clients are to be shown: what the address says, else the vista, else what is usual."""

    today: date
    columns: tuple[Column, ...] = ()
    ordering: str = ""
    grouping: CatalogueField | None = None
    cursor: str | None = None


@dataclass(frozen=True)
class Layout:
    """``read`` raises ``InvalidCursorError`` for a cursor of another list."""

    code: str
    label: str | Promise
    icon: str
    template: str
    read: Callable[[QuerySet[Client], Asked], Shown]
    # Whether it shows the counts by value itself.
    is_grouped: bool = False


_layouts: dict[str, Layout] = {}


def register(layout: Layout) -> None:
    if layout.code in _layouts:
        raise ValueError(f"the client list already has a layout named {layout.code}")
    _layouts[layout.code] = layout


def layouts() -> Mapping[str, Layout]:
    return MappingProxyType(_layouts)
