"""The head that every page of one client has: who he is, where he stands, how to reach him, the tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import services, status_origins
from clients.enums import AccessDoor, ClientKind, StatusCause
from clients.models import Client, ClientEdit
from clients.queries import survivor_of, visible_clients, with_head
from tenants.permissions import Permission
from tenants.requests import FirmRequest
from web.moved import MovedError

TABS = (
    "clients:client_detail",
    "clients:client_timeline",
    "clients:client_company",
    "clients:client_profile",
    "clients:client_actions",
    "clients:client_privacy",
)
# Only a company has people and companies of its own.
OF_COMPANIES = frozenset({"clients:client_company"})


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
        _lead_to_survivor(request, pk)
        raise Http404
    if request.method == "GET":
        services.note_look(
            [client.pk],
            by=request.membership,
            door=AccessDoor.PAGE,
            address=request.META.get("REMOTE_ADDR"),
            at=timezone.now(),
            is_reading=True,
        )
    return client


def _lead_to_survivor(request: FirmRequest, pk: int) -> None:
    """The address of a client who was merged into another one leads there, to whoever sees that one."""
    survivor = survivor_of(pk) if request.method in ("GET", "HEAD") and request.resolver_match else None
    if survivor is not None and visible_clients(request.membership).filter(pk=survivor).exists():
        match: Any = request.resolver_match
        raise MovedError(reverse(match.view_name, kwargs={**match.kwargs, "pk": survivor}))


def client_head(request: FirmRequest, client: Client, *, current: str) -> dict[str, Any]:
    labels = {
        "clients:client_detail": _("Overview"),
        "clients:client_timeline": _("Time line"),
        "clients:client_company": _("Contacts and group"),
        "clients:client_profile": _("Profile"),
        "clients:client_actions": _("Actions"),
        "clients:client_privacy": _("Privacy"),
    }
    return {
        "client": client,
        "status_changes": _status_changes(client),
        "tabs": [
            Tab(labels[view], address(request, view, client), view == current)
            for view in TABS
            if client.kind == ClientKind.COMPANY or view not in OF_COMPANIES
        ],
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
        "may_archive": request.membership.can(Permission.ARCHIVE_CLIENTS),
        "may_merge": request.membership.can(Permission.MERGE_CLIENTS),
    }


def _status_changes(client: Client) -> list[dict[str, Any]]:
    """The latest, as the table behind the arrow shows them without another request (STY-20)."""
    told: list[dict[str, Any]] = getattr(client, "latest_statuses", [])
    causes = dict(StatusCause.choices)
    return [
        {
            **row,
            "at": datetime.fromisoformat(row["at"]),
            "cause": causes.get(row["cause"], ""),
            "origin": status_origins.told(row),
        }
        for row in told
    ]


def address(request: FirmRequest, view: str, row: Model, **others: int) -> str:
    return reverse(view, kwargs={"firm_slug": request.firm.slug, "pk": row.pk, **others})


def address_after(request: FirmRequest, client: Client) -> str:
    """His page, or the list when the change took him out of the member's sight."""
    if visible_clients(request.membership).filter(pk=client.pk).exists():
        return address(request, "clients:client_detail", client)
    return reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})


def undo_address(request: FirmRequest, edit: ClientEdit) -> str:
    """Where a change of the record is taken back."""
    named = {"firm_slug": request.firm.slug, "pk": edit.client_id, "edit_pk": edit.pk}
    return reverse("clients:client_change_undo", kwargs=named)
