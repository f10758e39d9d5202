"""An appointment that repeats: no more of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduling import services
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
    scope = ScopeForm(request.POST if "scope" in request.POST else request.GET).chosen()
    return performed(
        request,
        lambda: services.end_series(appointment, scope=scope, by=request.membership, at=timezone.now()),
        told=_("The repetition has ended."),
        back=address(request, "scheduling:calendar"),
    )
