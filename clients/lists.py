"""The look-up tables that a firm may change (elenchi utente): those of the product, and those it made itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from clients.enums import ListName
from clients.models import UserList


@dataclass(frozen=True)
class EntryList:
    """``own`` is the firm's row where the list is its own."""

    key: str
    name: str | Promise
    own: UserList | None = None


def all_lists() -> list[EntryList]:
    """The product's first, then the firm's by name."""
    return [
        *(EntryList(name.value, name.label) for name in ListName),
        *(EntryList(row.key, row.name, row) for row in UserList.objects.order_by("name", "id")),
    ]


def names() -> set[str]:
    return {each.key for each in all_lists()}
