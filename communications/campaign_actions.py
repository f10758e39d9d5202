"""Putting many clients into a campaign, as an action of the client list: ticked ones, or all of a vista (STY-40)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, Heading, Reason, register
from clients.enums import ClientState
from clients.models import Client
from communications.forms.campaigns import JoinForm
from communications.models import Campaign, CampaignMember
from communications.services.campaigns import add_members, remove_members
from tenants.models import Membership
from tenants.permissions import Permission


def _left_out(argument: Argument) -> Iterable[Reason]:
    rows = CampaignMember.objects.filter(campaign=argument["campaign"]).values("client_id")
    return [
        Reason("not_active", _("are archived or deceased"), ~Q(state=ClientState.ACTIVE)),
        Reason("already", _("belong to it already"), Q(pk__in=rows)),
    ]


def _join(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
    return dict.fromkeys(add_members(argument["campaign"], clients, by=by, at=at))


def _leave(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
    """Who has answered since stays."""
    # What an undo is given is what the job has kept: the number.
    campaign = Campaign.objects.get(pk=argument["campaign"])
    return remove_members(campaign, list(before), by=by)


register(
    [
        BulkAction(
            code="join_campaign",
            label=_("Put into a campaign"),
            icon="zap",
            heading=Heading.SERVICES,
            permission=Permission.EDIT_CLIENTS,
            form=JoinForm,
            left_out=_left_out,
            apply=_join,
            revert=_leave,
        ),
    ]
)
