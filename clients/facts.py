"""What the catalogue knows of given clients, read with a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Prefetch, QuerySet

from clients.catalogue import CatalogueField, fields
from clients.filters.types import Fact
from clients.models import Client, Household, Profile

PROFILE = "profile"
# Tables that have about as many rows as the firm has clients.
LONG = (Client, Household)


def facts_of(
    client_ids: Collection[int], *, today: date, names: Iterable[str] | None = None
) -> dict[int, dict[str, Fact]]:
    """For each client the facts that filters compare, of the named fields or of all that can be filtered."""
    known = fields()
    if names is None:
        entries = [entry for entry in known.values() if entry.filterable]
    else:
        entries = [known[name] for name in names]
    clients = with_fields(Client.objects.filter(pk__in=client_ids), entries, shown=False)
    return {client.pk: {entry.name: entry.fact(client, today) for entry in entries} for client in clients}


def with_fields(
    clients: QuerySet[Client], entries: Iterable[CatalogueField], *, shown: bool = True
) -> QuerySet[Client]:
    """The clients with everything loaded that the entries read: no further query, whatever the number of clients.

    ``shown``: also what only their words need.
    """
    entries = list(entries)
    select = {path for entry in entries for path in entry.select}
    of_profile = {path for path in select if path.split("__")[0] == PROFILE}
    prefetch = {path for entry in entries for path in entry.prefetch + (entry.prefetch_shown if shown else ())}
    if select - of_profile:
        clients = clients.select_related(*sorted(select - of_profile))
    return clients.prefetch_related(*_profiles(of_profile), *sorted(prefetch))


def _profiles(paths: Collection[str]) -> list[str | Prefetch[str]]:
    """Profiles are read by the clients' keys, and so is what they name of tables as long as the clients'.

    Joined to the clients, of a firm that the planner takes for a row or two, each profile of the firm was held against
    each other client and household of it (seen: fifty clients of 3,000 in more than 15 s).
    """
    if not paths:
        return []
    named = {path.removeprefix(f"{PROFILE}__") for path in paths} - {PROFILE}
    apart = {name for name in named if Profile._meta.get_field(name).related_model in LONG}
    profiles = Profile.objects.select_related(*sorted(named - apart)) if named - apart else Profile.objects.all()
    return [Prefetch(PROFILE, profiles), *(f"{PROFILE}__{name}" for name in sorted(apart))]
