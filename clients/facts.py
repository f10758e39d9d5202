"""What the catalogue knows of given clients, read with a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import QuerySet

from clients.catalogue import CatalogueField, fields
from clients.filters.types import Fact
from clients.models import Client


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
    prefetch = {path for entry in entries for path in entry.prefetch + (entry.prefetch_shown if shown else ())}
    if select:
        clients = clients.select_related(*sorted(select))
    return clients.prefetch_related(*sorted(prefetch))
