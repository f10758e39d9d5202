"""What a member may know of the feed of changes, and what each entry is to him."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from crm.followed import FOLLOWED
from tenants.binding import bound_firm
from tenants.feed.notes import Kind
from tenants.feed.reading import Entry
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.rest.viewsets import ANY_MEMBER

# Whoever does not see all clients is told that such a row is gone only if he was responsible for its client.
OF_CLIENTS = {
    name for how in FOLLOWED.values() if how.client or how.people for name in (how.resources.values() or [how.resource])
}


def shown(member: Membership, found: Iterable[Entry]) -> Iterator[tuple[Entry, Kind]]:
    """A statement for each resource among the entries."""
    entries = list(found)
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.kind != Kind.DELETED:
            ids[entry.resource].add(entry.row_id)
    seen = {resource: _rows(member, resource, wanted) for resource, wanted in ids.items()}
    for entry in entries:
        kind = _kind_of(member, entry, seen.get(entry.resource, set()))
        if kind is not None:
            yield entry, kind


def _kind_of(member: Membership, entry: Entry, seen: set[int]) -> Kind | None:
    if entry.kind in (Kind.CREATED, Kind.UPDATED):
        return entry.kind if entry.row_id in seen else None
    if _viewset(member, entry.resource) is None:
        return None
    if entry.kind == Kind.WITHDRAWN:
        return Kind.DELETED if entry.row_id not in seen and member.pk in entry.people else None
    free = entry.resource not in OF_CLIENTS or member.can(Permission.VIEW_ALL_CLIENTS)
    return Kind.DELETED if free or member.pk in entry.people else None


def _rows(member: Membership, resource: str, wanted: set[int]) -> set[int]:
    viewset = _viewset(member, resource)
    if viewset is None:
        return set()
    rows = viewset.get_queryset().filter(pk__in=wanted).order_by()
    return set(rows.values_list("pk", flat=True))


def _viewset(member: Membership, resource: str) -> Any:
    """The resource as the member would meet it; None if he may not read it at all."""
    from crm.api import RESOURCES  # noqa: PLC0415 - the registry knows who asks this

    viewset: Any = RESOURCES[resource]()
    permission = viewset.permissions.get("list") or viewset.permissions["retrieve"]
    if permission != ANY_MEMBER and not member.can(Permission(permission)):
        return None
    inner = SimpleNamespace(membership=member, firm=bound_firm())
    viewset.request = SimpleNamespace(_request=inner, method="GET", query_params={})
    viewset.action, viewset.kwargs, viewset.format_kwarg = "list", {}, None
    return viewset
