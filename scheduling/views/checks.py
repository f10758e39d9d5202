"""Impostazioni → Verifiche: the checks, each with the filter builder and a preview of today (REL-43 … REL-48)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.builder import is_structural
from groups.wording import outline_of_filter
from scheduling import services
from scheduling.check_wording import asked_by
from scheduling.forms.checks import CheckDraft, CheckForm, initial_of
from scheduling.forms.refusals import refuse
from scheduling.models import Check
from scheduling.queries import checks as queries
from scheduling.services import CheckDetails
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify


@requires(Permission.CONFIGURE)
def check_list(request: FirmRequest) -> HttpResponse:
    rows = [
        {
            "check": check,
            "asks": asked_by(check),
            "scope": outline_of_filter(check.scope) if check.scope else None,
        }
        for check in queries.counted_checks()
    ]
    return render(request, "scheduling/check_list.html", {"rows": rows})


@requires(Permission.CONFIGURE)
def check_create(request: FirmRequest) -> HttpResponse:
    return _form(request, None)


@requires(Permission.CONFIGURE)
def check_edit(request: FirmRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(queries.own_checks(), pk=pk))


@requires(Permission.CONFIGURE)
@require_POST
def check_builder(request: FirmRequest) -> HttpResponse:
    """The builder after one of its buttons; nothing is saved."""
    response = render(request, "scheduling/_check_conditions.html", {"draft": CheckDraft.of_post(request.POST)})
    response.headers["HX-Trigger"] = "filter-changed"
    return response


@requires(Permission.CONFIGURE)
@require_POST
def check_preview(request: FirmRequest) -> HttpResponse:
    """Who would be reminded of today, and how many, while the check is being built."""
    draft, today = CheckDraft.of_post(request.POST), local_today(request.firm)
    preview = None
    if draft.is_whole() and draft.rule is not None:
        preview = queries.preview_of(draft.rule, request.membership, today=today)
    context = {"preview": preview, "today": today, "can_be_late": draft.row.operator == "due_within_days"}
    return render(request, "scheduling/_check_preview.html", context)


@requires(Permission.CONFIGURE)
@require_POST
def check_activation(request: FirmRequest, pk: int) -> HttpResponse:
    """Switch on what is off, off what is on."""
    check = get_object_or_404(queries.checks(), pk=pk)
    active = not check.active
    told = _("%(check)s is on: it is looked at from tonight.") if active else _("%(check)s is off.")
    return performed(
        request,
        lambda: services.set_check_active(check, active=active, by=request.membership, at=timezone.now()),
        told=told % {"check": check},
        undo=request.path,
        back=address(request, "scheduling:check_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def check_delete(request: FirmRequest, pk: int) -> HttpResponse:
    check = get_object_or_404(queries.own_checks(), pk=pk)
    return performed(
        request,
        lambda: services.delete_check(check, by=request.membership, at=timezone.now()),
        told=_("%(check)s deleted.") % {"check": check},
        undo=address(request, "scheduling:check_restore", pk=pk),
        back=address(request, "scheduling:check_list"),
    )


@requires(Permission.CONFIGURE)
@require_POST
def check_restore(request: FirmRequest, pk: int) -> HttpResponse:
    """The undo of a deletion."""
    check = get_object_or_404(queries.deleted_checks(), pk=pk)
    return performed(
        request,
        lambda: services.restore_check(check, by=request.membership, at=timezone.now()),
        told=_("%(check)s is back.") % {"check": check},
        back=address(request, "scheduling:check_list"),
    )


def _form(request: FirmRequest, check: Check | None) -> HttpResponse:
    start: dict[str, Any] = initial_of(check) if check else {}
    if request.method != "POST":
        return _page(request, CheckForm(initial=start), CheckDraft.of_check(check), check)
    draft = CheckDraft.of_post(request.POST)
    if is_structural(request.POST.get("do", "")):
        return _page(request, CheckForm(initial=request.POST.dict()), draft, check)
    form = CheckForm(request.POST)
    is_valid, is_whole = form.is_valid(), draft.is_whole()
    saved = _saved(request, check, form, draft) if is_valid and is_whole else None
    if saved is None:
        return _page(request, form, draft, check, status=422)
    undo = address(request, "scheduling:check_delete", pk=saved.pk) if check is None else ""
    notify(request, _("Check saved. Its reminders follow tonight."), undo=undo)
    return redirect("scheduling:check_list", firm_slug=request.firm.slug)


def _saved(request: FirmRequest, check: Check | None, form: CheckForm, draft: CheckDraft) -> Check | None:
    said, at = form.cleaned_data, timezone.now()
    plain = {name: said[name] for name in ("name", "text", "recipient", "person")}
    details = CheckDetails(**plain, condition=draft.condition, scope=draft.scope_document)
    try:
        if check is None:
            return services.create_check(details, active=said["active"], by=request.membership, at=at)
        services.edit_check(check, details, by=request.membership, at=at, version=said["version"])
        return services.set_check_active(check, active=said["active"], by=request.membership, at=at)
    except ValidationError as refusal:
        refuse(form, refusal)
        return None


def _page(
    request: FirmRequest, form: CheckForm, draft: CheckDraft, check: Check | None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "draft": draft, "check": check}
    return render(request, "scheduling/check_form.html", context, status=status)
