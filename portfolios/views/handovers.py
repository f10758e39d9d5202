"""Handing over a whole portfolio, or all clients of an agent, operator, agency or introducer (O-62).

The page asks what and from when and freezes whom that concerns; preview, confirmation, progress and undo are those of
every action on many clients.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import tenants.answers
from clients.bulk import services
from clients.bulk.actions import actions, stored
from clients.queries import visible_clients
from groups import queries as groups
from portfolios.bulk_actions import handed_over
from portfolios.forms.handovers import HandoverForm
from portfolios.views.answers import Tab, address, setting_tabs
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial

WHAT = {"portfolio": "hand_over_portfolio", "subject": "hand_over_subject"}


@requires(Permission.EDIT_CLIENTS)
def handover(request: FirmRequest) -> HttpResponse:
    what = request.GET.get("what") if request.GET.get("what") in WHAT else "portfolio"
    action = actions()[WHAT[str(what)]]
    form = action.form(request.POST or None, request.membership)
    form.fields["group"] = _group()
    if request.method == "GET":
        form.initial = {name: request.GET[name] for name in ("former", "to") if name in request.GET}
    if request.method == "POST" and form.is_valid():
        group = form.cleaned_data.pop("group")
        clients = visible_clients(request.membership).filter(handed_over(action.code, form.cleaned_data))
        if group is not None:
            clients = groups.members_of(group, clients, today=local_today(request.firm))
        try:
            job = services.freeze(action, clients, by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return HttpResponseRedirect(_preview(request, job.pk, form))
    return page_or_partial(
        request, "portfolios/handover.html", "portfolios/_handover_form.html", _context(request, str(what), form)
    )


def _group() -> Any:
    return forms.ModelChoiceField(
        groups.active_groups(),
        required=False,
        label=gettext_lazy("Only clients of the group"),
        empty_label=gettext_lazy("All clients"),
    )


def _preview(request: FirmRequest, pk: int, form: forms.Form) -> str:
    """The page of the action, with everything said that it asks."""
    said = {name: "" if value is None else value for name, value in stored(form.cleaned_data).items()}
    page = tenants.answers.address(request, "clients:bulk_detail", pk=pk)
    return f"{page}?{urlencode({**said, 'next': address(request, 'handover')})}"


def _context(request: FirmRequest, what: str, form: HandoverForm | forms.Form) -> dict[str, Any]:
    here = address(request, "handover")
    labels = {"portfolio": _("A portfolio"), "subject": _("A subject")}
    return {
        "form": form,
        "kinds": [Tab(label, f"{here}?what={kind}", kind == what) for kind, label in labels.items()],
        "tabs": setting_tabs(request, "handover") if request.membership.can(Permission.CONFIGURE) else [],
    }
