"""Macros: what they are, whom they would meet with now, and their runs (IFY-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.filters.refusals import FilterInvalid
from groups.filtering import problem_text
from scheduling import services
from scheduling.enums import RunState
from scheduling.forms.macros import MacroForm, initial_of
from scheduling.forms.refusals import refuse
from scheduling.models import Macro, MacroRun
from scheduling.queries import macros as queries
from tenants.answers import address, performed, restoring
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.queries import members
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import keyset_page
from web.toasts import notify, notify_error


@requires(Permission.CONFIGURE)
def macro_list(request: FirmRequest) -> HttpResponse:
    """Each with its last and next run."""
    today = local_today(request.firm)
    rows = [
        {
            "macro": macro,
            "last": next(iter(macro.runs.all()), None),
            "next": macro.schedule.following(today) if macro.active else None,
        }
        for macro in queries.macros()
    ]
    return render(request, "scheduling/macro_list.html", {"rows": rows})


@requires(Permission.CONFIGURE)
def macro_create(request: FirmRequest) -> HttpResponse:
    form = MacroForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        macro = _saved(request, form, None)
        if macro is not None:
            notify(request, _("Macro created. It is off until you switch it on."))
            return HttpResponseRedirect(macro.get_absolute_url())
    return page_or_partial(request, "scheduling/macro_edit.html", "scheduling/_macro_form.html", {"form": form})


@requires(Permission.CONFIGURE)
def macro_edit(request: FirmRequest, pk: int) -> HttpResponse:
    macro = _macro(pk)
    form = MacroForm(request.POST or None, initial=initial_of(macro), macro=macro)
    if request.method == "POST" and form.is_valid() and _saved(request, form, macro):
        notify(request, _("Macro saved."))
        return HttpResponseRedirect(macro.get_absolute_url())
    context = {"form": form, "macro": macro}
    return page_or_partial(request, "scheduling/macro_edit.html", "scheduling/_macro_form.html", context)


@requires(Permission.CONFIGURE)
def macro_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """The dry run: exactly who would get an appointment now and with whom; and what it did before."""
    macro = _macro(pk)
    today = local_today(request.firm)
    context: dict[str, Any] = {
        "macro": macro,
        "next": macro.schedule.following(today) if macro.active else None,
        "runs": queries.runs_of(macro)[: queries.RUNS_SHOWN],
        **_dry_run(request, macro),
    }
    return page_or_partial(request, "scheduling/macro_detail.html", "scheduling/_macro_dry_run.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def macro_activation(request: FirmRequest, pk: int) -> HttpResponse:
    """Switch on what is off, off what is on."""
    macro = _macro(pk)
    active = not macro.active
    return performed(
        request,
        lambda: services.set_macro_active(macro, active=active, by=request.membership, at=timezone.now()),
        told=_("Macro switched on") if active else _("Macro switched off"),
        undo=request.path,
        back=macro.get_absolute_url(),
    )


@requires(Permission.CONFIGURE)
@require_POST
def macro_delete(request: FirmRequest, pk: int) -> HttpResponse:
    macro = _macro(pk)
    try:
        removal = services.delete_macro(macro, by=request.membership)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(macro.get_absolute_url())
    notify(request, _("Macro deleted"), undo=restoring(request, removal))
    return HttpResponseRedirect(address(request, "scheduling:macro_list"))


@requires(Permission.CONFIGURE)
@require_POST
def macro_run(request: FirmRequest, pk: int) -> HttpResponse:
    """Run it now."""
    macro = _macro(pk)
    run = services.run_macro(macro, by=request.membership, at=timezone.now())
    return _told(request, macro, run)


@requires(Permission.CONFIGURE)
@require_POST
def run_confirm(request: FirmRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    try:
        done = services.confirm_run(run, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return HttpResponseRedirect(run.macro.get_absolute_url())
    return _told(request, run.macro, done)


@requires(Permission.CONFIGURE)
@require_POST
def run_discard(request: FirmRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    return performed(
        request,
        lambda: services.discard_run(run, by=request.membership),
        told=_("Run discarded: nothing was planned."),
        back=run.macro.get_absolute_url(),
    )


@requires(Permission.CONFIGURE)
@require_POST
def run_undo(request: FirmRequest, pk: int) -> HttpResponse:
    run = _run(pk)
    return performed(
        request,
        lambda: services.undo_run(run, by=request.membership, at=timezone.now()),
        told=_("Run undone. What was fulfilled or changed since has stayed."),
        back=run.macro.get_absolute_url(),
    )


@requires(Permission.CONFIGURE)
@require_POST
def charges_reset(request: FirmRequest) -> HttpResponse:
    """Azzera: everything taken in charge goes back to everybody (O-29)."""
    return performed(
        request,
        lambda: services.reset_charges(by=request.membership),
        told=_("Everything that was in charge is for everybody again."),
        back=address(request, "scheduling:calendar"),
    )


def _told(request: FirmRequest, macro: Macro, run: MacroRun) -> HttpResponse:
    made = ngettext("%(count)s appointment planned", "%(count)s appointments planned", run.made) % {"count": run.made}
    match run.state:
        case RunState.DONE:
            notify(request, made, undo=address(request, "scheduling:run_undo", pk=run.pk) if run.made else "")
        case RunState.WAITING:
            notify(request, _("Many more than usual: look at the list and confirm the run."))
        case _:
            notify_error(request, run.error)
    return HttpResponseRedirect(macro.get_absolute_url())


def _dry_run(request: FirmRequest, macro: Macro) -> dict[str, Any]:
    today = local_today(request.firm)
    period = queries.period_of(macro, on=today)
    try:
        choice = queries.choice_of(macro, on=today, period=period)
        chosen = queries.clients_chosen(macro, on=today, period=period)
    except FilterInvalid as invalid:
        return {"problem": problem_text(invalid)}
    page = keyset_page(chosen, ordering="name_key", cursor=request.GET.get("cursor"), size=50)
    names = {member.pk: member.name for member in members()}
    rows = [
        {"client": row.client, "recipient": names.get(row.recipient_id or 0), "note": row.note}
        for row in queries.described(page.items)
    ]
    planned_for = today + timedelta(days=macro.offset_days)
    return {"choice": choice, "page": page, "rows": rows, "planned_for": planned_for}


def _saved(request: FirmRequest, form: MacroForm, macro: Macro | None) -> Macro | None:
    at = timezone.now()
    try:
        if macro is None:
            return services.create_macro(form.details(), by=request.membership, at=at)
        version = form.cleaned_data["version"]
        return services.edit_macro(macro, form.details(), by=request.membership, at=at, version=version)
    except ValidationError as refusal:
        refuse(form, refusal)
        return None


def _macro(pk: int) -> Macro:
    macro: Macro = get_object_or_404(Macro.objects.select_related("firm", "search", "type", "operator", "owner"), pk=pk)
    return macro


def _run(pk: int) -> MacroRun:
    run: MacroRun = get_object_or_404(MacroRun.objects.select_related("macro__firm"), pk=pk)
    return run
