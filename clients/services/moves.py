"""Clients whose commercial statuses change differently, in one batch: what recording outcomes does (IFY-24, IFY-28)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from clients.enums import StatusCause
from clients.models import Client, StatusChange
from tenants.models import Membership

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class StatusMove:
    """A client that the caller has locked and read with his profile, and the status that he takes."""

    client: Client
    to_id: int | None
    at: datetime
    by: Membership | None


def move_statuses(moves: Sequence[StatusMove], *, at: datetime, cause: StatusCause) -> list[StatusChange]:
    """Each move in its turn: the history of all of them, and the last status of each client.

    The caller leaves out who has the status already, audits, and marks the clients changed.
    """
    changes = []
    for move in moves:
        change = StatusChange(client=move.client, from_status_id=move.client.status_id, at=move.at, by=move.by)
        change.company_id, change.to_status_id, change.cause = move.client.profile.company_id, move.to_id, cause
        move.client.status_id = move.to_id
        changes.append(change)
    StatusChange.objects.bulk_create(changes, batch_size=BATCH)
    last: dict[int | None, list[int]] = defaultdict(list)
    for client in {move.client.pk: move.client for move in moves}.values():
        last[client.status_id].append(client.pk)
    for status_id, ids in last.items():
        Client.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=at, status_id=status_id)
    return changes
