"""Pages of one appointment: new, read, change."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from clients.queries import visible_clients
from scheduling import proposals, queries, services
from scheduling.enums import AppointmentState, SeriesScope
from scheduling.forms import AppointmentForm, PrefillForm
from scheduling.forms.appointments import initial_of
from scheduling.forms.refusals import refuse
from scheduling.forms.repeats import RepetitionForm, ScopeForm, initial_repetition
from scheduling.models import Appointment
from scheduling.overlaps import overlaps_of
from scheduling.recurrence import Repetition
from scheduling.series_words import rule_in_words
from scheduling.views.choosing import choose_client
from scheduling.views.history import told_events
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.queries import active_members
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify, notify_error

LONGEST_UNDO = 1_500
FIELD_OF = {"starts_at": "starts", "ends_at": "ends"}


def visible(request: FirmRequest, pk: int) -> Appointment:
    """The appointment, if the member may see it; else 404."""
    return get_object_or_404(queries.visible_appointments(request.membership), pk=pk)


@requires(Permission.ENTER_APPOINTMENTS)
def appointment_create(request: FirmRequest) -> HttpResponse:
    """First whom it concerns, then the rest; what the caller knows comes in the address (REL-42)."""
    prefill = PrefillForm(request.GET, clients=visible_clients(request.membership).select_related("advisor"))
    known = prefill.known()
    if "client" in prefill.errors:
        raise Http404
    client = known.get("client")
    if client is None:
        return choose_client(request, known, title=_("New appointment"), question=_("With which client?"))
    return _create_for(request, client, known)


def _create_for(request: FirmRequest, client: Client, known: dict[str, Any]) -> HttpResponse:
    wish = proposals.Wish(due_on=known.get("due"), starts_at=known.get("starts_at"), ends_at=known.get("ends_at"))
    proposal = proposals.propose(request.firm, client, wish, by=request.membership, at=timezone.now())
    form, repeats = _form(request, initial=_initial(proposal, known)), RepetitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and repeats.is_valid():
        booked = _book(request, client, form, repeats.said())
        if booked is not None:
            return HttpResponseRedirect(_after(request, booked))
    context = {
        "form": form,
        "repeats": repeats,
        "client": client,
        "proposal": proposal,
        "plan": queries.plan_of(client),
        "change_url": _other_client(request),
        "cancel_url": return_address(request, default=address(request, "scheduling:calendar")),
    }
    return page_or_partial(request, "scheduling/appointment_create.html", "scheduling/_appointment_form.html", context)


def _other_client(request: FirmRequest) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in {"client", "due", "q"}}
    return f"{request.path}?{urlencode(kept)}"


def _book(request: FirmRequest, client: Client, form: AppointmentForm, said: Repetition | None) -> Appointment | None:
    try:
        appointment = _booked(request, client, form, said)
    except ValidationError as refusal:
        refuse(form, refusal, names=FIELD_OF)
        return None
    name = "scheduling:appointment_delete" if said is None else "scheduling:series_end"
    undo = address(request, name, pk=appointment.pk) + ("" if said is None else f"?scope={SeriesScope.ALL}")
    notify(request, _("Appointment with %(client)s planned.") % {"client": client}, undo=undo)
    _say_overlaps(request, appointment)
    return appointment


def _say_overlaps(request: FirmRequest, appointment: Appointment) -> None:
    """It is planned all the same: two may well be met together."""
    titles = [one.title for one in overlaps_of(appointment, by=request.membership)]
    if titles:
        notify_error(request, _("At the same time: %(what)s.") % {"what": ", ".join(titles)})


def _booked(request: FirmRequest, client: Client, form: AppointmentForm, said: Repetition | None) -> Appointment:
    now, invite = timezone.now(), form.cleaned_data["invite"]
    if said is not None:
        series = services.book_series(client, form.details(), said, by=request.membership, at=now, invite=invite)
        return queries.occurrences(series)[0]
    return services.book_appointment(
        client, form.details(), by=request.membership, at=now, origin=form.chosen_origin(), invite=invite
    )


def _after(request: FirmRequest, appointment: Appointment) -> str:
    """Back to where the wish arose: the reminders, the client, the Calendar."""
    return return_address(request, default=address(request, "scheduling:appointment_detail", pk=appointment.pk))


def _initial(proposal: proposals.Proposal, known: dict[str, Any]) -> dict[str, Any]:
    starts, ends = timezone.localtime(proposal.starts_at), timezone.localtime(proposal.ends_at)
    return {
        "type": proposal.type,
        "assignee": proposal.assignee,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "ends_on": ends.date() if ends.date() != starts.date() else None,
        "origin": known.get("origin", ""),
    }


def _form(request: FirmRequest, *, initial: dict[str, Any], appointment: Appointment | None = None) -> AppointmentForm:
    return AppointmentForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        types=queries.offered_types(also=appointment.type if appointment else None),
        members=active_members(),
    )


@requires(Permission.VIEW_APPOINTMENTS)
def appointment_detail(request: FirmRequest, pk: int) -> HttpResponse:
    appointment = visible(request, pk)
    now, today = timezone.now(), local_today(request.firm)
    context = {
        "appointment": appointment,
        "today": today,
        "plan": queries.plan_of(appointment.client),
        "is_invited": services.is_invited(appointment),
        "rule": rule_in_words(appointment.series.pattern.repetition()) if appointment.series else "",
        "events": told_events(queries.history_of(appointment)),
        "may_close": timezone.localdate(appointment.starts_at) <= today,
        "is_deletable": services.is_deletable(appointment, at=now),
        "outcome_missing": appointment.state == AppointmentState.PLANNED and appointment.ends_at <= now,
        "may_change": request.membership.can(Permission.ENTER_APPOINTMENTS),
        "overlaps": overlaps_of(appointment, by=request.membership),
        "outside_events": queries.events_outside([appointment.pk]),
        "may_release": appointment.taken_by_id == request.membership.pk or request.membership.can(Permission.CONFIGURE),
    }
    return render(request, "scheduling/appointment_detail.html", context)


@requires(Permission.ENTER_APPOINTMENTS)
def appointment_edit(request: FirmRequest, pk: int) -> HttpResponse:
    """Every drag's other way (WCAG 2.5.7): the day and the hours can be typed."""
    appointment = visible(request, pk)
    before = initial_of(appointment)
    form = _form(request, initial={**before, "invite": services.is_invited(appointment)}, appointment=appointment)
    scope, repeats = _series_forms(request, appointment)
    sound = request.method == "POST" and form.is_valid() and (repeats is None or repeats.is_valid())
    if sound and scope.chosen() != SeriesScope.ONE and _change_series(request, appointment, form, scope, repeats):
        undo = address(request, "scheduling:series_undo", pk=appointment.series_id)
        notify(request, _("Appointments changed."), undo=undo)
        return HttpResponseRedirect(address(request, "scheduling:calendar"))
    if sound and scope.chosen() == SeriesScope.ONE and _change(request, appointment, form):
        undo = _undo_address(request, appointment, before)
        notify(request, _("Appointment changed."), undo=undo)
        appointment.refresh_from_db()
        _say_overlaps(request, appointment)
        return HttpResponseRedirect(_after(request, appointment))
    context = {
        "form": form,
        "appointment": appointment,
        "client": appointment.client,
        "scope": scope if repeats is not None else None,
        "repeats": repeats,
    }
    return page_or_partial(request, "scheduling/appointment_edit.html", "scheduling/_appointment_form.html", context)


