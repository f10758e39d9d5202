"""Putting many clients into a fixed group, or taking them out of it (REL-08), as actions of the client list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, Heading, Reason, register
from clients.bulk.own_actions import one_of
from clients.models import Client
from groups.enums import GroupKind
from groups.models import Group, GroupMember
from groups.services import members
from tenants.models import Membership
from tenants.permissions import Permission

Change = Callable[[Group, QuerySet[Client]], list[int]]


def fixed_groups() -> QuerySet[Group]:
    found: QuerySet[Group] = Group.objects.filter(kind=GroupKind.FIXED, active=True).order_by("name", "id")
    return found


def _applying(change: Change) -> Callable[[QuerySet[Client], Argument, Membership, datetime], Before]:
    return lambda clients, argument, by, at: dict.fromkeys(change(argument["group"], clients))


def _reverting(change: Change) -> Callable[[Before, Argument, Membership, datetime], list[int]]:
    def revert(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
        """Nothing can be given back to a group that was deleted or became dynamic."""
        group = Group.objects.filter(pk=argument["group"], kind=GroupKind.FIXED).first()
        return change(group, Client.objects.filter(pk__in=list(before))) if group is not None else []

    return revert


def _in_group(argument: Argument) -> Q:
    return Q(pk__in=GroupMember.objects.filter(group=argument["group"]).values("client_id"))


register(
    [
        BulkAction(
            code="add_to_group",
            prominent=True,
            label=_("Add to group"),
            icon="target",
            heading=Heading.GROUPS,
            permission=Permission.EDIT_GROUPS,
            form=one_of("group", _("Fixed group"), fixed_groups),
            left_out=lambda argument: [Reason("already", _("are in the group already"), _in_group(argument))],
            apply=_applying(members.put_members),
            revert=_reverting(members.take_members),
        ),
        BulkAction(
            code="remove_from_group",
            label=_("Take out of group"),
            icon="user-minus",
            heading=Heading.GROUPS,
            permission=Permission.EDIT_GROUPS,
            form=one_of("group", _("Fixed group"), fixed_groups),
            left_out=lambda argument: [Reason("already", _("are not in the group"), ~_in_group(argument))],
            apply=_applying(members.take_members),
            revert=_reverting(members.put_members),
        ),
    ]
)
