"""Saved searches: the list, and each with the filter builder and its preview."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.builder import from_document
from groups import queries, services
from groups.enums import GroupKind
from groups.filtering import problem_of_search
from groups.forms import SavedSearchForm
from groups.models import SavedSearch
from groups.services import SearchDetails
from groups.views.drafts import Draft, draft_of, is_being_built
from groups.wording import outline_of_search
from tenants.answers import restoring
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.toasts import notify, notify_error


@requires(Permission.CONFIGURE)
def search_list(request: FirmRequest) -> HttpResponse:
    """All of them, in words."""
    rows = [{"search": search, "outline": outline_of_search(search)} for search in queries.saved_searches()]
    return render(request, "groups/search_list.html", {"rows": rows})


@requires(Permission.CONFIGURE)
def search_create(request: FirmRequest) -> HttpResponse:
    return _form(request, None)


@requires(Permission.CONFIGURE)
def search_edit(request: FirmRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(queries.saved_searches(), pk=pk))


@requires(Permission.CONFIGURE)
@require_POST
def search_delete(request: FirmRequest, pk: int) -> HttpResponse:
    search = get_object_or_404(queries.saved_searches(), pk=pk)
    try:
        removal = services.delete_search(search, by=request.membership)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return redirect("groups:search_edit", firm_slug=request.firm.slug, pk=pk)
    notify(request, _("Saved search deleted"), undo=restoring(request, removal))
    return redirect("groups:search_list", firm_slug=request.firm.slug)


def _form(request: FirmRequest, search: SavedSearch | None) -> HttpResponse:
    draft = draft_of(request, GroupKind.DYNAMIC)
    if request.method != "POST" and search is not None:
        draft.builder = from_document(search.filter)
    if is_being_built(request):
        start: dict[str, Any] = request.POST.dict() or ({"version": search.version} if search else {})
        return _page(request, SavedSearchForm(instance=search, initial=start), draft, search)
    form = SavedSearchForm(request.POST, instance=search and queries.saved_searches().get(pk=search.pk))
    draft.check()
    if not (form.is_valid() and draft.is_whole and _saved(request, search, form, draft)):
        return _page(request, form, draft, search, status=422)
    notify(request, _("Saved search saved"))
    return redirect("groups:search_list", firm_slug=request.firm.slug)


def _saved(request: FirmRequest, search: SavedSearch | None, form: SavedSearchForm, draft: Draft) -> bool:
    said = form.cleaned_data
    details = SearchDetails(name=said["name"], description=said["description"], filter=draft.builder.document())
    try:
        if search is None:
            services.create_search(details, by=request.membership)
        else:
            services.edit_search(search, details, by=request.membership, version=said["version"])
    except ValidationError as refusal:
        for name, errors in getattr(refusal, "error_dict", {"": [refusal]}).items():
            form.add_error(name if name in form.fields else None, errors)
        return False
    return True


def _page(
    request: FirmRequest, form: SavedSearchForm, draft: Draft, search: SavedSearch | None, *, status: int = 200
) -> HttpResponse:
    problem = problem_of_search(search) if search else ""
    context = {"form": form, "builder": draft.builder, "search": search, "problem": problem}
    return render(request, "groups/search_form.html", context, status=status)
