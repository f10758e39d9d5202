"""Saved searches (Ricerche memorizzate): filters by name that macros work on (IFY-02, O-70)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from clients.filters.parsing import to_json
from clients.filters.refusals import FilterInvalid
from groups.filtering import parse_group_filter, refused_filter
from groups.models import SavedSearch
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDetails:
    """What a saved search says; ``filter`` is a filter document (api.md)."""

    name: str
    filter: object
    description: str = ""


@transaction.atomic
def create_search(details: SearchDetails, *, by: Membership | None) -> SavedSearch:
    search = SavedSearch(created_by=by)
    _write(search, details)
    search.save()
    audit.record("search.created", search, by=by, after=_facts(search))
    return search


@transaction.atomic
def edit_search(
    search: SavedSearch, details: SearchDetails, *, by: Membership, version: int | None = None
) -> SavedSearch:
    """Macros that work on it find other clients from their next run on."""
    locked: SavedSearch = SavedSearch.objects.select_for_update().get(pk=search.pk)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this search in the meantime."), code="stale")
    before = _facts(locked)
    _write(locked, details)
    if before == _facts(locked):
        return locked
    locked.version += 1
    locked.save()
    audit.record("search.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def delete_search(search: SavedSearch, *, by: Membership) -> Removal:
    """Raises ValidationError (``in_use``) while a macro works on it."""
    facts = _facts(search)
    audit.record("search.deleted", search, by=by, before=facts)
    try:
        with transaction.atomic():
            return remove(search, by=by)
    except ProtectedError as used:
        raise ValidationError(_("A macro works on this search: change the macro first."), code="in_use") from used


def _write(search: SavedSearch, details: SearchDetails) -> None:
    search.name, search.description = details.name.strip(), details.description
    try:
        search.filter = to_json(parse_group_filter(details.filter, drives=False))
    except FilterInvalid as problem:
        raise refused_filter(problem) from problem
    search.full_clean(exclude={"firm", "created_by"})


def _facts(search: SavedSearch) -> dict[str, Any]:
    return {"name": search.name, "description": search.description, "filter": search.filter}
