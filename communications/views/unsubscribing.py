"""The link in a mail: a page that asks, and one click that unsubscribes, without a log-in (RFC 8058)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from communications.models import Communication
from communications.services.unsubscribing import unsubscribe as object_to
from communications.unsubscribing import communication_of
from tenants.binding import bound_firm
from tenants.requests import public


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, firm_id: int, token: str) -> HttpResponse:
    """Opening the link changes nothing: mail servers open links on their own."""
    rows = Communication.objects.select_related("client__profile", "run")
    row = rows.filter(pk=communication_of(token) or 0).first()
    if row is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        object_to(row, at=timezone.now())
    firm = bound_firm()
    with translation.override(firm.language):
        return render(request, "communications/unsubscribe.html", {"firm": firm, "is_done": is_done})
