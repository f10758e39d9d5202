"""The pages of "Gestione relazioni clienti", as tabs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.answers import address
from tenants.permissions import Permission
from tenants.requests import FirmRequest

TABS: tuple[tuple[str, Promise, Permission], ...] = (
    ("communications:relations", _("Writing to clients"), Permission.VIEW_CLIENTS),
    ("communications:communication_list", _("Distribution of documents"), Permission.VIEW_CLIENTS),
    ("communications:address_list", _("Addresses to choose"), Permission.VIEW_CLIENTS),
    ("communications:suppression_list", _("Not to write to"), Permission.CONFIGURE),
    ("communications:sending_settings", _("Sender and pace"), Permission.CONFIGURE),
)


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    url: str
    is_current: bool
    count: int | None = None


def tabs_of(request: FirmRequest) -> list[Tab]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        Tab(label, address(request, view), view == here)
        for view, label, permission in TABS
        if request.membership.can(permission)
    ]
