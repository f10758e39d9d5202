"""Pianificazione → Le mie settimane: a proposal for everybody who is due, accepted and taken back in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from scheduling import queries, services
from scheduling.forms.weeks import WeeksForm, choices_of
from scheduling.week_planning import Outlook, named, propose_weeks
from scheduling.weeks import Proposal
from tenants.answers import address, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify


@requires(Permission.ENTER_APPOINTMENTS)
def weeks(request: FirmRequest) -> HttpResponse:
    """The proposal, to be looked at and adjusted."""
    form = WeeksForm(request.GET or None, by=request.membership)
    return _page(request, form, {})


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def weeks_accept(request: FirmRequest) -> HttpResponse:
    """All that is ticked becomes appointments, or none."""
    form = WeeksForm(request.POST, by=request.membership)
    member, number = form.asked
    choices, unread = choices_of(request.POST, request.firm.time_zone)
    if unread:
        return _page(request, form, dict.fromkeys(unread, _("Say day and hour.")), status=422)
    try:
        made = services.accept_weeks(member, choices, weeks=number, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        return _page(request, form, _told(refusal), status=422)
    told = ngettext("%(number)s meeting planned.", "%(number)s meetings planned.", made.made) % {"number": made.made}
    notify(request, told, undo=address(request, "scheduling:weeks_undo", pk=made.pk))
    return HttpResponseRedirect(address(request, "scheduling:weeks"))


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def weeks_undo(request: FirmRequest, pk: int) -> HttpResponse:
    planned = get_object_or_404(queries.planned_weeks(request.membership), pk=pk)
    return performed(
        request,
        lambda: services.undo_weeks(planned, by=request.membership, at=timezone.now()),
        told=_("The meetings of these weeks are gone; what was changed since has stayed."),
        back=address(request, "scheduling:weeks"),
    )


def _page(request: FirmRequest, form: WeeksForm, errors: Mapping[int, str], *, status: int = 200) -> HttpResponse:
    member, number = form.asked
    seen, proposal = propose_weeks(member, weeks=number, by=request.membership, at=timezone.now())
    context = {
        "form": form,
        "member": member,
        "weeks": number,
        "days": _days(request, seen, proposal, errors),
        "quality": proposal.quality,
        "without_room": list(named(proposal.without_room).values()),
        "general": errors.get(0, ""),
        "recent": queries.planned_weeks(request.membership)[:5],
    }
    return render(request, "scheduling/weeks.html", context, status=status)


def _days(request: FirmRequest, seen: Outlook, proposal: Proposal, errors: Mapping[int, str]) -> list[dict[str, Any]]:
    """The proposal day by day; after a refusal with what was sent."""
    clients = named(visit.client_id for visit in proposal.visits)
    ticked = set(request.POST.getlist("client")) if request.method == "POST" else None
    days: dict[Any, list[dict[str, Any]]] = {}
    for visit in proposal.visits:
        starts_at = seen.moment(visit.on, visit.span[0])
        row = {
            "client": clients[visit.client_id],
            "visit": visit,
            "value": request.POST.get(f"at.{visit.client_id}") or starts_at.strftime("%Y-%m-%dT%H:%M"),
            "ticked": ticked is None or str(visit.client_id) in ticked,
            "error": errors.get(visit.client_id, ""),
        }
        days.setdefault(visit.on, []).append(row)
    return [{"on": on, "rows": rows} for on, rows in days.items()]


def _told(refusal: ValidationError) -> dict[int, str]:
    """By client; 0 for what concerns no client."""
    if not hasattr(refusal, "error_dict"):
        return {0: " ".join(refusal.messages)}
    return {int(key): " ".join(error.messages[0] for error in errors) for key, errors in refusal.error_dict.items()}
