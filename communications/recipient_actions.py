"""Enabling many clients for e-mail, disabling them, and the way to writing to them, from the client list (SIS-25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, BulkWay, Heading, Reason, lead, register
from clients.bulk.own_actions import NothingToSay
from clients.enums import ClientState
from clients.models import Client
from communications.models import Enablement
from communications.services.recipients import give_back, set_enabled
from tenants.models import Membership
from tenants.permissions import Permission


def _standing(enabled: bool) -> Q:
    return Q(pk__in=Enablement.objects.filter(enabled=enabled).values("client_id"))


def _left_out_of_enabling(argument: Argument) -> Iterable[Reason]:
    return [
        Reason("not_active", _("are archived or deceased"), ~Q(state=ClientState.ACTIVE)),
        Reason("already", _("are enabled already"), _standing(enabled=True)),
    ]


def _left_out_of_disabling(argument: Argument) -> Iterable[Reason]:
    return [Reason("already", _("are disabled already"), _standing(enabled=False))]


def _doing(enabled: bool) -> Callable[[QuerySet[Client], Argument, Membership, datetime], Before]:
    return lambda clients, argument, by, at: set_enabled(clients, enabled, by=by, at=at)


def _undoing(enabled: bool) -> Callable[[Before, Argument, Membership, datetime], list[int]]:
    def undo(before: Mapping[int, Any], argument: Argument, by: Membership, at: datetime) -> list[int]:
        return give_back(before, enabled, by=by, at=at)

    return undo


register(
    [
        BulkAction(
            code="enable_email",
            label=_("Enable for e-mail"),
            icon="mail",
            heading=Heading.MAIL,
            permission=Permission.EDIT_CLIENTS,
            form=NothingToSay,
            left_out=_left_out_of_enabling,
            apply=_doing(enabled=True),
            revert=_undoing(enabled=True),
        ),
        BulkAction(
            code="disable_email",
            label=_("Disable for e-mail"),
            icon="bell-off",
            heading=Heading.MAIL,
            permission=Permission.EDIT_CLIENTS,
            form=NothingToSay,
            left_out=_left_out_of_disabling,
            apply=_doing(enabled=False),
            revert=_undoing(enabled=False),
        ),
    ]
)
# Whoever is ticked, or all that match, a vista or the matrix included: the dry run follows (SIS-37).
lead(
    BulkWay(
        code="generate_communications",
        prominent=True,
        label=_("Generate communications"),
        icon="send",
        heading=Heading.MAIL,
        permission=Permission.EDIT_CLIENTS,
        view="communications:generate",
    )
)
