"""Pianificazione → Appuntamenti (REL-15 … REL-22), and the two lists that hang on it (REL-52, O-08)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from groups.models import Group
from groups.services import set_yearly_meetings
from scheduling import queries, services
from scheduling.forms import PlanningCheckForm, YearlyMeetingsForm
from scheduling.forms.refusals import refuse
from scheduling.views.listing import listed
from tenants.answers import address, is_saved, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import is_htmx, page_or_partial
from web.toasts import notify


@requires(Permission.VIEW_GROUPS)
def planning(request: FirmRequest) -> HttpResponse:
    """All groups, with or without a number (REL-16)."""
    context = {
        "groups": queries.planning_groups(),
        "check": queries.planning_check(),
        "counts": queries.planning_counts(request.membership, on=local_today(request.firm)),
        "may_set": request.membership.can(Permission.SET_CADENCE),
        "may_configure": request.membership.can(Permission.CONFIGURE),
        "may_run": request.membership.can(Permission.RUN_NIGHT),
    }
    return render(request, "scheduling/planning.html", context)


@requires(Permission.SET_CADENCE)
def planning_group(request: FirmRequest, pk: int) -> HttpResponse:
    """The number of one group: in its row with htmx, on a page of its own without (REL-18)."""
    group = get_object_or_404(queries.planning_groups(), pk=pk)
    form = YearlyMeetingsForm(request.POST or None, initial={"yearly_meetings": group.yearly_meetings})
    if request.method == "POST" and form.is_valid() and _set_number(request, group, form):
        if not is_htmx(request):
            return HttpResponseRedirect(address(request, "scheduling:planning"))
        context = {"group": queries.planning_groups().get(pk=pk), "may_set": True, "is_changed": True}
        return render(request, "scheduling/_planning_row.html", context)
    return page_or_partial(
        request,
        "scheduling/planning_group.html",
        "scheduling/_planning_row_form.html",
        {"group": group, "form": form},
    )


@requires(Permission.VIEW_GROUPS)
def planning_row(request: FirmRequest, pk: int) -> HttpResponse:
    """A group's row again, after the setting was left without saving."""
    if not is_htmx(request):
        return HttpResponseRedirect(address(request, "scheduling:planning"))
    group = get_object_or_404(queries.planning_groups(), pk=pk)
    may_set = request.membership.can(Permission.SET_CADENCE)
    return render(request, "scheduling/_planning_row.html", {"group": group, "may_set": may_set, "is_changed": True})


@requires(Permission.SET_CADENCE)
@require_POST
def planning_group_set(request: FirmRequest, pk: int, number: int) -> HttpResponse:
    """A number without a form: 0 removes it; also the undo of a change."""
    group = get_object_or_404(Group, pk=pk)
    before = group.yearly_meetings
    return performed(
        request,
        lambda: set_yearly_meetings(group, number, by=request.membership, at=timezone.now()),
        told=_told(group, number),
        undo=_undo(request, pk, before) if (before or 0) != number else "",
        back=address(request, "scheduling:planning"),
    )


def _set_number(request: FirmRequest, group: Group, form: YearlyMeetingsForm) -> bool:
    before, number = group.yearly_meetings, form.cleaned_data["yearly_meetings"]
    try:
        set_yearly_meetings(group, number, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        refuse(form, refusal)
        return False
    if (before or 0) != (number or 0):
        notify(request, _told(group, number), undo=_undo(request, group.pk, before))
    return True


def _undo(request: FirmRequest, pk: int, before: int | None) -> str:
    return address(request, "scheduling:planning_group_set", pk=pk, number=before or 0)


def _told(group: Group, number: int | None) -> str:
    if not number:
        return _("%(group)s no longer drives any date, from tonight.") % {"group": group}
    meetings = ngettext("%(number)s meeting a year", "%(number)s meetings a year", number) % {"number": number}
    return _("%(group)s: %(meetings)s, from tonight.") % {"group": group, "meetings": meetings}


@requires(Permission.CONFIGURE)
def planning_check(request: FirmRequest) -> HttpResponse:
    """How many days ahead the reminder shows, and with which words (REL-41, REL-47)."""
    check = queries.planning_check()
    if check is None:
        raise Http404
    initial = {"lead_days": check.lead_days, "text": check.text, "active": check.active}
    form = PlanningCheckForm(request.POST or None, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and is_saved(form, lambda: services.edit_planning_check(check, **form.cleaned_data, by=request.membership))
    ):
        notify(request, _("Saved. The dates follow tonight."))
        return HttpResponseRedirect(address(request, "scheduling:planning"))
    return page_or_partial(
        request, "scheduling/planning_check.html", "scheduling/_planning_check_form.html", {"form": form}
    )


@requires(Permission.VIEW_APPOINTMENTS)
def never_met_list(request: FirmRequest) -> HttpResponse:
    """Clients in a cadence whom nobody has met yet (REL-52)."""
    plans = queries.never_met_plans(request.membership)
    return listed(
        request,
        plans,
        ordering="client__name_key",
        page="scheduling/never_met_list.html",
        part="scheduling/_never_met.html",
    )


@requires(Permission.VIEW_APPOINTMENTS)
def overdue_list(request: FirmRequest) -> HttpResponse:
    """Clients whose date is past with nothing planned, whether or not their reminder was dismissed (8.8)."""
    plans = queries.overdue_plans(request.membership, on=local_today(request.firm))
    return listed(
        request, plans, ordering="due_on", page="scheduling/overdue_list.html", part="scheduling/_overdue.html"
    )


@requires(Permission.VIEW_APPOINTMENTS)
def exception_list(request: FirmRequest) -> HttpResponse:
    """Eccezioni alla cadenza (O-08)."""
    exceptions = queries.exceptions_in_force(request.membership, on=local_today(request.firm))
    return listed(
        request,
        exceptions,
        ordering="client__name_key",
        page="scheduling/exception_list.html",
        part="scheduling/_exceptions.html",
    )
