"""Viste: all of them with their counts, Nuovo, Duplica e personalizza (SIS-10, SIS-14)."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.builder import Bracket
from clients.narrowing import joined, kept
from clients.parameters import parameters
from clients.presenting import PARAMETER, TABLE, UNGROUPED
from clients.queries import visible_clients
from groups import queries, services
from groups.forms import ViewForm, read_parameters
from groups.models import View
from groups.views.building import builder_of, document_of, is_whole, tell
from groups.views.drafts import is_being_built
from groups.wording import outline_of_view
from tenants.answers import address, performed
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.navigation import return_address
from web.toasts import notify, notify_error


@requires(Permission.VIEW_CLIENTS)
def view_list(request: FirmRequest) -> HttpResponse:
    """Those of the member, each with how many of his clients it shows."""
    views = list(queries.views_of(request.membership))
    counts = queries.with_counts(views, visible_clients(request.membership), today=local_today(request.firm))
    own, shared, supplied = queries.supplied_and_own(views, request.membership)
    headings = ((_("My viste"), own), (_("Shared by others"), shared), (_("Supplied"), supplied))
    context = {
        "headings": [(label, [_row(request, view, counts) for view in found]) for label, found in headings if found],
        "default": queries.default_view(request.membership),
    }
    return render(request, "groups/view_list.html", context)


@requires(Permission.VIEW_CLIENTS)
def view_create(request: FirmRequest) -> HttpResponse:
    """Empty, or with what the list at this address shows."""
    return _form(request, None, _started(request))


@requires(Permission.VIEW_CLIENTS)
def view_edit(request: FirmRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(queries.views_of(request.membership), pk=pk)
    # Who sees a vista of somebody else copies it; there is nothing of his to change at this address.
    if not services.may_edit(view, request.membership):
        raise Http404
    return _form(request, view, view)


@requires(Permission.VIEW_CLIENTS)
@require_POST
def view_duplicate(request: FirmRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(queries.views_of(request.membership), pk=pk)
    try:
        copy = services.duplicate_view(view, by=request.membership)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect("groups:view_list", firm_slug=request.firm.slug)
    notify(request, _("This is your own copy."))
    return redirect("groups:view_edit", firm_slug=request.firm.slug, pk=copy.pk)


@requires(Permission.VIEW_CLIENTS)
@require_POST
def view_delete(request: FirmRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(queries.views_of(request.membership), pk=pk)
    return performed(
        request,
        lambda: services.delete_view(view, by=request.membership),
        told=_("Vista deleted"),
        back=address(request, "groups:view_list"),
    )


@requires(Permission.VIEW_CLIENTS)
@require_POST
def view_default(request: FirmRequest, pk: int) -> HttpResponse:
    """The member's list begins with it; again, and it begins with all clients."""
    view = get_object_or_404(queries.views_of(request.membership), pk=pk)
    is_it = queries.default_view(request.membership) == view.pk
    services.set_default_view(None if is_it else view, by=request.membership)
    notify(request, _("Your list begins with all clients.") if is_it else _("Your list begins with this vista."))
    listed = reverse("groups:view_list", kwargs={"firm_slug": request.firm.slug})
    return redirect(return_address(request, default=listed))


def _form(request: FirmRequest, view: View | None, start: View) -> HttpResponse:
    builder = builder_of(request, start.filter)
    may_share = request.membership.can(Permission.EDIT_CLIENTS)
    if is_being_built(request):
        said: Any = request.POST if request.method == "POST" else None
        form = ViewForm(initial=_said(said) if said else _initial(request, start), may_share=may_share)
        return _page(request, form, builder, view)
    form = ViewForm(request.POST, may_share=may_share)
    if not (form.is_valid() and is_whole(builder)) or (saved := _saved(request, view, form, builder)) is None:
        return _page(request, form, builder, view, status=422)
    notify(request, _("Vista saved"))
    return redirect(_address(request, saved))


def _saved(request: FirmRequest, view: View | None, form: ViewForm, builder: Bracket) -> View | None:
    details, by = form.details(document_of(builder)), request.membership
    try:
        if view is None:
            saved = services.create_view(details, by=by)
        else:
            saved = services.edit_view(view, details, by=by, version=form.cleaned_data["version"])
    except ValidationError as refusal:
        tell(form, refusal)
        return None
    if form.cleaned_data["is_default"] or queries.default_view(by) == saved.pk:
        services.set_default_view(saved if form.cleaned_data["is_default"] else None, by=by)
    return saved


def _started(request: FirmRequest) -> View:
    """A vista, not saved, that says what the list at this address shows."""
    said, code = kept(request.GET.dict()), request.GET.get(PARAMETER, "")
    base = queries.views_of(request.membership).filter(pk=int(code)).first() if code.isdecimal() else None
    base = base or View()
    conditions = [document for document in (base.filter, said.document) if document]
    grouping, layout = said.grouping or base.grouping, said.layout or base.layout
    return View(
        filter=joined(conditions),
        parameters={**base.parameters, **said.parameters},
        columns=list(said.columns or base.columns),
        ordering=said.ordering or base.ordering,
        grouping="" if grouping == UNGROUPED else grouping,
        layout=layout or TABLE,
    )


def _initial(request: FirmRequest, view: View) -> dict[str, Any]:
    names = ("name", "description", "layout", "grouping", "columns", "is_shared", "version")
    return {
        **{name: getattr(view, name) for name in names},
        "parameters": json.dumps(view.parameters),
        "ordering": view.ordering.removeprefix("-"),
        "is_descending": view.ordering.startswith("-"),
        "is_default": view.pk is not None and queries.default_view(request.membership) == view.pk,
    }


def _said(post: Any) -> dict[str, Any]:
    """What stands in the form while the builder is being changed."""
    return {**post.dict(), "columns": post.getlist("columns")}


def _page(
    request: FirmRequest, form: ViewForm, builder: Bracket, view: View | None, *, status: int = 200
) -> HttpResponse:
    problem = queries.problem_of_view(view) if view else ""
    context = {"form": form, "builder": builder, "view": view, "problem": problem, "parameters": _in_words(form)}
    return render(request, "groups/view_form.html", context, status=status)


def _in_words(form: ViewForm) -> list[str]:
    """The list's own parameters that the vista keeps beside its filter."""
    given = read_parameters(form["parameters"].value())
    found = [(parameters()[name], str(value)) for name, value in given.items() if name in parameters()]
    return [f"{capfirst(str(known.label))}: {known.name_of(value)}" for known, value in found]


def _row(request: FirmRequest, view: View, counts: dict[int, int]) -> dict[str, Any]:
    return {
        "view": view,
        "count": counts[view.pk],
        "url": _address(request, view),
        "outline": outline_of_view(view),
        "problem": queries.problem_of_view(view),
        "may_edit": services.may_edit(view, request.membership),
    }


def _address(request: FirmRequest, view: View) -> str:
    listed = reverse("clients:client_list", kwargs={"firm_slug": request.firm.slug})
    return f"{listed}?{urlencode({PARAMETER: view.pk})}"
