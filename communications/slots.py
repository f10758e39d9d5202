"""What communications shows on pages of the client."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.template.loader import render_to_string

from clients.models import Client
from communications import queries
from communications.addresses import bounced_addresses, is_suppressed, reachable
from communications.models import Enablement
from tenants.permissions import Permission
from web import slots

CLOSED_SHOWN = 5


def register() -> None:
    """Called when the app is ready."""
    slots.fill("client_panels", client_panel)
    slots.fill("client_panels", mail_panel)
    slots.fill("client_actions", mail_actions)
    slots.fill("client_marks", bounce_mark)
    slots.fill("audience_menu", partial(generating, classes="menu-item"))
    slots.fill("audience_buttons", partial(generating, classes="btn"))


def client_panel(request: Any, client: Client) -> str:
    """What is open, and what ended last (SIS-39)."""
    rows = list(queries.opportunities_of(client)[:100])
    closed = [row for row in rows if not row.is_open]
    context = {
        "client": client,
        "open_ones": [row for row in rows if row.is_open],
        "closed_ones": closed[:CLOSED_SHOWN],
        "more": max(0, len(closed) - CLOSED_SHOWN),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return render_to_string("communications/_client_panel.html", context, request=request)


def mail_panel(request: Any, client: Client) -> str:
    """Whether the client may be written to, and where (SIS-19 … SIS-21, SIS-25)."""
    enablement = Enablement.objects.filter(client=client).first()
    found = reachable(client.emails.all())
    context = {
        "client": client,
        "enablement": enablement,
        "reachable": found,
        "emails": list(client.emails.all()),
        "is_suppressed": bool(found.address) and is_suppressed(found.address),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return render_to_string("communications/_mail_panel.html", context, request=request)


def bounce_mark(request: Any, client: Client) -> str:
    """At the head of each of his pages, until the address is corrected or may be written to again."""
    addresses = bounced_addresses(client)
    return render_to_string("communications/_bounce_mark.html", {"addresses": addresses}, request=request)


def mail_actions(request: Any, client: Client) -> str:
    """AZIONI: Genera comunicazione for this client, and what he has been written (SIS-23)."""
    rows = queries.visible_communications(request.membership).filter(client=client).order_by("-pk")
    context = {
        "client": client,
        "rows": list(queries.with_staleness(rows)[:CLOSED_SHOWN]),
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return render_to_string("communications/_mail_actions.html", context, request=request)


def generating(request: Any, audience: str, *, classes: str) -> str:
    """Genera comunicazione for a vista or a marketing list (SIS-37)."""
    if not request.membership.can(Permission.EDIT_CLIENTS):
        return ""
    context = {"audience": audience, "classes": classes}
    return render_to_string("communications/_generate_link.html", context, request=request)
