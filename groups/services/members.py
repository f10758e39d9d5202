"""Picking the members of a fixed group by hand (REL-08)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from clients.models import Client
from clients.signals import clients_changed
from groups.enums import GroupKind
from groups.models import Group, GroupMember
from tenants import audit
from tenants.models import Membership


@transaction.atomic
def add_members(group: Group, clients: QuerySet[Client], *, by: Membership, at: datetime) -> int:
    """Put ``clients`` into a fixed group; those already in it stay. Returns how many came in."""
    entering = put_members(group, clients)
    _record(group, entering, "group.members_added", by=by)
    return len(entering)


@transaction.atomic
def remove_members(group: Group, clients: QuerySet[Client], *, by: Membership, at: datetime) -> int:
    """Take ``clients`` out of a fixed group. Returns how many left."""
    leaving = take_members(group, clients)
    _record(group, leaving, "group.members_removed", by=by)
    return len(leaving)


@transaction.atomic
def set_members(group: Group, clients: QuerySet[Client], *, by: Membership, at: datetime) -> None:
    """Make ``clients`` the members of a fixed group, no more and no fewer."""
    _require_fixed(group)
    gone = Client.objects.filter(pk__in=group.members.values("client_id")).exclude(pk__in=clients.values("pk"))
    remove_members(group, gone, by=by, at=at)
    add_members(group, clients, by=by, at=at)


def put_members(group: Group, clients: QuerySet[Client]) -> list[int]:
    """The same without the audit trail, which an action on many clients writes by itself; who came in."""
    _require_fixed(group)
    present = group.members.values("client_id")
    entering = sorted(clients.exclude(pk__in=present).values_list("pk", flat=True))
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, client_id=pk) for pk in entering), batch_size=5000, ignore_conflicts=True
    )
    _announce(entering)
    return entering


def take_members(group: Group, clients: QuerySet[Client]) -> list[int]:
    _require_fixed(group)
    leaving = sorted(group.members.filter(client_id__in=clients.values("pk")).values_list("client_id", flat=True))
    group.members.filter(client_id__in=leaving).delete()
    _announce(leaving)
    return leaving


def _require_fixed(group: Group) -> None:
    if group.kind != GroupKind.FIXED:
        raise ValidationError(_("The members of a dynamic group follow from its filter."), code="not_fixed")


def _record(group: Group, client_ids: Collection[int], action: str, *, by: Membership) -> None:
    if client_ids:
        audit.record(action, group, by=by, after={"clients": list(client_ids)[:500], "count": len(client_ids)})


def _announce(client_ids: Collection[int]) -> None:
    """The plan of these clients is computed again at once by who owns it, and looked at again tonight."""
    if client_ids:
        mark_changed(client_ids)
        clients_changed.send(GroupMember, client_ids=list(client_ids), changed=frozenset({"groups"}))
