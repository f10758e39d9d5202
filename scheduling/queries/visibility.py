"""Whose rows one sees: the rules about clients, seen from what hangs on a client (XCT-02)."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, cast

from django.db.models import Q

from clients import visibility
from tenants.models import Membership
from tenants.permissions import Permission


def of_visible_clients(membership: Membership) -> Q:
    """The rows whose client the member may see.

    Each row's client is joined and asked, instead of being sought in the list of all visible clients: the planner,
    expecting to find the first few soon, would otherwise compare every row with every client of an advisor.
    """
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return Q()
    rules = visibility.rules_for(membership)
    return reduce(or_, map(_seen_from, rules)) if rules else Q(pk__in=[])


def _seen_from(rule: Q) -> Q:
    """The same rule with ``client__`` before each name."""
    children: list[Any] = [_seen_from(child) if isinstance(child, Q) else _prefixed(child) for child in rule.children]
    return Q.create(children, connector=rule.connector, negated=rule.negated)


def _prefixed(condition: object) -> tuple[str, object]:
    name, value = cast("tuple[str, object]", condition)
    return f"client__{name}", value