def _series_forms(request: FirmRequest, appointment: Appointment) -> tuple[ScopeForm, RepetitionForm | None]:
    """Of one that repeats: how much of it is meant, and its rule."""
    posted = request.POST if request.method == "POST" else None
    if appointment.series is None:
        return ScopeForm({}), None
    said = appointment.series.pattern.repetition()
    seen = {"series_version": appointment.series.version}
    return ScopeForm(posted, initial=seen), RepetitionForm(posted, initial=initial_repetition(said))


def _change_series(
    request: FirmRequest,
    appointment: Appointment,
    form: AppointmentForm,
    scope: ScopeForm,
    repeats: RepetitionForm | None,
) -> bool:
    said = repeats.said() if repeats is not None and repeats.has_changed() else None
    try:
        made = services.edit_series(
            appointment,
            form.details(),
            scope=scope.chosen(),
            said=said,
            by=request.membership,
            at=timezone.now(),
            version=form.cleaned_data["version"],
            series_version=scope.seen(),
        )
    except ValidationError as refusal:
        refuse(form, refusal, names=FIELD_OF)
        return False
    appointment.series = made.series
    return True


def _change(request: FirmRequest, appointment: Appointment, form: AppointmentForm) -> bool:
    version = form.cleaned_data["version"]
    try:
        services.edit_appointment(
            appointment,
            form.details(),
            by=request.membership,
            at=timezone.now(),
            version=version,
            invite=form.cleaned_data["invite"],
        )
    except ValidationError as refusal:
        refuse(form, refusal, names=FIELD_OF)
        return False
    return True


def _undo_address(request: FirmRequest, appointment: Appointment, before: dict[str, Any]) -> str:
    """The old values travel in the address of the undo; where they are too long for one there is none."""
    values = {name: value for name, value in before.items() if value is not None and name != "version"}
    undone = address(request, "scheduling:appointment_restore", pk=appointment.pk)
    whole = f"{undone}?{urlencode(values)}"
    return whole if len(whole) <= LONGEST_UNDO else ""


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def appointment_restore(request: FirmRequest, pk: int) -> HttpResponse:
    """Take a change back: the form's old values are in the address."""
    appointment = visible(request, pk)
    form = AppointmentForm(request.GET, types=queries.appointment_types(), members=active_members())

    def restore() -> None:
        if not form.is_valid():
            raise ValidationError(_("This can no longer be taken back."), code="cannot_undo")
        services.edit_appointment(appointment, form.details(), by=request.membership, at=timezone.now())

    back = address(request, "scheduling:appointment_detail", pk=pk)
    return performed(request, restore, told=_("Taken back."), back=back)
