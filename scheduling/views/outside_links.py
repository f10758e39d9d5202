"""Calendars at other providers: consent at Google's, rounds by hand, disconnecting, what stands there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scheduling.calendars import connecting, google_consent
from scheduling.calendars.google_consent import Question
from scheduling.models import OutsideCalendar
from scheduling.tasks import ring_calendars
from scheduling.views.appointments import visible
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires, signed_in
from web.toasts import notify, notify_error

ASKED = "google_question"


def own(request: FirmRequest, pk: int) -> OutsideCalendar:
    """One's own connection; anybody else's is not there."""
    return get_object_or_404(OutsideCalendar, pk=pk, member=request.membership)


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def google_start(request: FirmRequest) -> HttpResponse:
    """To Google's page of consent; what the answer has to match stays in the session."""
    if not google_consent.is_offered():
        raise Http404
    question = Question.new()
    request.session[ASKED] = {"state": question.state, "verifier": question.verifier, "firm": request.firm.slug}
    return HttpResponseRedirect(question.address())


@signed_in
@require_safe
def google_return(request: HttpRequest) -> HttpResponse:
    """Where Google sends everybody back to: one address for all firms. On to the firm that asked."""
    asked = request.session.get(ASKED)
    if not asked or request.GET.get("state") != asked["state"]:
        raise Http404
    told = {name: request.GET[name] for name in ("state", "code", "error") if name in request.GET}
    path = reverse("scheduling:google_finish", kwargs={"firm_slug": asked["firm"]})
    return HttpResponseRedirect(f"{path}?{urlencode(told)}")


@requires(Permission.VIEW_APPOINTMENTS)
def google_finish(request: FirmRequest) -> HttpResponse:
    """Read: what is about to be connected, for the member to say yes. Sent: connect."""
    given = request.POST if request.method == "POST" else request.GET
    asked = request.session.get(ASKED)
    back = HttpResponseRedirect(address(request, "scheduling:outside"))
    if not asked or given.get("state") != asked["state"] or asked["firm"] != request.firm.slug:
        notify_error(request, _("This consent was not asked for here, or was used already: connect again."))
        return back
    if not given.get("code"):
        notify_error(request, _("Google was not given the consent: nothing is connected."))
        return back
    if request.method != "POST":
        return render(request, "scheduling/google_finish.html", {"code": given["code"], "state": given["state"]})
    del request.session[ASKED]
    _connect_google(request, given["code"], asked["verifier"])
    return back


def _connect_google(request: FirmRequest, code: str, verifier: str) -> None:
    try:
        connecting.connect_google(request.membership, code=code, verifier=verifier, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return
    ring_calendars()
    notify(request, _("Google Calendar is connected: your appointments are being written."))


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def outside_sync(request: FirmRequest, pk: int) -> HttpResponse:
    calendar = own(request, pk)

    def sync() -> None:
        connecting.sync_now(calendar, at=timezone.now())
        ring_calendars()

    told = _("Asked for: the state below follows in a moment.")
    return performed(request, sync, told=told, back=address(request, "scheduling:outside"))


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def outside_disconnect(request: FirmRequest, pk: int) -> HttpResponse:
    calendar = own(request, pk)
    return performed(
        request,
        lambda: connecting.disconnect(calendar, by=request.membership),
        told=_("Disconnected: the log-in is deleted. What stands in the other calendar stays there."),
        back=address(request, "scheduling:outside"),
    )


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def appointment_outside(request: FirmRequest, pk: int) -> HttpResponse:
    """Keep an appointment out of one's calendars outside, or let it in again."""
    appointment, out = visible(request, pk), request.POST.get("out") == "1"

    def decide() -> None:
        connecting.leave_out(appointment, out=out, by=request.membership, at=timezone.now())
        ring_calendars()

    told = _("Kept out of your other calendars.") if out else _("It goes into your other calendars again.")
    return performed(request, decide, told=told, back=address(request, "scheduling:appointment_detail", pk=pk))


def let_forms_lead_to_google(answer: HttpResponse) -> HttpResponse:
    """The redirect after "Connect" is part of the form's way, which the policy keeps within our own pages."""
    parts = urlsplit(settings.GOOGLE_CONSENT_URL)
    answer._csp_update = {"form-action": ["'self'", f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    return answer


def shown_calendars(request: FirmRequest) -> dict[str, Any]:
    """What the page says of one's connections."""
    rows = OutsideCalendar.objects.filter(member=request.membership)
    known = {calendar.provider: connecting.told(calendar) for calendar in rows}
    return {"google": known.get("google"), "caldav": known.get("caldav"), "google_offered": google_consent.is_offered()}
