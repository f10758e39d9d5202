"""Marketing lists: by a filter, or frozen at a moment (STY-16, O-70)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.builder import Bracket
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.narrowing import joined, kept
from clients.presenting import PARAMETER
from clients.queries import visible_clients
from groups import queries, services
from groups.filtering import problem_text
from groups.forms import ListForm
from groups.models import MarketingList
from groups.services import ListDetails
from groups.views.building import builder_of, document_of, is_whole, tell
from groups.views.drafts import is_being_built
from groups.wording import outline_of_view
from tenants.answers import restoring
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify, notify_error


@requires(Permission.VIEW_GROUPS)
def list_list(request: FirmRequest) -> HttpResponse:
    """All of the firm, each in words."""
    rows = [{"list": row, "outline": outline_of_view(row)} for row in queries.marketing_lists()]
    context = {"rows": rows, "may_edit": request.membership.can(Permission.EDIT_CLIENTS)}
    return render(request, "groups/list_list.html", context)


@requires(Permission.VIEW_GROUPS)
def list_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """Who is in it, as far as the member sees them."""
    row = get_object_or_404(queries.marketing_lists(), pk=pk)
    members, problem = _members(request, row)
    try:
        page = keyset_page(
            members.select_related("advisor", "status"), ordering="name_key", cursor=request.GET.get("cursor")
        )
    except InvalidCursorError:
        return HttpResponseBadRequest()
    context = {
        "list": row,
        "audience": f"list:{row.pk}",
        "page": page,
        "count": members.order_by().count(),
        "outline": outline_of_view(row),
        "problem": problem,
        "may_edit": request.membership.can(Permission.EDIT_CLIENTS),
    }
    return render(request, "groups/list_detail.html", context)


@requires(Permission.EDIT_CLIENTS)
def list_create(request: FirmRequest) -> HttpResponse:
    """Empty, or of the clients whom the list at this address shows."""
    return _form(request, None, _started(request))


@requires(Permission.EDIT_CLIENTS)
def list_edit(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.marketing_lists(), pk=pk)
    return _form(request, row, row.filter)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def list_freeze(request: FirmRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.marketing_lists(), pk=pk)
    try:
        services.freeze_list(row, by=request.membership, at=timezone.now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        notify(request, _("Frozen: the members stay as they are now."))
    return redirect("groups:list_detail", firm_slug=request.firm.slug, pk=pk)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def list_thaw(request: FirmRequest, pk: int) -> HttpResponse:
    services.thaw_list(get_object_or_404(queries.marketing_lists(), pk=pk), by=request.membership)
    notify(request, _("The list follows its conditions again."))
    return redirect("groups:list_detail", firm_slug=request.firm.slug, pk=pk)


@requires(Permission.EDIT_CLIENTS)
@require_POST
def list_delete(request: FirmRequest, pk: int) -> HttpResponse:
    try:
        removal = services.delete_list(get_object_or_404(queries.marketing_lists(), pk=pk), by=request.membership)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect("groups:list_detail", firm_slug=request.firm.slug, pk=pk)
    notify(request, _("Marketing list deleted"), undo=restoring(request, removal) if removal else "")
    return redirect("groups:list_list", firm_slug=request.firm.slug)


def _members(request: FirmRequest, row: MarketingList) -> tuple[QuerySet[Client], str]:
    try:
        clients = visible_clients(request.membership)
        return queries.list_members(row, clients, today=local_today(request.firm)), ""
    except FilterInvalid as invalid:
        return Client.objects.none(), problem_text(invalid)


def _form(request: FirmRequest, row: MarketingList | None, document: object) -> HttpResponse:
    builder = builder_of(request, document)
    if is_being_built(request):
        stored = {"name": row.name, "description": row.description, "version": row.version} if row else {}
        said: dict[str, Any] = request.POST.dict() if request.method == "POST" else stored
        return _page(request, ListForm(initial=said), builder, row)
    form = ListForm(request.POST)
    if not (form.is_valid() and is_whole(builder)) or (saved := _saved(request, row, form, builder)) is None:
        return _page(request, form, builder, row, status=422)
    notify(request, _("Marketing list saved"))
    return redirect("groups:list_detail", firm_slug=request.firm.slug, pk=saved.pk)


def _saved(request: FirmRequest, row: MarketingList | None, form: ListForm, builder: Bracket) -> MarketingList | None:
    said, by = form.cleaned_data, request.membership
    details = ListDetails(name=said["name"], description=said["description"], filter=document_of(builder))
    frozen = request.POST.get("do") == "freeze"
    try:
        if row is None:
            return services.create_list(details, by=by, at=timezone.now(), frozen=frozen)
        return services.edit_list(row, details, by=by, version=said["version"])
    except ValidationError as refusal:
        tell(form, refusal)
        return None


def _started(request: FirmRequest) -> object:
    """The filter of what the list at this address shows; a vista's is part of it."""
    code = request.GET.get(PARAMETER, "")
    view = queries.views_of(request.membership).filter(pk=int(code)).first() if code.isdecimal() else None
    conditions = [view.filter if view else None, kept(request.GET.dict()).document]
    return joined([document for document in conditions if document])


def _page(
    request: FirmRequest, form: ListForm, builder: Bracket, row: MarketingList | None, *, status: int = 200
) -> HttpResponse:
    return render(request, "groups/list_form.html", {"form": form, "builder": builder, "list": row}, status=status)
