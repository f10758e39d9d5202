"""Pages without a domain: the look of the product."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.views.decorators.http import require_POST

from web.forms import PreferenceForm
from web.navigation import return_address
from web.preferences import remember


@require_POST
def preferences_set(request: HttpRequest) -> HttpResponse:
    """Keep the theme and the switch for single-key shortcuts in cookies, for whoever looks at the page."""
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    response = HttpResponseRedirect(return_address(request, default="/"))
    for name, value in form.chosen().items():
        remember(response, name, value)
    return response


preferences_set.permission = "public"  # type: ignore[attr-defined]
