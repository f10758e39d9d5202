"""Which actions there are, and ways on from a selection. A higher app adds its own in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from tenants.models import Membership
from tenants.permissions import Permission

# What is kept of each client for the way back: an id, a code, or nothing.
Before = Mapping[int, Any]
Argument = Mapping[str, Any]


class Heading(TextChoices):
    """Under which heading of the bar's menu an action stands."""

    RESPONSIBLE = "responsible", _("Responsible")
    STATUS = "status", _("Commercial status")
    LABELS = "labels", _("Labels")
    GROUPS = "groups", _("Groups")
    SERVICES = "services", _("Service opportunities")
    MAIL = "mail", _("Communications")
    STATE = "state", _("Served or archived")
    OTHER = "other", _("Other")


@dataclass(frozen=True)
class Reason:
    """Why a client is left out: ``words`` are read after a number, "3 already carry it"."""

    code: str
    words: str | Promise
    condition: Q


@dataclass(frozen=True, kw_only=True)
class BulkAction:
    """``argument`` is what ``form`` has cleaned; what is kept of it for later is ids and codes (``stored``)."""

    code: str
    # As a button says it, and as the page of the action asks and tells it.
    label: str | Promise
    icon: str
    heading: Heading
    permission: Permission
    # Whether the bar has a button for it; all are in its menu.
    prominent: bool = False
    # Whether the page asks once more who it is before many clients are gone from the lists at once.
    is_grave: bool = False
    # What has to be said beside the selection; no field for an action that needs nothing.
    form: Callable[[Any, Membership], forms.Form]
    # Who is left out, judged in this order.
    left_out: Callable[[Argument], Iterable[Reason]]
    # Set-based: changes the clients and gives, for each that it changed, what the way back needs.
    apply: Callable[[QuerySet[Client], Argument, Membership, datetime], Before]
    # Set-based: takes back what can be, from the stored argument; gives the clients that stand as before again.
    revert: Callable[[Before, Argument, Membership, datetime], Collection[int]]

    def parse(self, given: Any, member: Membership) -> forms.Form:
        return self.form(given, member)


@dataclass(frozen=True, kw_only=True)
class BulkWay:
    """No action: it leads with the frozen selection to a page of the higher app, which asks and does.

    The page is given ``?audience=selection:<job>``; ``queries.selection`` says who that is.
    """

    code: str
    label: str | Promise
    icon: str
    heading: Heading
    permission: Permission
    view: str
    prominent: bool = False


Offered = BulkAction | BulkWay
Each = TypeVar("Each", BulkAction, BulkWay)


def stored(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The argument as the job keeps it: rows by their ids."""
    return {name: value.pk if isinstance(value, Model) else value for name, value in cleaned.items()}


_actions: dict[str, BulkAction] = {}
_ways: dict[str, BulkWay] = {}


def register(entries: Iterable[BulkAction]) -> None:
    """Called in ``AppConfig.ready()``; a code can be taken only once."""
    for entry in entries:
        if entry.code in _actions:
            raise ValueError(f"there is a bulk action named {entry.code} already")
        _actions[entry.code] = entry


def lead(way: BulkWay) -> None:
    """Called in ``AppConfig.ready()``; its code is taken by no action and no other way."""
    if way.code in _actions or way.code in _ways:
        raise ValueError(f"there is a bulk action named {way.code} already")
    _ways[way.code] = way


def actions() -> Mapping[str, BulkAction]:
    return MappingProxyType(_actions)


def ways() -> Mapping[str, BulkWay]:
    return MappingProxyType(_ways)


def by_heading(offered: Iterable[Offered]) -> list[tuple[str | Promise, list[Offered], bool]]:
    """As a menu shows them, and whether all under a heading stand in the bar, where that has room for them."""
    found: dict[Heading, list[Offered]] = {}
    for action in offered:
        found.setdefault(action.heading, []).append(action)
    return [
        (heading.label, found[heading], all(action.prominent for action in found[heading]))
        for heading in Heading
        if heading in found
    ]


def actions_of(member: Membership) -> list[BulkAction]:
    """What the member may do with many clients: what he may do with one."""
    return _permitted(_actions.values(), member)


def offered_to(member: Membership) -> list[Offered]:
    """What the bar of a selection offers: the member's actions, then the ways on."""
    return [*actions_of(member), *_permitted(_ways.values(), member)]


def _permitted(entries: Iterable[Each], member: Membership) -> list[Each]:
    order = list(Heading)
    offered = [entry for entry in entries if member.can(entry.permission)]
    return sorted(offered, key=lambda entry: order.index(entry.heading))
