"""Handing over a whole portfolio, or all clients of an agent, operator, agency or introducer (O-62).

The page asks what and from when. Of today or before, it freezes whom that concerns; preview, confirmation, progress and
undo are those of every action on many clients. A day to come is planned: seen first, listed until then, taken back.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

import tenants.answers
from clients.bulk import services
from clients.bulk.actions import BulkAction, actions, stored
from groups import queries as groups
from groups.models import Group
from portfolios import planned_handovers, queries
from portfolios.enums import HandoverAction
from portfolios.forms.handovers import HandoverForm
from portfolios.models import PlannedHandover
from portfolios.views.answers import Tab, address, setting_tabs
from tenants.answers import performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web import formatting
from web.htmx import page_or_partial
from web.toasts import notify

WHAT = {"portfolio": HandoverAction.PORTFOLIO, "subject": HandoverAction.SUBJECT}
PAGE, PART = "portfolios/handover.html", "portfolios/_handover_form.html"
SAMPLE = 5


@requires(Permission.EDIT_CLIENTS)
def handover(request: FirmRequest) -> HttpResponse:
    what = request.GET.get("what") if request.GET.get("what") in WHAT else "portfolio"
    action, form = actions()[WHAT[str(what)]], _form(request, str(what))
    if request.method == "POST" and form.is_valid():
        group = form.cleaned_data.pop("group")
        if form.cleaned_data["on"] > local_today(request.firm):
            return _plan(request, str(what), form, group)
        clients = planned_handovers.concerned(
            action.code, form.cleaned_data, group, by=request.membership, today=local_today(request.firm)
        )
        try:
            job = services.freeze(action, clients, by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return HttpResponseRedirect(_preview(request, job.pk, form))
    return page_or_partial(request, PAGE, PART, _context(request, str(what), form))


@requires(Permission.EDIT_CLIENTS)
@require_POST
def handover_withdraw(request: FirmRequest, pk: int) -> HttpResponse:
    """Take back what is planned."""
    planned = _planned(request, pk)
    return performed(
        request,
        lambda: planned_handovers.withdraw_handover(planned, by=request.membership, at=timezone.now()),
        told=_("The planned handover has been taken back."),
        undo=address(request, "handover_restore", pk=pk),
        back=address(request, "handover"),
    )


@requires(Permission.EDIT_CLIENTS)
@require_POST
def handover_restore(request: FirmRequest, pk: int) -> HttpResponse:
    """The undo of it."""
    planned = _planned(request, pk)
    return performed(
        request,
        lambda: planned_handovers.restore_handover(planned, by=request.membership, at=timezone.now()),
        told=_("The handover is planned again."),
        undo=address(request, "handover_withdraw", pk=pk),
        back=address(request, "handover"),
    )


def _form(request: FirmRequest, what: str) -> HandoverForm:
    action: BulkAction = actions()[WHAT[what]]
    form: Any = action.form(request.POST or None, request.membership)
    form.allow_planning()
    form.fields["group"] = _group()
    if request.method == "GET":
        form.initial = {name: request.GET[name] for name in ("former", "to") if name in request.GET}
    found: HandoverForm = form
    return found


def _group() -> Any:
    return forms.ModelChoiceField(
        groups.active_groups(),
        required=False,
        label=gettext_lazy("Only clients of the group"),
        empty_label=gettext_lazy("All clients"),
    )


def _plan(request: FirmRequest, what: str, form: HandoverForm, group: Group | None) -> HttpResponse:
    """Whom it would concern today; planned when that has been seen."""
    code, said, by = WHAT[what], form.cleaned_data, request.membership
    if "plan" in request.POST:
        planned = planned_handovers.plan_handover(code, said, group, by=by, at=timezone.now())
        told = _("The handover is planned for %(day)s.") % {"day": formatting.day(planned.on)}
        notify(request, told, undo=address(request, "handover_withdraw", pk=planned.pk))
        return HttpResponseRedirect(f"{address(request, 'handover')}?what={what}")
    clients = planned_handovers.concerned(code, said, group, by=by, today=local_today(request.firm))
    ahead = {
        "on": said["on"],
        "count": clients.count(),
        "sample": list(clients.order_by("name_key", "pk")[:SAMPLE]),
        "answers": [(name, request.POST.get(name, "")) for name in form.fields],
    }
    return page_or_partial(request, PAGE, PART, _context(request, what, form) | {"ahead": ahead})


def _preview(request: FirmRequest, pk: int, form: forms.Form) -> str:
    """The page of the action, with everything said that it asks."""
    said = {name: "" if value is None else value for name, value in stored(form.cleaned_data).items()}
    page = tenants.answers.address(request, "clients:bulk_detail", pk=pk)
    return f"{page}?{urlencode({**said, 'next': address(request, 'handover')})}"


def _context(request: FirmRequest, what: str, form: HandoverForm) -> dict[str, Any]:
    here = address(request, "handover")
    labels = {"portfolio": _("A portfolio"), "subject": _("A subject")}
    return {
        "form": form,
        "planned": queries.told_handovers(request.membership),
        "kinds": [Tab(label, f"{here}?what={kind}", kind == what) for kind, label in labels.items()],
        "tabs": setting_tabs(request, "handover") if request.membership.can(Permission.CONFIGURE) else [],
    }


def _planned(request: FirmRequest, pk: int) -> PlannedHandover:
    found: PlannedHandover = get_object_or_404(queries.planned_handovers(request.membership), pk=pk)
    return found
