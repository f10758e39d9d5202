"""Recording an outcome from wherever the appointment is shown, and undoing it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.queries import visible_clients
from outcomes import queries, services
from outcomes.enums import LeftOver, Notice
from outcomes.forms.actions import ActionForm
from outcomes.forms.recording import BulkRecordForm, RecordForm, UndoForm
from outcomes.models import Fulfilment, Outcome
from outcomes.services.actions import record_action
from scheduling.models import Appointment
from scheduling.queries import visible_appointments
from tenants.answers import address, is_saved
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.navigation import return_address
from web.toasts import notify, notify_error


def visible(request: FirmRequest, pk: int) -> Appointment:
    """The appointment, if the member may see it; else 404."""
    return get_object_or_404(visible_appointments(request.membership), pk=pk)


@requires(Permission.RECORD_OUTCOMES)
@require_POST
def fulfil(request: FirmRequest, pk: int) -> HttpResponse:
    """The second click. What takes more than that goes on to the page with the note and the activity."""
    appointment = visible(request, pk)
    form = RecordForm(request.POST, client=appointment.client)
    back = return_address(request, default=address(request, "scheduling:appointment_detail", pk=pk))
    if not form.is_valid():
        notify_error(request, _("Choose an outcome."))
        return HttpResponseRedirect(back)
    outcome = form.cleaned_data["outcome"]
    if form.has_choices(appointment, outcome):
        return HttpResponseRedirect(f"{address(request, 'outcomes:record', pk=pk)}?outcome={outcome.pk}")
    try:
        _record(request, appointment, form)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    return HttpResponseRedirect(back)


@requires(Permission.RECORD_OUTCOMES)
def record(request: FirmRequest, pk: int) -> HttpResponse:
    """With a note, or for one of several activities; made for a telephone's screen as well."""
    appointment = visible(request, pk)
    form = RecordForm(request.POST or None, client=appointment.client)
    back = return_address(request, default=address(request, "scheduling:appointment_detail", pk=pk))
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: _record(request, appointment, form)):
        return HttpResponseRedirect(back)
    context = {
        "appointment": appointment,
        "form": form,
        "offers": queries.offers([appointment.type_id]).get(appointment.type_id, []),
        "chosen": request.POST.get("outcome") or request.GET.get("outcome", ""),
        "back": back,
    }
    return page_or_partial(request, "outcomes/record.html", "outcomes/_record_form.html", context)


@requires(Permission.RECORD_OUTCOMES)
@require_POST
def fulfil_several(request: FirmRequest) -> HttpResponse:
    """One outcome for the ticked ones; those that cannot have it are told."""
    back = return_address(request, default=address(request, "scheduling:unrecorded_list"))
    form = BulkRecordForm(request.POST, ids=request.POST.getlist("ids"))
    if not form.is_valid():
        notify_error(request, _("Tick appointments and choose an outcome."))
        return HttpResponseRedirect(back)
    chosen = visible_appointments(request.membership).filter(pk__in=form.cleaned_data["ids"])
    recorded = services.fulfil_appointments(
        chosen, form.cleaned_data["outcome"], by=request.membership, at=timezone.now()
    )
    _tell_several(request, recorded, form.cleaned_data["outcome"])
    return HttpResponseRedirect(back)


@requires(Permission.UNDO_OUTCOMES)
def undo(request: FirmRequest, pk: int) -> HttpResponse:
    """Annulla evasione (O-35): asks once, and says what stays."""
    appointment = visible(request, pk)
    form = UndoForm(request.POST or None)
    page = address(request, "scheduling:appointment_detail", pk=pk)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, lambda: _undo(request, appointment, form.cleaned_data["reason"])):
        return HttpResponseRedirect(return_address(request, default=page))
    context = {
        "title": _("Undo the recorded outcome"),
        "question": _("Undo the outcome of “%(appointment)s”?") % {"appointment": appointment},
        "consequences": _(
            "Status, points, next appointment and activity go back as they were; what has changed since stays."
        ),
        "action_label": _("Undo the outcome"),
        "cancel_url": page,
        "form": form,
    }
    return render(request, "web/confirm.html", context)


@requires(Permission.RECORD_OUTCOMES)
def action_create(request: FirmRequest, client_pk: int) -> HttpResponse:
    """Planned and fulfilled in one step."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = ActionForm(request.POST or None, client=client, initial={"activity": request.GET.get("activity")})
    back = return_address(request, default=address(request, "clients:client_detail", pk=client_pk))

    def record_it() -> None:
        data, now = form.cleaned_data, timezone.now()
        made = record_action(client, **data, by=request.membership, at=now)
        undo_url = address(request, "outcomes:undo", pk=made.appointment_id) if _may_undo(request) else ""
        notify(request, _told(made), undo=undo_url)

    if request.method == "POST" and form.is_valid() and is_saved(form, record_it):
        return HttpResponseRedirect(back)
    context = {"form": form, "client": client, "back": back}
    return page_or_partial(request, "outcomes/action_create.html", "outcomes/_action_form.html", context)


def _record(request: FirmRequest, appointment: Appointment, form: RecordForm) -> None:
    data = form.cleaned_data
    made = services.fulfil_appointment(
        appointment,
        data["outcome"],
        by=request.membership,
        at=timezone.now(),
        note=data["note"],
        activity=data.get("activity"),
    )
    undo_url = address(request, "outcomes:undo", pk=appointment.pk) if _may_undo(request) else ""
    notify(request, _told(made), undo=undo_url)


def _may_undo(request: FirmRequest) -> bool:
    return request.membership.can(Permission.UNDO_OUTCOMES)


def _told(made: Fulfilment) -> str:
    """What it brought about, and what it could not."""
    words = [_("“%(outcome)s” recorded.") % {"outcome": made.outcome}]
    if made.status_change_id:
        words.append(_("New status: %(status)s.") % {"status": made.rule["status_name"]})
    if made.follow_up:
        words.append(
            _("Next: %(type)s on %(day)s.")
            % {"type": made.follow_up.type, "day": timezone.localtime(made.follow_up.starts_at).strftime("%d/%m/%Y")}
        )
    words += [str(Notice(notice).label) for notice in made.notices]
    return " ".join(words)


def _tell_several(request: FirmRequest, recorded: services.Recorded, outcome: Outcome) -> None:
    done, refused = len(recorded.fulfilments), len(recorded.refused)
    if done:
        told = ngettext("“%(outcome)s” recorded once.", "“%(outcome)s” recorded %(count)s times.", done)
        notify(request, told % {"outcome": outcome, "count": done})
    if refused:
        reasons = sorted({message for refusal in recorded.refused.values() for message in refusal.messages})
        told = ngettext("%(count)s appointment was left out:", "%(count)s appointments were left out:", refused)
        notify_error(request, " ".join([told % {"count": refused}, *reasons]))


def _undo(request: FirmRequest, appointment: Appointment, reason: str) -> None:
    undone = services.undo_fulfilment(appointment, by=request.membership, at=timezone.now(), reason=reason)
    notify(request, " ".join([_("The outcome is undone."), *(str(LeftOver(one).label) for one in undone.left)]))
