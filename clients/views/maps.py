"""The map of clients, and who is near somebody: drawn by the server, without tiles; a list says the same."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import edits, geocoding, mapping, nearby
from clients.forms.listing import ClientFilterSet
from clients.forms.maps import NearForm
from clients.queries import visible_clients
from clients.views.heads import address, client_head, undo_address, visible_client
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify, notify_error

LISTED = 100


@requires(Permission.VIEW_CLIENTS)
def client_map(request: FirmRequest) -> HttpResponse:
    """Whom the list shows with the same address, as far as they have coordinates."""
    today = local_today(request.firm)
    filters = ClientFilterSet(request.GET, request.membership, today=today)
    points = nearby.located(filters.narrowed)
    frame = mapping.frame_of(request.GET.get("frame", ""))
    spots = mapping.spots(points, frame)
    shown = [point for spot in spots for point in spot.points]
    rest = request.GET.copy()
    rest.pop("frame", None)
    context: dict[str, Any] = {
        "frame": frame,
        "spots": spots,
        "points": shown[:LISTED],
        "shown": len(shown),
        "located": len(points),
        "query": rest.urlencode(),
        "is_whole": frame == mapping.WHOLE,
        "has_geocoder": geocoding.is_installed(),
    }
    return page_or_partial(request, "clients/client_map.html", "clients/_client_map.html", context)


@requires(Permission.VIEW_CLIENTS)
def client_near(request: FirmRequest, pk: int) -> HttpResponse:
    client = visible_client(request, pk)
    form = NearForm(request.GET)
    km = form.cleaned_data["km"] if form.is_valid() and form.cleaned_data["km"] else NearForm.USUAL
    place = nearby.place_of(client)
    others = visible_clients(request.membership).filter(state="active").exclude(pk=client.pk)
    context = client_head(request, client, current="") | {
        "place": place,
        "km": km,
        "radii": nearby.RADII,
        "neighbours": nearby.near(place, others, km=km) if place else [],
        "has_geocoder": geocoding.is_installed(),
    }
    return page_or_partial(request, "clients/client_near.html", "clients/_client_near.html", context)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def client_locate(request: FirmRequest, pk: int) -> HttpResponse:
    """Ask the geocoder of the installation, if there is one."""
    client, by, at = visible_client(request, pk), request.membership, timezone.now()
    try:
        geocoding.locate(client, by=by, at=at)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        edit = edits.latest(client, by=by, at=at)
        notify(request, _("The address has its coordinates."), undo=undo_address(request, edit) if edit else "")
    return redirect(address(request, "clients:client_near", client))
