"""One change to many clients in a handful of statements, and the way back. The audit trail is the caller's.

Each function gives the clients that it changed, with what they had before where the way back needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import F, QuerySet

from clients.changes import mark_changed
from clients.company_links import companies_of
from clients.enums import ClientState, StatusCause
from clients.models import Client, ClientLabel, Label, Status, StatusChange
from clients.signals import clients_changed
from tenants.binding import bound_firm_id
from tenants.feed import notes
from tenants.models import Membership

# The columns of a client that an action on many may write, with their type in the database.
COLUMNS = {
    "advisor": ("advisor_id", "bigint"),
    "contact": ("contact_id", "bigint"),
    "specialist": ("specialist_id", "bigint"),
    "category": ("category_id", "bigint"),
    "status": ("status_id", "bigint"),
    "state": ("state", "text"),
    "main_portfolio": ("main_portfolio_id", "bigint"),
}
GIVE_BACK = """
UPDATE clients_client AS client SET {column} = earlier.value, version = client.version + 1, updated_at = %(at)s
FROM unnest(%(ids)s::bigint[], %(values)s::{type}[]) AS earlier (id, value)
WHERE client.firm_id = %(firm)s AND client.id = earlier.id {returning}
"""


def set_column(
    clients: QuerySet[Client], name: str, value: models.Model | str | None, *, at: datetime
) -> dict[int, int | str | None]:
    """Give the clients this value of a column; what those that did not have it had before."""
    attribute = COLUMNS[name][0]
    stored = value.pk if isinstance(value, models.Model) else value
    has_it = {f"{attribute}__isnull": True} if stored is None else {attribute: stored}
    moved = {client.pk: getattr(client, attribute) for client in _locked(clients.exclude(**has_it))}
    touch(moved, at=at, **{attribute: stored})
    return moved


def give_back(
    name: str, earlier: Mapping[int, int | str | None], given: int | str | None, *, at: datetime
) -> dict[int, int | str | None]:
    """Give each client the value that he had before, unless ``given`` is no longer what he has now."""
    column, kind = COLUMNS[name]
    earlier = _that_exist(name, earlier)
    still = {f"{column}__isnull": True} if given is None else {column: given}
    back = {client.pk: earlier[client.pk] for client in _locked(Client.objects.filter(pk__in=list(earlier), **still))}
    with connection.cursor() as cursor:
        named = {"ids": list(back), "values": list(back.values())}
        given_back: dict[str, Any] = {**named, "at": at, "firm": bound_firm_id()}
        returned = notes.returning(Client)
        cursor.execute(GIVE_BACK.format(column=column, type=kind, returning=returned), given_back)
        notes.note_returned(Client, cursor.fetchall() if returned else ())
    return back


def _that_exist(name: str, earlier: Mapping[int, int | str | None]) -> Mapping[int, int | str | None]:
    """Without what has been deleted since: an entry of a list that nobody had any more."""
    model: Any = Client._meta.get_field(name).related_model
    if model is None:
        return earlier
    known = {None, *model.objects.filter(pk__in={pk for pk in earlier.values() if pk}).values_list("pk", flat=True)}
    return {pk: value for pk, value in earlier.items() if value in known}


def give_status(
    clients: QuerySet[Client], *, to: Status | None, by: Membership | None, at: datetime, cause: StatusCause
) -> dict[int, int | str | None]:
    """Give the clients a commercial status and keep the history (IFY-24)."""
    moved = set_column(clients, "status", to, at=at)
    note_statuses({pk: (old, to.pk if to else None) for pk, old in moved.items()}, by=by, at=at, cause=cause)
    return moved


def note_statuses(
    changes: Mapping[int, tuple[int | str | None, int | str | None]],
    *,
    by: Membership | None,
    at: datetime,
    cause: StatusCause,
) -> None:
    """One line of history for each client: from, to."""
    companies = companies_of(changes)
    StatusChange.objects.bulk_create(
        [
            StatusChange(
                client_id=pk,
                company_id=companies.get(pk),
                from_status_id=old,
                to_status_id=new,
                at=at,
                by=by,
                cause=cause,
            )
            for pk, (old, new) in changes.items()
        ]
    )


def move(clients: QuerySet[Client], state: ClientState, *, at: datetime) -> dict[int, int | str | None]:
    """Let the clients be served, archived or deceased."""
    return set_column(clients, "state", state.value, at=at)


def put_label(clients: QuerySet[Client], label: Label, *, at: datetime) -> list[int]:
    """Put a label on all the clients that do not carry it yet (REL-11)."""
    carrying = ClientLabel.objects.filter(label=label).values("client_id")
    chosen = [client.pk for client in _locked(clients.exclude(pk__in=carrying))]
    ClientLabel.objects.bulk_create([ClientLabel(client_id=pk, label=label) for pk in chosen])
    touch(chosen, at=at)
    return chosen


def take_label(clients: QuerySet[Client], label: Label, *, at: datetime) -> list[int]:
    carrying = ClientLabel.objects.filter(label=label)
    chosen = [client.pk for client in _locked(clients.filter(pk__in=carrying.values("client_id")))]
    carrying.filter(client__in=chosen).delete()
    touch(chosen, at=at)
    return chosen


def touch(client_ids: Collection[int], *, at: datetime, **values: object) -> None:
    """A new version of these clients, with these columns."""
    rows = Client.objects.filter(pk__in=list(client_ids))
    rows.update(version=F("version") + 1, updated_at=at, **values)


def announce(client_ids: Collection[int], fact: str) -> None:
    """Put the clients on the night's list, and tell whoever listens."""
    if client_ids:
        ids = list(client_ids)
        mark_changed(ids)
        clients_changed.send(Client, client_ids=ids, changed=frozenset({fact}))


def _locked(clients: QuerySet[Client]) -> list[Client]:
    """The chosen rows, locked in one order so that two batches cannot wait for each other."""
    return list(clients.order_by("pk").select_for_update(of=("self",)))
