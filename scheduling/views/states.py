"""The buttons of an appointment: it took place, it did not, somebody takes it in charge."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.models import Appointment
from scheduling.views.appointments import visible
from scheduling.views.listing import listed
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires


def _change_state(
    request: FirmRequest, pk: int, change: Callable[..., Appointment], told: str, *, undo: bool = True
) -> HttpResponse:
    appointment = visible(request, pk)
    return performed(
        request,
        lambda: change(appointment, by=request.membership, at=timezone.now()),
        told=told,
        undo=address(request, "scheduling:appointment_reopen", pk=pk) if undo else "",
        back=address(request, "scheduling:appointment_detail", pk=pk),
    )


@requires(Permission.VIEW_APPOINTMENTS)
def unrecorded_list(request: FirmRequest) -> HttpResponse:
    """Past appointments that are still planned (O-14), the oldest first."""
    unrecorded = queries.outcome_missing(queries.visible_appointments(request.membership), at=timezone.now())
    return listed(
        request,
        unrecorded,
        ordering="starts_at",
        page="scheduling/unrecorded_list.html",
        part="scheduling/_unrecorded.html",
    )


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_hold(request: FirmRequest, pk: int) -> HttpResponse:
    return _change_state(request, pk, services.mark_held, _("Recorded as held."))


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_no_show(request: FirmRequest, pk: int) -> HttpResponse:
    return _change_state(request, pk, services.mark_no_show, _("Recorded as a no-show."))


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    return _change_state(request, pk, services.cancel_appointment, _("Appointment cancelled."))


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_reopen(request: FirmRequest, pk: int) -> HttpResponse:
    return _change_state(request, pk, services.reopen_appointment, _("Planned again."), undo=False)


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_take(request: FirmRequest, pk: int) -> HttpResponse:
    """Presa in carico (O-29)."""
    appointment = visible(request, pk)
    return performed(
        request,
        lambda: services.take_appointment(appointment, by=request.membership, at=timezone.now()),
        told=_("You have taken this appointment in charge."),
        undo=address(request, "scheduling:appointment_release", pk=pk),
        back=address(request, "scheduling:appointment_detail", pk=pk),
    )


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_release(request: FirmRequest, pk: int) -> HttpResponse:
    appointment = visible(request, pk)
    return performed(
        request,
        lambda: services.release_appointment(appointment, by=request.membership),
        told=_("The appointment is for everybody again."),
        back=address(request, "scheduling:calendar"),
    )


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """Also the undo of a booking."""
    appointment = visible(request, pk)
    return performed(
        request,
        lambda: services.delete_appointment(appointment, by=request.membership, at=timezone.now()),
        told=_("Appointment deleted."),
        back=address(request, "scheduling:calendar"),
    )
