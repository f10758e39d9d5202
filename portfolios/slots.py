"""What portfolios shows on pages of the client."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from clients.models import Client
from portfolios import measures
from tenants.binding import local_today
from web import slots


def register() -> None:
    """Called when the app is ready."""
    slots.fill("client_panels", client_panel)


def client_panel(request: Any, client: Client) -> str:
    """The four measures in every active typology, each with colour, number and icon (GAT-20)."""
    context = {"client": client, "places": measures.places_of(client, today=local_today(request.firm))}
    return render_to_string("portfolios/_client_panel.html", context, request=request)
