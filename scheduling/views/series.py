"""An appointment that repeats: no more of them; and the last change of the whole taken back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.forms.repeats import ScopeForm
from scheduling.views.appointments import visible
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def series_end(request: FirmRequest, pk: int) -> HttpResponse:
    """From this one on, or all that are to come; what has a history is cancelled, the rest goes."""
    appointment = visible(request, pk)
    form = ScopeForm(request.POST if "scope" in request.POST else request.GET)
    scope, seen = form.chosen(), form.seen()
    return performed(
        request,
        lambda: services.end_series(
            appointment, scope=scope, by=request.membership, at=timezone.now(), series_version=seen
        ),
        told=_("The repetition has ended."),
        undo=address(request, "scheduling:series_undo", pk=appointment.series_id or 0),
        back=address(request, "scheduling:calendar"),
    )


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def series_undo(request: FirmRequest, pk: int) -> HttpResponse:
    """What nobody has touched since is as it was before."""
    series = get_object_or_404(queries.visible_series(request.membership), pk=pk)
    return performed(
        request,
        lambda: services.undo_series(series, by=request.membership, at=timezone.now()),
        told=_("The repetition is as it was; what was changed since has stayed."),
        back=address(request, "scheduling:calendar"),
    )
