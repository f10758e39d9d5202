"""Marketing lists: by a filter, or frozen at a moment (STY-16, O-70)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.catalogue import fields
from clients.filters.parsing import parse, to_json
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.normalising import tidy
from clients.queries import visible_clients
from groups.filtering import refused_filter
from groups.models import MarketingList
from groups.queries.lists import list_members
from tenants import audit
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.models import Membership, Removal
from tenants.services import remove
from tenants.statements import statement_of

_FREEZE = """
INSERT INTO groups_marketinglistmember (firm_id, marketing_list_id, client_id)
SELECT %s, %s, found.pk FROM ({found}) found (pk)
ON CONFLICT (firm_id, client_id, marketing_list_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDetails:
    """What a list says; ``filter`` is a filter document (api.md), or nothing for all active clients."""

    name: str
    description: str = ""
    filter: object = None


@transaction.atomic
def create_list(details: ListDetails, *, by: Membership, at: datetime, frozen: bool = False) -> MarketingList:
    row = MarketingList(created_by=by)
    _write(row, details)
    row.save(force_insert=True)
    audit.record("marketinglist.created", row, by=by, after=_facts(row))
    return freeze_list(row, by=by, at=at) if frozen else row


@transaction.atomic
def edit_list(row: MarketingList, details: ListDetails, *, by: Membership, version: int | None = None) -> MarketingList:
    """The members of a frozen one stay as they are until it is frozen anew."""
    locked = _lock(row)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this list in the meantime."), code="stale")
    before = _facts(locked)
    _write(locked, details)
    if before != _facts(locked):
        locked.version += 1
        locked.save()
        audit.record("marketinglist.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def freeze_list(row: MarketingList, *, by: Membership, at: datetime) -> MarketingList:
    """Keep whom the filter finds at this moment among the clients whom the member sees, in one statement."""
    locked = _lock(row)
    before = {"frozen_at": locked.frozen_at}
    locked.frozen_at = None
    try:
        found = list_members(locked, visible_clients(by), today=local_today(bound_firm(), at=at))
    except FilterInvalid as problem:
        raise refused_filter(problem) from problem
    locked.members.all().delete()
    kept = _keep(locked, found)
    locked.frozen_at, locked.version = at, locked.version + 1
    locked.save()
    after = {"name": locked.name, "count": kept, "frozen_at": at}
    audit.record("marketinglist.frozen", locked, by=by, before=before, after=after)
    return locked


@transaction.atomic
def thaw_list(row: MarketingList, *, by: Membership) -> MarketingList:
    """From now on its members are those of the filter again."""
    locked = _lock(row)
    if locked.is_frozen:
        before = {"frozen_at": locked.frozen_at}
        locked.members.all().delete()
        locked.frozen_at, locked.version = None, locked.version + 1
        locked.save()
        after = {"name": locked.name, "frozen_at": None}
        audit.record("marketinglist.thawed", locked, by=by, before=before, after=after)
    return locked


@transaction.atomic
def delete_list(row: MarketingList, *, by: Membership) -> Removal | None:
    """One that follows its filter can come back; whom a frozen one held is nowhere kept."""
    locked = _lock(row)
    audit.record("marketinglist.deleted", locked, by=by, before=_facts(locked))
    if not locked.is_frozen:
        return remove(locked, by=by)
    locked.members.all().delete()
    locked.delete()
    return None


def _keep(row: MarketingList, found: QuerySet[Client]) -> int:
    asked, params = statement_of(found.order_by().values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE.format(found=asked), [bound_firm_id(), row.pk, *params])
        return int(cursor.rowcount)


def _lock(row: MarketingList) -> MarketingList:
    locked: MarketingList = MarketingList.objects.select_for_update().get(pk=row.pk)
    return locked


def _write(row: MarketingList, details: ListDetails) -> None:
    row.name, row.description = tidy(details.name), details.description
    try:
        row.filter = to_json(parse(details.filter or {"all": []}, fields()))
    except FilterInvalid as problem:
        raise refused_filter(problem) from problem
    row.full_clean(exclude={"firm", "created_by"})


def _facts(row: MarketingList) -> dict[str, Any]:
    return {"name": row.name, "description": row.description, "filter": row.filter}
