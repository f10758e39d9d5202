"""Before a group's number or filter, or an exception, is saved: what it would cost (foresight). Nothing is written."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from clients.builder import from_post, to_document
from clients.builder.checking import check
from clients.queries import visible_clients
from groups.filtering import parse_group_filter
from groups.models import Group
from scheduling import queries
from scheduling.foresight import GroupChange, foresee, foresee_exception
from scheduling.forms import CadenceExceptionForm, YearlyMeetingsForm
from scheduling.views.foreseen import shown
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import is_htmx, page_or_partial

PART = "scheduling/_foresight.html"


@requires(Permission.SET_CADENCE)
@require_POST
def number_foresight(request: FirmRequest, pk: int) -> HttpResponse:
    """Of a group's number, on the page where it is set."""
    group = get_object_or_404(queries.planning_groups(), pk=pk)
    form = YearlyMeetingsForm(request.POST)
    context: dict[str, Any] = {"group": group, "form": form}
    if form.is_valid():
        number = form.cleaned_data["yearly_meetings"] or None
        context |= _of_a_group(request, GroupChange(group=group, yearly_meetings=number))
    return _answer(request, "scheduling/planning_group.html", context)


@requires(Permission.EDIT_GROUPS)
@require_POST
def filter_foresight(request: FirmRequest) -> HttpResponse:
    """Of what the group builder says at this moment; nothing while its conditions are not whole."""
    group = _named_group(request)
    number = _number(request, group)
    root = from_post(request.POST)
    expression = check(root, partial(parse_group_filter, drives=number is not None))
    context: dict[str, Any] = {"group": group, "sent": _sent(request)}
    if expression is not None:
        context |= _of_a_group(request, GroupChange(group=group, yearly_meetings=number, filter=to_document(root)))
    return page_or_partial(request, "scheduling/filter_foresight.html", PART, context)


@requires(Permission.SET_CADENCE_EXCEPTION)
@require_POST
def exception_foresight(request: FirmRequest, client_pk: int) -> HttpResponse:
    """Of a client's exception, on the page where it is set; the reason may still be missing."""
    client = get_object_or_404(visible_clients(request.membership), pk=client_pk)
    form = CadenceExceptionForm(request.POST)
    form.fields["reason"].required = False
    current = queries.exception_of(client, on=local_today(request.firm))
    context: dict[str, Any] = {"client": client, "form": form, "exception": current, "plan": queries.plan_of(client)}
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("yearly_meetings", "ends_on")}
        told, before, after = foresee_exception(client, **said, at=timezone.now())
        context |= shown(told, firm=request.firm) | {"days_before": before, "days_after": after}
    return _answer(request, "scheduling/exception_set.html", context)


def _answer(request: FirmRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    """A form that is still being filled in is no refusal for the panel beside it."""
    return page_or_partial(request, page, PART, context, status=200 if is_htmx(request) else None)


def _of_a_group(request: FirmRequest, change: GroupChange) -> dict[str, Any]:
    try:
        return shown(foresee(change, by=request.membership, at=timezone.now()), firm=request.firm)
    except ValidationError as refusal:
        return {"refused": " ".join(refusal.messages)}


def _named_group(request: FirmRequest) -> Group | None:
    key = request.POST.get("group", "")
    return Group.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None


def _number(request: FirmRequest, group: Group | None) -> int | None:
    """An existing group keeps its number; a new one has what the form says, if that is a number."""
    if group is not None:
        return group.yearly_meetings
    form = YearlyMeetingsForm(request.POST)
    return (form.cleaned_data["yearly_meetings"] or None) if form.is_valid() else None


def _sent(request: FirmRequest) -> list[tuple[str, str]]:
    """What the builder sent, to be sent once more by the page that stands between it and saving."""
    own = {"csrfmiddlewaretoken", "do"}
    return [(name, value) for name, values in request.POST.lists() if name not in own for value in values]
