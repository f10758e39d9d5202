"""Proposing a service to many clients, and closing what they have open, as actions of the client list (SIS-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, Heading, Reason, register
from clients.enums import ClientState
from clients.models import Client
from communications.enums import OpportunityState
from communications.forms.opportunities import AssociateForm, CloseManyForm
from communications.models import ClientOpportunity
from communications.services import Ending
from communications.services.opportunity_batches import associate, close_all, dissociate, open_all
from tenants.models import Membership
from tenants.permissions import Permission


def _having(argument: Argument) -> Q:
    rows = ClientOpportunity.objects.filter(opportunity=argument["opportunity"], closed_at__isnull=True)
    return Q(pk__in=rows.values("client_id"))


def _left_out_of_associating(argument: Argument) -> Iterable[Reason]:
    return [
        Reason("not_active", _("are archived or deceased"), ~Q(state=ClientState.ACTIVE)),
        Reason("already", _("have it open already"), _having(argument)),
    ]


def _associate(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
    return associate(clients, argument["opportunity"], notes=argument["notes"], by=by, at=at)


def _dissociate(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
    """What somebody annotated or closed since stays."""
    return dissociate(before)


def _close(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
    ending = Ending(state=OpportunityState(argument["state"]), note=argument["note"])
    return close_all(clients, argument["opportunity"], ending, by=by, at=at)


def _open_again(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
    return open_all(before, at=at)


register(
    [
        BulkAction(
            code="associate_opportunity",
            label=_("Propose a service"),
            icon="sparkles",
            heading=Heading.SERVICES,
            permission=Permission.EDIT_CLIENTS,
            form=AssociateForm,
            left_out=_left_out_of_associating,
            apply=_associate,
            revert=_dissociate,
        ),
        BulkAction(
            code="close_opportunity",
            label=_("Close a proposal"),
            icon="circle-check",
            heading=Heading.SERVICES,
            permission=Permission.EDIT_CLIENTS,
            form=CloseManyForm,
            left_out=lambda argument: [Reason("not_open", _("do not have it open"), ~_having(argument))],
            apply=_close,
            revert=_open_again,
        ),
    ]
)
