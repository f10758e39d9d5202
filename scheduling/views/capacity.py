"""Load against capacity, working hours, closures."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.capacity import usual_minutes, week_of
from scheduling.foresight import foresee
from scheduling.forms import ClosureForm, WorkingWeekForm
from scheduling.forms.capacity import initial_hours
from scheduling.forms.refusals import refuse
from scheduling.models import Closure, WorkingWeek
from scheduling.views.foreseen import by_advisor, capacity_of, load_chart
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify


@requires(Permission.VIEW_APPOINTMENTS)
def load(request: FirmRequest) -> HttpResponse:
    """The meetings that the cadences ask for, against what each advisor can hold, over twelve months."""
    foreseen = foresee(None, by=request.membership, at=timezone.now())
    advisors = by_advisor(foreseen, firm=request.firm)
    capacity = capacity_of(advisors, len(foreseen.months))
    rows = list(zip(foreseen.months, foreseen.total.after, capacity, strict=True))
    context = {
        "advisors": advisors,
        "months": rows,
        "chart": load_chart(foreseen.months, foreseen.total.after, capacity),
        "may_configure": request.membership.can(Permission.CONFIGURE),
    }
    return render(request, "scheduling/load.html", context)


@requires(Permission.VIEW_APPOINTMENTS)
def working_week(request: FirmRequest, pk: int) -> HttpResponse:
    """One's own working hours; an administrator sets everybody's."""
    member = _whose(request, pk)
    stored = WorkingWeek.objects.filter(member=member).first()
    week = week_of(stored, usual_minutes())
    initial = initial_hours(week.spans)
    if stored is not None:
        initial |= {"meeting_minutes": stored.meeting_minutes, "most_a_day": stored.most_a_day}
    form = WorkingWeekForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _set(request, form, member):
        notify(request, _("Working hours saved."))
        return HttpResponseRedirect(address(request, "scheduling:load"))
    context = {"form": form, "member": member}
    return page_or_partial(request, "scheduling/working_week.html", "scheduling/_working_week_form.html", context)


@requires(Permission.CONFIGURE)
def closure_list(request: FirmRequest) -> HttpResponse:
    """The days on which the firm is closed, with the holidays that it has anyway."""
    form = ClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(request, form):
        notify(request, _("Closure entered."))
        return HttpResponseRedirect(address(request, "scheduling:closure_list"))
    today = local_today(request.firm)
    context = {
        "form": form,
        "closures": queries.closures_from(today),
        "holidays": queries.coming_holidays(request.firm, today),
    }
    return page_or_partial(request, "scheduling/closure_list.html", "scheduling/_closures.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def closure_remove(request: FirmRequest, pk: int) -> HttpResponse:
    closure = get_object_or_404(Closure, pk=pk)
    return performed(
        request,
        lambda: services.remove_closure(closure, by=request.membership),
        told=_("Closure removed."),
        back=address(request, "scheduling:closure_list"),
    )


def _added(request: FirmRequest, form: ClosureForm) -> bool:
    said = form.cleaned_data
    try:
        services.add_closure(**{**said, "ends_on": said["ends_on"] or said["starts_on"]}, by=request.membership)
    except ValidationError as refusal:
        refuse(form, refusal)
        return False
    return True


def _set(request: FirmRequest, form: WorkingWeekForm, member: Membership) -> bool:
    """A week without a single hour is refused, as whatever else the service does not take."""
    try:
        services.set_working_week(member, form.details(), by=request.membership)
    except ValidationError as refusal:
        refuse(form, refusal)
        return False
    return True


def _whose(request: FirmRequest, pk: int) -> Membership:
    if pk != request.membership.pk and not request.membership.can(Permission.CONFIGURE):
        raise Http404
    member: Membership = get_object_or_404(Membership, pk=pk, is_active=True)
    return member
