"""Commercial activities: the list, one activity, and what is done with it (IFY-49 … IFY-53)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.queries import visible_clients
from outcomes import queries, services
from outcomes.forms.listing import ActivitiesForm, ActivityForm, CloseForm
from outcomes.models import Activity
from outcomes.queries.activities import activities
from outcomes.services import ActivityDetails
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify

PAGE = 50


def visible(request: FirmRequest, pk: int) -> Activity:
    return get_object_or_404(queries.visible_activities(request.membership), pk=pk)


@requires(Permission.VIEW_APPOINTMENTS)
def activity_list(request: FirmRequest) -> HttpResponse:
    form = ActivitiesForm(request.GET)
    wanted = form.wanted()
    rows = activities(request.membership, wanted)
    try:
        page = keyset_page(rows, ordering="-opened_at", cursor=request.GET.get("cursor"), size=PAGE)
    except InvalidCursorError as error:
        raise Http404 from error
    context = {"page": page, "form": form, "is_narrowed": bool(wanted)}
    return page_or_partial(request, "outcomes/activity_list.html", "outcomes/_activities.html", context)


@requires(Permission.RECORD_OUTCOMES)
def activity_create(request: FirmRequest, client_pk: int) -> HttpResponse:
    """Nuovo, for one client."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = ActivityForm(request.POST or None, has_kind=True, initial={"owner": request.membership})

    def create() -> None:
        data = dict(form.cleaned_data)
        kind = data.pop("kind")
        services.open_activity(client, kind, ActivityDetails(**data), by=request.membership, at=timezone.now())

    back = address(request, "clients:client_detail", pk=client_pk)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and is_saved(form, create):
        notify(request, _("The activity is open."))
        return HttpResponseRedirect(back)
    context = {"form": form, "client": client, "back": back, "has_kinds": queries.activity_kinds().exists()}
    return page_or_partial(request, "outcomes/activity_create.html", "outcomes/_activity_form.html", context)


@requires(Permission.VIEW_APPOINTMENTS)
def activity_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """What it is, the actions recorded with it, and the form to change it."""
    activity = visible(request, pk)
    may_change = request.membership.can(Permission.RECORD_OUTCOMES)
    initial: dict[str, Any] = {name: getattr(activity, name) for name in ("subject", "owner", "status")}
    form = ActivityForm(request.POST if may_change and request.POST else None, has_kind=False, initial=initial)

    def change() -> None:
        details = ActivityDetails(**form.cleaned_data)
        services.edit_activity(activity, details, by=request.membership, at=timezone.now())

    is_valid = request.method == "POST" and may_change and form.is_valid()
    if is_valid and is_saved(form, change):
        notify(request, _("The activity is saved."))
        return HttpResponseRedirect(request.path)
    actions = queries.history(request.membership).filter(activity=activity).order_by("-at", "-id")[:PAGE]
    context = {"activity": activity, "form": form, "actions": actions, "may_change": may_change}
    return page_or_partial(request, "outcomes/activity_detail.html", "outcomes/_activity_form.html", context)


@requires(Permission.RECORD_OUTCOMES)
@require_POST
def activity_close(request: FirmRequest, pk: int) -> HttpResponse:
    activity, form = visible(request, pk), CloseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return performed(
        request,
        lambda: services.close_activity(activity, by=request.membership, at=timezone.now(), reason=reason),
        told=_("The activity is closed."),
        undo=address(request, "outcomes:activity_reopen", pk=pk),
        back=address(request, "outcomes:activity_detail", pk=pk),
    )


@requires(Permission.RECORD_OUTCOMES)
@require_POST
def activity_reopen(request: FirmRequest, pk: int) -> HttpResponse:
    activity = visible(request, pk)
    return performed(
        request,
        lambda: services.reopen_activity(activity, by=request.membership),
        told=_("The activity is open again."),
        back=address(request, "outcomes:activity_detail", pk=pk),
    )


@requires(Permission.RECORD_OUTCOMES)
@require_POST
def activity_delete(request: FirmRequest, pk: int) -> HttpResponse:
    """Elimina: one with recorded actions is closed instead (O-28)."""
    activity = visible(request, pk)
    return performed(
        request,
        lambda: services.delete_activity(activity, by=request.membership),
        told=_("The activity is deleted."),
        back=address(request, "outcomes:activity_list"),
    )
