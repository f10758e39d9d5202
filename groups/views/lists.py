"""Reading groups: the list, a group with its members at this moment, and why somebody is in."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext

from clients.filters.refusals import FilterInvalid
from clients.queries import search_clients, visible_clients
from groups import queries
from groups.enums import GroupKind
from groups.filtering import problem_of
from groups.forms import MemberSearchForm
from groups.models import Group
from groups.wording import outline, outline_of_verdict
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.formatting import number
from web.htmx import page_or_partial
from web.keyset import keyset_page


@requires(Permission.VIEW_GROUPS)
def group_list(request: FirmRequest) -> HttpResponse:
    """All groups, with what they are about in words."""
    found = [{"group": group, "outline": outline(group)} for group in queries.groups()]
    context = {"rows": found, "may_edit": request.membership.can(Permission.EDIT_GROUPS)}
    return render(request, "groups/group_list.html", context)


@requires(Permission.VIEW_GROUPS)
def group_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """A group and its members by its filter at this moment (REL-07, REL-12)."""
    group = get_object_or_404(queries.groups(), pk=pk)
    context = {
        "group": group,
        "outline": outline(group),
        "problem": problem_of(group),
        "audience": f"group:{group.pk}" if group.active else "",
        "may_edit": request.membership.can(Permission.EDIT_GROUPS),
        "is_fixed": group.kind == GroupKind.FIXED,
        **_members(request, group),
    }
    return page_or_partial(request, "groups/group_detail.html", "groups/_members.html", context)


@requires(Permission.VIEW_GROUPS)
def group_why(request: FirmRequest, pk: int, client_pk: int) -> HttpResponse:
    """Why the client is in the group or is not, condition by condition."""
    group = get_object_or_404(queries.groups(), pk=pk)
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    try:
        answer = queries.why(group, client, today=local_today(request.firm))
    except FilterInvalid:
        return render(request, "groups/group_why.html", {"group": group, "client": client, "invalid": True})
    reasons = outline_of_verdict(answer.verdict) if answer.verdict else None
    context = {"group": group, "client": client, "is_member": answer.is_member, "reasons": reasons}
    return render(request, "groups/group_why.html", context)


def _members(request: FirmRequest, group: Group) -> dict[str, Any]:
    try:
        members = queries.members_of(group, visible_clients(request.membership), today=local_today(request.firm))
    except FilterInvalid:
        return {"page": None, "total": 0}
    total = members.count()
    form = MemberSearchForm(request.GET)
    if form.is_valid() and form.cleaned_data["q"]:
        members = search_clients(members, form.cleaned_data["q"])
    page = keyset_page(
        members.select_related("advisor", "status"), ordering="name_key", cursor=request.GET.get("cursor"), size=50
    )
    shown = ngettext("%(count)s client", "%(count)s clients", total) % {"count": number(total)}
    return {"page": page, "total": total, "shown": shown, "search": form}
