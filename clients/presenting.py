"""Named ways of looking at the client list (viste), ``?view=<code>``: whom it shows, and how.

They belong to groups, which registers the one source of them in ``AppConfig.ready()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import Q

from clients import listing
from clients.grouping import field_named
from clients.layouts import Asked, Layout, layouts
from tenants.models import Membership

PARAMETER = "view"
# What an address says to put aside what the vista says.
TABLE, UNGROUPED = "table", "none"


@dataclass(frozen=True, kw_only=True)
class Presentation:
    code: str
    name: str
    condition: Q
    description: str = ""
    columns: tuple[str, ...] = ()
    ordering: str = ""
    grouping: str = ""
    layout: str = ""
    # Whether it says itself which states of clients it means; else those whom the firm serves.
    says_state: bool = False
    # Why its filter can no longer be used; then it shows nobody.
    problem: str = ""


class Source(Protocol):
    def find(self, code: str, member: Membership, today: date) -> Presentation | None:
        """The one of that code, if the member has it."""

    def usual(self, member: Membership) -> str:
        """The code of the one with which the member's list begins; empty: with all clients."""


_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def presented(code: str, member: Membership, today: date) -> Presentation | None:
    found = (source.find(code, member, today) for source in _sources)
    return next((each for each in found if each is not None), None) if code else None


def usual(member: Membership) -> str:
    return next((code for source in _sources if (code := source.usual(member))), "")


def asked(query: Mapping[str, str], member: Membership, *, today: date, view: Presentation | None) -> Asked:
    """How the list at this address is to be shown."""
    named = query["columns"].split(",") if query.get("columns") else list(view.columns) if view else []
    grouping = query.get("by") or (view.grouping if view else "")
    return Asked(
        today=today,
        columns=listing.columns_named(named) if named else listing.chosen_columns(member),
        ordering=query.get("ordering") or (view.ordering if view else ""),
        grouping=field_named(grouping) if grouping != UNGROUPED else None,
        cursor=query.get("cursor"),
    )


def layout_of(query: Mapping[str, str], view: Presentation | None) -> Layout | None:
    """None: the table."""
    return layouts().get(query.get("show") or (view.layout if view else ""))
