"""Picking the members of a fixed group."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.queries import search_clients, visible_clients
from groups import queries, services
from groups.forms import MemberSearchForm
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial
from web.toasts import notify, notify_error

MOST_FOUND = 30


@requires(Permission.EDIT_GROUPS)
def member_add(request: FirmRequest, pk: int) -> HttpResponse:
    """Search clients and tick those who come in."""
    group = get_object_or_404(queries.groups(), pk=pk)
    clients = visible_clients(request.membership)
    if request.method == "POST":
        return _change(request, pk, adding=True)
    form = MemberSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = search_clients(clients, text) if text else clients
    offered = found.exclude(pk__in=group.members.values("client_id")).select_related("advisor")
    context = {"group": group, "search": form, "found": offered.order_by("name_key", "pk")[:MOST_FOUND]}
    return page_or_partial(request, "groups/member_add.html", "groups/_member_choices.html", context)


@requires(Permission.EDIT_GROUPS)
@require_POST
def member_remove(request: FirmRequest, pk: int) -> HttpResponse:
    return _change(request, pk, adding=False)


def _change(request: FirmRequest, pk: int, *, adding: bool) -> HttpResponse:
    group = get_object_or_404(queries.groups(), pk=pk)
    ids = [int(value) for value in request.POST.getlist("ids") if value.isdecimal() and len(value) < 19]
    picked = visible_clients(request.membership).filter(pk__in=ids)
    change = services.add_members if adding else services.remove_members
    try:
        count = change(group, picked, by=request.membership, at=now())
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        notify(request, ngettext("%(count)s client changed", "%(count)s clients changed", count) % {"count": count})
    return redirect("groups:group_detail", firm_slug=request.firm.slug, pk=pk)
