"""What was deleted of the settings in the last month, with the way back."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants import queries, services
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page


@requires(Permission.CONFIGURE)
def removal_list(request: FirmRequest) -> HttpResponse:
    rows = queries.removals(request.membership, at=timezone.now()).filter(restored_at__isnull=True)
    try:
        page = keyset_page(rows, ordering="-at", cursor=request.GET.get("cursor"))
    except InvalidCursorError:
        return HttpResponseBadRequest()
    return page_or_partial(request, "tenants/removal_list.html", "tenants/_removal_table.html", {"page": page})


@requires(Permission.VIEW_CLIENTS)
@require_POST
def removal_restore(request: FirmRequest, pk: int) -> HttpResponse:
    """The undo of every deletion of settings; whoever configures the firm, or deleted it himself."""
    removal = get_object_or_404(queries.removals(request.membership, at=timezone.now()), pk=pk)
    return performed(
        request,
        lambda: services.take_back(removal, by=request.membership, at=timezone.now()),
        told=_("“%(name)s” is back.") % {"name": removal.name},
        back=address(request, "tenants:removal_list"),
    )
