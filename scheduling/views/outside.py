"""Calendars outside: one's own feed, and files of other programs."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from scheduling import services
from scheduling.calendars import connecting
from scheduling.feed import calendar_of, feed_of
from scheduling.forms.outside import CalDavForm, CalendarFileForm
from scheduling.forms.refusals import refuse
from scheduling.models import CalendarFeed, CalendarFile
from scheduling.tasks import ring_calendars
from scheduling.views.outside_links import let_forms_lead_to_google, shown_calendars
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, public, requires
from web.toasts import notify

CALENDAR = "text/calendar; charset=utf-8"


@public
@never_cache
@require_safe
def feed(request: HttpRequest, firm_id: int, secret: str) -> HttpResponse:
    """What a telephone reads: whoever knows the address, and nobody else; a revoked one is as if it had never been."""
    found = feed_of(secret)
    if found is None:
        raise Http404
    answer = HttpResponse(calendar_of(found.member, at=timezone.now()), content_type=CALENDAR)
    answer.headers["Content-Disposition"] = 'inline; filename="cadenza.ics"'
    return answer


@requires(Permission.VIEW_APPOINTMENTS)
def outside(request: FirmRequest) -> HttpResponse:
    """One's own feed and the files that one has imported."""
    return _page(request, CalendarFileForm())


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def feed_make(request: FirmRequest) -> HttpResponse:
    """A new address, shown once; the one before is dead."""
    secret = services.make_feed(request.membership, at=timezone.now())
    path = f"/calendar/{request.firm.pk}-{secret}.ics"
    return _page(request, CalendarFileForm(), made=request.build_absolute_uri(path))


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def feed_revoke(request: FirmRequest) -> HttpResponse:
    return performed(
        request,
        lambda: services.revoke_feed(request.membership),
        told=_("The address is dead: nobody reads your calendar there any more."),
        back=address(request, "scheduling:outside"),
    )


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def file_import(request: FirmRequest) -> HttpResponse:
    form = CalendarFileForm(request.POST, request.FILES)
    file = _imported(request, form) if form.is_valid() else None
    if file is None:
        return _page(request, form, status=422)
    told = ngettext("%(number)s time imported.", "%(number)s times imported.", file.made) % {"number": file.made}
    notify(request, told, undo=address(request, "scheduling:file_remove", pk=file.pk))
    return HttpResponseRedirect(address(request, "scheduling:outside"))


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def file_remove(request: FirmRequest, pk: int) -> HttpResponse:
    file = get_object_or_404(CalendarFile, pk=pk, member=request.membership)
    return performed(
        request,
        lambda: services.remove_calendar_file(file, by=request.membership),
        told=_("Removed: what the file took of your time is free again."),
        back=address(request, "scheduling:outside"),
    )


def _imported(request: FirmRequest, form: CalendarFileForm) -> CalendarFile | None:
    upload = form.cleaned_data["file"]
    try:
        return services.import_calendar(request.membership, upload.read(), name=upload.name, at=timezone.now())
    except ValidationError as refusal:
        refuse(form, refusal)
        return None


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def caldav_connect(request: FirmRequest) -> HttpResponse:
    form = CalDavForm(request.POST)
    if form.is_valid() and is_saved(form, lambda: _connect_caldav(request, form)):
        ring_calendars()
        notify(request, _("The calendar is connected: your appointments are being written."))
        return HttpResponseRedirect(address(request, "scheduling:outside"))
    return _page(request, CalendarFileForm(), caldav=form, status=422)


def _connect_caldav(request: FirmRequest, form: CalDavForm) -> None:
    connecting.connect_caldav(request.membership, **form.cleaned_data, at=timezone.now())


def _page(
    request: FirmRequest,
    form: CalendarFileForm,
    *,
    caldav: CalDavForm | None = None,
    made: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "caldav_form": caldav or CalDavForm(),
        "form": form,
        "made": made,
        "feed": CalendarFeed.objects.filter(member=request.membership).first(),
        "files": CalendarFile.objects.filter(member=request.membership)[:20],
    }
    answer = render(request, "scheduling/outside.html", context | shown_calendars(request), status=status)
    return let_forms_lead_to_google(answer)
