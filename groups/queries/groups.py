"""How groups and their members are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clients.catalogue import fields
from clients.facts import facts_of
from clients.filters.evaluation import Verdict, explain
from clients.filters.expressions import Expression, fields_used
from clients.models import Client
from groups.enums import GroupKind
from groups.filtering import client_condition, clients_matching, search_condition, stored_filter
from groups.models import Group, GroupMember, SavedSearch

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """What a filter would mean, shown before it is saved (REL-12). Samples hold at most SAMPLE clients."""

    count: int
    sample: list[Client]
    entering_count: int = 0
    entering: tuple[Client, ...] = ()
    leaving_count: int = 0
    leaving: tuple[Client, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """Why a client is in a group or is not. ``verdict`` is None for a fixed group: somebody picked him, or nobody."""

    is_member: bool
    verdict: Verdict | None


def groups() -> QuerySet[Group]:
    """All groups by name, each with ``member_count`` as of the last refresh."""
    members = GroupMember.objects.filter(group=OuterRef("pk")).order_by().values("group").annotate(number=Count("pk"))
    counted = Subquery(members.values("number"), output_field=IntegerField())
    found: QuerySet[Group] = Group.objects.order_by("name", "pk")
    return found.annotate(member_count=Coalesce(counted, 0))


def active_groups() -> QuerySet[Group]:
    return groups().filter(active=True)


def saved_searches() -> QuerySet[SavedSearch]:
    found: QuerySet[SavedSearch] = SavedSearch.objects.order_by("name", "pk")
    return found


def found_by(search: SavedSearch, clients: QuerySet[Client], *, today: date) -> QuerySet[Client]:
    """Of ``clients`` those whom the search finds at this moment. Raises FilterInvalid."""
    return clients.filter(search_condition(search, today=today))


def members_of(group: Group, clients: QuerySet[Client], *, today: date) -> QuerySet[Client]:
    """Of ``clients`` the group's members at this moment, by its filter and not as of last night (REL-07).

    Raises FilterInvalid when the stored filter can no longer be used.
    """
    return clients.filter(client_condition(group, today=today))


def preview(expression: Expression, clients: QuerySet[Client], *, today: date, group: Group | None = None) -> Preview:
    """Of ``clients`` those whom the filter takes in, and for an existing group who would enter and leave."""
    matching = clients.filter(pk__in=clients_matching(expression, today=today).values("pk"))
    if group is None:
        return Preview(matching.count(), _sample(matching))
    present = GroupMember.objects.filter(group=group).values("client_id")
    entering, leaving = (
        matching.exclude(pk__in=present),
        clients.filter(pk__in=present).exclude(pk__in=matching.values("pk")),
    )
    return Preview(
        count=matching.count(),
        sample=_sample(matching),
        entering_count=entering.count(),
        entering=tuple(_sample(entering)),
        leaving_count=leaving.count(),
        leaving=tuple(_sample(leaving)),
    )


def why(group: Group, client: Client, *, today: date) -> Why:
    """Why the client is in the group, or is not, at this moment. Raises FilterInvalid."""
    if group.kind == GroupKind.FIXED:
        return Why(GroupMember.objects.filter(group=group, client_id=client.pk).exists(), None)
    expression = stored_filter(group)
    facts = facts_of([client.pk], today=today, names=fields_used(expression))[client.pk]
    verdict = explain(expression, facts, today)
    return Why(verdict.holds and client.state == "active", verdict)


def field_labels() -> dict[str, str]:
    """How people call the fields that a filter may name."""
    return {name: str(entry.label) for name, entry in fields().items()}


def _sample(clients: QuerySet[Client]) -> list[Client]:
    return list(clients.select_related("advisor", "status").order_by("name_key", "pk")[:SAMPLE])
