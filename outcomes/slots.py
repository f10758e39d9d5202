"""What outcomes shows on pages of scheduling and of the client."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from clients.models import Client
from outcomes import queries
from outcomes.models import Fulfilment
from outcomes.queries import Offer
from scheduling.enums import AppointmentState
from scheduling.models import Appointment, AppointmentType
from tenants.binding import local_today
from tenants.permissions import Permission
from web import slots

RECENT = 5


def register() -> None:
    """Called when the app is ready."""
    slots.fill("appointment_actions", record_menu)
    slots.fill("appointment_head", record_buttons)
    slots.fill("appointment_panels", fulfilment_panel)
    slots.fill("appointment_recorded", recorded_words)
    slots.fill("appointments_bulk", record_several)
    slots.fill("type_actions", type_actions)
    slots.fill("client_panels", client_panel)


def record_menu(request: Any, appointment: Appointment) -> str:
    """In a list: a button that opens the outcomes of the type; the second click records (without script too)."""
    return _render(request, "outcomes/_record_menu.html", appointment)


def record_buttons(request: Any, appointment: Appointment) -> str:
    """On the appointment's own page, to which the Calendar leads: each outcome a button."""
    return _render(request, "outcomes/_record_buttons.html", appointment)


def fulfilment_panel(request: Any, appointment: Appointment) -> str:
    """What was recorded, and what it brought about."""
    made = queries.fulfilment_of(appointment) if appointment.state in _OVER else None
    if made is None:
        return ""
    context = {"made": made, "may_undo": request.membership.can(Permission.UNDO_OUTCOMES)}
    return render_to_string("outcomes/_fulfilment.html", context, request=request)


def recorded_words(request: Any, appointment: Appointment) -> str:
    """Why the state stays as it is; nothing while no outcome is recorded."""
    is_recorded = Fulfilment.objects.filter(appointment=appointment, undone_at__isnull=True).exists()
    return escape(_("Its outcome is recorded: only an administrator can undo it.")) if is_recorded else ""


def record_several(request: Any, appointments: list[Appointment]) -> str:
    """One outcome for the ticked rows of a list."""
    if not request.membership.can(Permission.RECORD_OUTCOMES):
        return ""
    offered = [offer for each in appointments for offer in _offers(request).get(each.type_id, [])]
    found = {offer.outcome.pk: offer.outcome for offer in offered}
    context = {"outcomes": sorted(found.values(), key=lambda one: (one.position, one.pk))}
    return render_to_string("outcomes/_record_several.html", context, request=request) if found else ""


def type_actions(request: Any, kind: AppointmentType) -> str:
    return render_to_string("outcomes/_type_actions.html", {"kind": kind}, request=request)


def client_panel(request: Any, client: Client) -> str:
    """The client's open activities, and what was recorded last."""
    # The page's appointments need them too: read here, they cost every page of a client the same.
    _offers(request)
    context = {
        "client": client,
        "activities": list(queries.open_activities_of(client)),
        "recent": list(queries.history(request.membership).filter(client=client).order_by("-at", "-id")[:RECENT]),
        "may_record": request.membership.can(Permission.RECORD_OUTCOMES),
    }
    return render_to_string("outcomes/_client_panel.html", context, request=request)


_OVER = (AppointmentState.HELD, AppointmentState.NO_SHOW)


def _render(request: Any, template: str, appointment: Appointment) -> str:
    if not _is_to_record(request, appointment):
        return ""
    context = {"appointment": appointment, "offers": _offers(request).get(appointment.type_id, [])}
    return render_to_string(template, context, request=request) if context["offers"] else ""


def _is_to_record(request: Any, appointment: Appointment) -> bool:
    is_due = appointment.state == AppointmentState.PLANNED and not _is_ahead(request, appointment)
    return is_due and bool(request.membership.can(Permission.RECORD_OUTCOMES))


def _is_ahead(request: Any, appointment: Appointment) -> bool:
    return timezone.localdate(appointment.starts_at) > local_today(request.firm)


def _offers(request: Any) -> dict[int, list[Offer]]:
    """Read once for each page, however many rows it has."""
    if not hasattr(request, "outcome_offers"):
        request.outcome_offers = queries.offers()
    offers: dict[int, list[Offer]] = request.outcome_offers
    return offers
