"""Who sees which clients (XCT-02). Higher apps add to it what they know, in their ``AppConfig.ready()``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, cast

from django.db.models import Q

from clients.models import Client
from tenants.enums import Role
from tenants.models import Membership
from tenants.permissions import Permission

Rule = Callable[[Membership], Q]


def has_a_part(membership: Membership) -> Q:
    """The clients of whom the member is advisor, contact or specialist."""
    return Q(advisor=membership) | Q(contact=membership) | Q(specialist=membership)


def in_the_pool(membership: Membership) -> Q:
    """The clients that nobody advises yet: the call centre's pool."""
    return Q(advisor__isnull=True)


_rules: defaultdict[Role, list[Rule]] = defaultdict(
    list, {Role.ADVISOR: [has_a_part], Role.OPERATOR: [has_a_part, in_the_pool]}
)


def also_show(role: Role, rule: Rule) -> None:
    """Let members with ``role`` also see the clients that ``rule`` selects. Adding a rule twice changes nothing."""
    if rule not in _rules[role]:
        _rules[role].append(rule)


def rules_for(membership: Membership) -> list[Q]:
    """The rules that speak of the member's role, each a condition on clients: one of them suffices."""
    return [rule(membership) for rule in _rules[Role(membership.role)]]


def seen_by(membership: Membership) -> Q:
    """What a member without the right to see all clients sees; nothing, if no rule speaks of his role."""
    rules = rules_for(membership)
    if len(rules) < 2:
        return rules[0] if rules else Q(pk__in=[])
    # A union lets each rule use its own index; joined by OR they would read every client of the firm.
    first, *others = (Client.objects.filter(rule).order_by().values("pk") for rule in rules)
    return Q(pk__in=first.union(*others))


def of_visible_clients(membership: Membership) -> Q:
    """The rows whose client the member may see.

    Each row's client is joined and asked, instead of being sought in the list of all visible clients: the planner,
    expecting to find the first few soon, would otherwise compare every row with every client of an advisor.
    """
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return Q()
    rules = rules_for(membership)
    return reduce(or_, map(_seen_from, rules)) if rules else Q(pk__in=[])


def _seen_from(rule: Q) -> Q:
    """The same rule with ``client__`` before each name."""
    children: list[Any] = [_seen_from(child) if isinstance(child, Q) else _prefixed(child) for child in rule.children]
    return Q.create(children, connector=rule.connector, negated=rule.negated)


def _prefixed(condition: object) -> tuple[str, object]:
    name, value = cast("tuple[str, object]", condition)
    return f"client__{name}", value
