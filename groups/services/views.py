"""Viste: made, copied, changed by their owners; with which one a list begins (SIS-09, SIS-14, O-40)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.catalogue import fields
from clients.filters.folding import fold
from clients.filters.parsing import parse, to_json
from clients.filters.refusals import FilterInvalid
from clients.grouping import field_named
from clients.normalising import tidy
from clients.parameters import parameters
from groups.enums import ViewLayout
from groups.filtering import refused_filter
from groups.models import View
from groups.models.views import LONGEST_NAME
from groups.queries.views import PREFERENCE
from tenants import audit
from tenants.models import Membership, Removal
from tenants.permissions import Permission
from tenants.services import remove

MOST_VIEWS = 200
MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDetails:
    """What a vista says. ``filter`` is a filter document (api.md), or nothing for all clients."""

    name: str
    description: str = ""
    filter: object = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    columns: Iterable[str] = ()
    ordering: str = ""
    grouping: str = ""
    layout: str = ViewLayout.TABLE
    is_shared: bool = False


@transaction.atomic
def create_view(details: ViewDetails, *, by: Membership) -> View:
    """A vista of the member's own; shared, everybody in the firm has it."""
    if View.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise ValidationError(_("At most %(most)s viste."), code="too_many", params={"most": MOST_VIEWS})
    view = View(owner=by)
    _write(view, details, by=by)
    view.save(force_insert=True)
    audit.record("view.created", view, by=by, after=_facts(view))
    return view


@transaction.atomic
def edit_view(view: View, details: ViewDetails, *, by: Membership, version: int | None = None) -> View:
    """Its owner changes it; one that is shared also whoever configures the firm. A supplied one is copied (O-40)."""
    locked = _lock(view, by=by, version=version)
    before = _facts(locked)
    _write(locked, details, by=by)
    if before != _facts(locked):
        locked.version += 1
        locked.save()
        audit.record("view.edited", locked, by=by, before=before, after=_facts(locked))
    return locked


@transaction.atomic
def duplicate_view(view: View, *, by: Membership) -> View:
    """Duplica e personalizza: the member's own copy, to be changed (O-40)."""
    names = {fold(name) for name in View.objects.filter(owner=by).values_list("name", flat=True)}
    copies = (_("%(name)s (copy %(number)s)") % {"name": view.name[:80], "number": n} for n in range(1, MOST_VIEWS + 2))
    name = next(name for name in copies if fold(name) not in names)
    return create_view(details_of(view, name=name, is_shared=False), by=by)


@transaction.atomic
def delete_view(view: View, *, by: Membership) -> Removal:
    locked = _lock(view, by=by)
    audit.record("view.deleted", locked, by=by, before=_facts(locked))
    return remove(locked, by=by)


def set_default_view(view: View | None, *, by: Membership) -> None:
    """With which vista the member's own list begins; None: with all clients."""
    others = {key: value for key, value in by.preferences.items() if key != PREFERENCE}
    by.preferences = {**others, PREFERENCE: view.pk} if view is not None else others
    by.save(update_fields=["preferences", "updated_at"])


def may_edit(view: View, member: Membership) -> bool:
    if view.is_supplied:
        return False
    return view.owner_id == member.pk or (view.is_shared and member.can(Permission.CONFIGURE))


def details_of(view: View, **changes: Any) -> ViewDetails:
    """What it says, with changes."""
    names = ViewDetails.__dataclass_fields__
    return ViewDetails(**{name: getattr(view, name) for name in names} | changes)


def _lock(view: View, *, by: Membership, version: int | None = None) -> View:
    locked: View = View.objects.select_for_update().get(pk=view.pk)
    if locked.is_supplied:
        raise ValidationError(_("A supplied vista is not changed: duplicate it and change the copy."), code="supplied")
    if not may_edit(locked, by):
        raise ValidationError(_("This vista belongs to somebody else: duplicate it."), code="not_yours")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody has changed this vista in the meantime."), code="stale")
    return locked


def _write(view: View, details: ViewDetails, *, by: Membership) -> None:
    for name, value in asdict(details).items():
        setattr(view, name, value)
    view.name, view.columns = tidy(details.name), list(dict.fromkeys(details.columns))[:MOST_COLUMNS]
    view.filter, view.parameters = _canonical(details.filter), dict(details.parameters)
    _check(view, by=by)
    view.full_clean(exclude={"firm", "owner"}, validate_constraints=False)
    if View.objects.filter(owner=view.owner_id, name=view.name).exclude(pk=view.pk).exists():
        raise _refusal("name", _("You have a vista of this name already."), "unique")


def _canonical(document: object) -> object:
    if not document:
        return None
    try:
        return to_json(parse(document, fields()))
    except FilterInvalid as problem:
        raise refused_filter(problem) from problem


def _check(view: View, *, by: Membership) -> None:
    """What it names must be there on the day on which it is saved."""
    known = fields()
    if unknown := [name for name in view.columns if name not in known or not known[name].listable]:
        told = _("There is no column named %(name)s.") % {"name": unknown[0][:60]}
        raise _refusal("columns", told, "unknown_field")
    ordering = known.get(view.ordering.removeprefix("-"))
    if view.ordering and (ordering is None or not ordering.sortable):
        raise _refusal("ordering", _("A list cannot be sorted by this."), "not_sortable")
    if view.grouping and field_named(view.grouping) is None:
        raise _refusal("grouping", _("A list cannot be grouped by this."), "not_groupable")
    if set(view.parameters) - set(parameters()) or any(
        len(str(value)) > LONGEST_NAME for value in view.parameters.values()
    ):
        raise _refusal("parameters", _("The list has no such parameter."), "unknown_parameter")
    if view.is_shared and not by.can(Permission.EDIT_CLIENTS):
        raise _refusal("is_shared", _("You may keep viste for yourself only."), "permission_denied")


def _facts(view: View) -> dict[str, Any]:
    return asdict(details_of(view))


def _refusal(name: str, words: str, code: str) -> ValidationError:
    return ValidationError({name: ValidationError(words, code=code)})
