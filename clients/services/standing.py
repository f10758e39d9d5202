"""Where clients stand with the firm: commercial status, served or archived, labels. Set-based: one or thousands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from clients.cleaning import check_offered
from clients.enums import ClientState, StatusCause
from clients.models import Client, Label, Status, StatusChange
from clients.services import batches
from tenants import audit
from tenants.models import Membership

# Of a batch the trail names at most so many former values.
MOST_TOLD = 50


def change_status(
    client: Client,
    *,
    to: Status | None,
    by: Membership | None,
    at: datetime,
    cause: StatusCause = StatusCause.MANUAL,
) -> None:
    change_statuses(Client.objects.filter(pk=client.pk), to=to, by=by, at=at, cause=cause)


@transaction.atomic
def undo_status_change(client: Client, *, by: Membership | None, at: datetime) -> None:
    """Give the client the status back that he had before the last change; one without history is left alone.

    The former status may have been deactivated since: it is given back all the same.
    """
    last = StatusChange.objects.select_related("from_status").filter(client=client).order_by("-at", "-id").first()
    if last is not None:
        _give(Client.objects.filter(pk=client.pk), to=last.from_status, by=by, at=at, cause=StatusCause.MANUAL)


@transaction.atomic
def change_statuses(
    clients: QuerySet[Client],
    *,
    to: Status | None,
    by: Membership | None,
    at: datetime,
    cause: StatusCause = StatusCause.MANUAL,
) -> int:
    """Give the clients a commercial status and keep the history (IFY-24). Those that have it already are left alone."""
    if to is not None:
        check_offered(to)
    return _give(clients, to=to, by=by, at=at, cause=cause)


def _give(
    clients: QuerySet[Client], *, to: Status | None, by: Membership | None, at: datetime, cause: StatusCause
) -> int:
    before = _former(clients, "status__name")
    moved = batches.give_status(clients, to=to, by=by, at=at, cause=cause)
    told = _Told("client.status_changed", "status", {"status": before}, {"status": str(to or "")})
    return _conclude(told, moved, by=by)


def archive(clients: QuerySet[Client], *, by: Membership | None, at: datetime) -> int:
    """Stop serving the clients: they leave lists and cadence, their history stays (XCT-09)."""
    return _move(clients, ClientState.ARCHIVED, action="client.archived", by=by, at=at)


def reactivate(clients: QuerySet[Client], *, by: Membership | None, at: datetime) -> int:
    """Take archived clients, or those marked deceased by mistake, back among the served ones."""
    return _move(clients, ClientState.ACTIVE, action="client.reactivated", by=by, at=at)


def mark_deceased(clients: QuerySet[Client], *, by: Membership | None, at: datetime) -> int:
    return _move(clients, ClientState.DECEASED, action="client.deceased", by=by, at=at)


def set_labels(client: Client, labels: Collection[Label], *, by: Membership | None, at: datetime) -> None:
    """Let the client carry exactly these labels; deactivated ones that he has already may stay."""
    wanted = {label.pk for label in labels}
    held = {own.label_id: own.label for own in client.client_labels.select_related("label")}
    one = Client.objects.filter(pk=client.pk)
    with transaction.atomic():
        for label in labels:
            if label.pk not in held:
                add_label(one, label, by=by, at=at)
        for pk, label in held.items():
            if pk not in wanted:
                remove_label(one, label, by=by, at=at)


@transaction.atomic
def add_label(clients: QuerySet[Client], label: Label, *, by: Membership | None, at: datetime) -> int:
    """Put a label on all the clients that do not carry it yet (REL-11)."""
    check_offered(label)
    chosen = batches.put_label(clients, label, at=at)
    return _conclude(_Told("client.label_added", "labels", {}, {"label": label.name}), chosen, by=by)


@transaction.atomic
def remove_label(clients: QuerySet[Client], label: Label, *, by: Membership | None, at: datetime) -> int:
    chosen = batches.take_label(clients, label, at=at)
    return _conclude(_Told("client.label_removed", "labels", {"label": label.name}, {}), chosen, by=by)


@transaction.atomic
def _move(clients: QuerySet[Client], state: ClientState, *, action: str, by: Membership | None, at: datetime) -> int:
    before = _former(clients, "state")
    moved = batches.move(clients, state, at=at)
    return _conclude(_Told(action, "state", {"state": before}, {"state": state.value}), moved, by=by)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the trail tells of a batch."""

    action: str
    fact: str
    before: dict[str, Any]
    after: dict[str, Any]


def _former(clients: QuerySet[Client], column: str) -> Any:
    """What the clients have before: one value, or the list of those that occur."""
    found = [value or "" for value in clients.order_by().values_list(column, flat=True).distinct()[:MOST_TOLD]]
    return found[0] if len(found) == 1 else sorted(found)


def _conclude(told: _Told, clients: Collection[int], *, by: Membership | None) -> int:
    """Audit the whole batch in one line, put it on the night's list and announce it."""
    ids = list(clients)
    if len(ids) == 1:
        audit.record(told.action, Client(pk=ids[0]), by=by, before=told.before, after=told.after)
    elif ids:
        audit.record(told.action, None, by=by, before=told.before, after={**told.after, "clients": ids})
    batches.announce(ids, told.fact)
    return len(ids)
