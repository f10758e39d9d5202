"""The head that every page of one client has: who he is, where he stands, how to reach him, the tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.models import Client
from clients.queries import visible_clients, with_head
from tenants.permissions import Permission
from tenants.requests import FirmRequest

TABS = ("clients:client_detail", "clients:client_timeline", "clients:client_profile")


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool
    count: int | None = None


def visible_client(request: FirmRequest, pk: int) -> Client:
    """The client with what his head shows; one that the member does not see does not exist (XCT-01)."""
    client = with_head(visible_clients(request.membership)).filter(pk=pk).first()
    if client is None:
        raise Http404
    return client


def client_head(request: FirmRequest, client: Client, *, current: str) -> dict[str, Any]:
    labels = {
        "clients:client_detail": _("Overview"),
        "clients:client_timeline": _("Time line"),
        "clients:client_profile": _("Profile"),
    }
    return {
        "client": client,
        "tabs": [Tab(labels[view], address(request, view, client), view == current) for view in TABS],
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "may_archive": request.membership.can(Permission.ARCHIVE_CLIENTS),
    }


def address(request: FirmRequest, view: str, row: Model) -> str:
    return reverse(view, kwargs={"firm_slug": request.firm.slug, "pk": row.pk})


def address_after(request: FirmRequest, client: Client) -> str:
    """His page, or the list when the change took him out of the member's sight."""
    if visible_clients(request.membership).filter(pk=client.pk).exists():
        return address(request, "clients:client_detail", client)
    return reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})
