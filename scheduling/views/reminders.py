"""The list of reminders, and what a person does with one (REL-39 … REL-42, REL-49, REL-51)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.forms import ReminderFilterForm, SnoozeForm
from scheduling.models import Reminder
from scheduling.views.listing import listed
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.queries import active_members
from tenants.requests import FirmRequest, requires
from web.htmx import is_htmx
from web.toasts import notify, notify_error

SHOWN = {
    "all": gettext_lazy("Showing"),
    "overdue": gettext_lazy("Overdue"),
    "upcoming": gettext_lazy("Upcoming"),
    "snoozed": pgettext_lazy("reminders", "Snoozed"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    label: str | Promise
    url: str
    is_current: bool
    count: int


@requires(Permission.VIEW_APPOINTMENTS)
def reminder_list(request: FirmRequest) -> HttpResponse:
    """Sorted by due date, so that the overdue come first (REL-51)."""
    today = local_today(request.firm)
    form = ReminderFilterForm(request.GET, advisors=active_members())
    show, advisor = form.chosen()
    reminders = queries.reminders(request.membership, show=show, on=today, advisor=advisor)
    return listed(
        request,
        reminders,
        ordering="snoozed_until" if show == "snoozed" else "due_on",
        page="scheduling/reminder_list.html",
        part="scheduling/_reminders.html",
        form=form,
        show=show,
        advisor=advisor,
        tabs=_tabs(request, show, advisor, today),
        is_mailed=services.wants_reminder_mail(request.membership),
    )


def _tabs(request: FirmRequest, show: str, advisor: Membership | None, today: date) -> list[Tab]:
    counts = queries.reminder_counts(request.membership, on=today, advisor=advisor)
    base = address(request, "scheduling:reminder_list")
    chosen = {"advisor": advisor.pk} if advisor else {}
    return [
        Tab(label, f"{base}?{urlencode({'show': name, **chosen})}", name == show, counts[name])
        for name, label in SHOWN.items()
    ]


@requires(Permission.HANDLE_REMINDERS)
@require_POST
def reminder_dismiss(request: FirmRequest, pk: int) -> HttpResponse:
    """It does not come back for the same date."""
    reminder = _visible(request, pk)
    return _handled(
        request,
        reminder,
        lambda: services.dismiss_reminder(reminder, by=request.membership, at=timezone.now()),
        _("Reminder for %(client)s dismissed.") % {"client": reminder.client},
    )


@requires(Permission.HANDLE_REMINDERS)
@require_POST
def reminder_snooze(request: FirmRequest, pk: int) -> HttpResponse:
    reminder = _visible(request, pk)
    form = SnoozeForm(request.POST)

    def snooze() -> None:
        if not form.is_valid():
            raise ValidationError(_("Say until when."), code="required")
        until = form.last_day(local_today(request.firm))
        services.snooze_reminder(reminder, until=until, by=request.membership, at=timezone.now())

    told = _("Reminder for %(client)s snoozed.") % {"client": reminder.client}
    return _handled(request, reminder, snooze, told)


@requires(Permission.HANDLE_REMINDERS)
@require_POST
def reminder_reopen(request: FirmRequest, pk: int) -> HttpResponse:
    """Undo of dismissing and of snoozing."""
    reminder = _visible(request, pk)
    return performed(
        request,
        lambda: services.reopen_reminder(reminder, by=request.membership),
        told=_("The reminder shows again."),
        back=address(request, "scheduling:reminder_list"),
    )


@requires(Permission.VIEW_APPOINTMENTS)
@require_POST
def reminder_mail(request: FirmRequest) -> HttpResponse:
    """Ask for the reminders of the day by e-mail, or no longer."""
    wanted = request.POST.get("wanted") == "yes"
    return performed(
        request,
        lambda: services.ask_for_reminder_mail(request.membership, wanted=wanted),
        told=_("Your reminders come by e-mail every morning on which there are any.")
        if wanted
        else _("Your reminders no longer come by e-mail."),
        back=address(request, "scheduling:reminder_list"),
    )


def _handled(request: FirmRequest, reminder: Reminder, work: Callable[[], object], told: str) -> HttpResponse:
    """With htmx the reminder's row goes; the toast's undo brings it back."""
    undo = address(request, "scheduling:reminder_reopen", pk=reminder.pk)
    if not is_htmx(request):
        return performed(request, work, told=told, undo=undo, back=address(request, "scheduling:reminder_list"))
    try:
        work()
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponse(status=204)
    notify(request, told, undo=undo)
    return HttpResponse("")


def _visible(request: FirmRequest, pk: int) -> Reminder:
    return get_object_or_404(queries.visible_reminders(request.membership), pk=pk)
