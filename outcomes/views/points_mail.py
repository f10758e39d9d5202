"""Strumenti → Email notifier → Punti operatori: to whom it goes, when next, what was sent, and sending it now."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outcomes.forms.points import PointsMailForm
from outcomes.queries.points_mail import next_points_mail, points_mail, posted_points_mails
from outcomes.services.points_mail import configure_points_mail, send_points_mail
from tenants.answers import address, is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify

SHOWN = 10


@requires(Permission.CONFIGURE)
def points_mail_page(request: FirmRequest) -> HttpResponse:
    """The addresses must be completed here: without one it is not sent (IFY-47)."""
    stored = points_mail()
    start: dict[str, Any] = {"automatic": True}
    if stored is not None:
        start = {"automatic": stored.automatic, "addresses": "\n".join(stored.addresses)}
    form = PointsMailForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid() and is_saved(form, lambda: _configure(request, form)):
        notify(request, _("Saved"))
        return HttpResponseRedirect(request.path)
    context = {
        "form": form,
        "stored": stored,
        "next": next_points_mail(stored, today=local_today(request.firm)),
        "posted": list(posted_points_mails()[:SHOWN]),
        "own_address": request.user.email,
    }
    return render(request, "outcomes/points_mail.html", context, status=422 if form.errors else 200)


@requires(Permission.CONFIGURE)
@require_POST
def points_mail_send(request: FirmRequest) -> HttpResponse:
    """Last week's, at once: to oneself as a test, or to all addresses."""
    to_all = request.POST.get("to") == "all"
    return performed(
        request,
        lambda: send_points_mail(to_all=to_all, by=request.membership, at=timezone.now()),
        told=_("The mail is in the outbox and leaves within a minute."),
        back=address(request, "outcomes:points_mail"),
    )


def _configure(request: FirmRequest, form: PointsMailForm) -> None:
    automatic, addresses = form.cleaned_data["automatic"], form.given()
    configure_points_mail(automatic=automatic, addresses=addresses, by=request.membership, at=timezone.now())
