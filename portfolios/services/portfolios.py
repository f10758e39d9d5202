"""Portfolios within a typology, and the subjects beside clients: made, changed, disabled (GAT-07, GAT-22, GAT-23)."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from clients.models import Client
from portfolios import queries
from portfolios.enums import HandoverAction, PlannedState
from portfolios.models import Link, PlannedHandover, Portfolio, Sale, Subject, Typology
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

Kept = TypeVar("Kept", Portfolio, Subject)
OF_PORTFOLIO = ("name", "colour")
OF_SUBJECT = ("code", "name", "member")


@transaction.atomic
def create_portfolio(typology: Typology, *, by: Membership | None, **values: Any) -> Portfolio:
    """A divider at the end of its typology; ``values`` are name and colour."""
    last = Portfolio.objects.filter(typology=typology).aggregate(last=Max("position"))["last"] or 0
    return _create(Portfolio(typology=typology, position=last + 1), values, by=by)


def edit_portfolio(portfolio: Portfolio, *, by: Membership, version: int | None = None, **values: Any) -> Portfolio:
    """Another name or colour; its typology stays."""
    return _edit(portfolio, {name: values[name] for name in OF_PORTFOLIO if name in values}, by=by, version=version)


@transaction.atomic
def set_default_portfolio(portfolio: Portfolio, *, by: Membership) -> Portfolio:
    """What clients get for whom none is named (O-63): an active one of the first typology."""
    locked = _lock(portfolio)
    if not locked.active or locked.typology.position != 1:
        raise ValidationError(_("Only an active portfolio of the first typology can be the default."), code="not_first")
    if locked.is_default:
        return locked
    former = Portfolio.objects.filter(is_default=True)
    before = {"name": former.values_list("name", flat=True).first()}
    former.update(is_default=False)
    locked.is_default = True
    locked.save(update_fields=["is_default"])
    queries.forget_setting()
    audit.record("portfolio.made_default", locked, by=by, before=before, after={"name": locked.name})
    return locked


def deactivate_portfolio(portfolio: Portfolio, *, by: Membership) -> Portfolio:
    """No longer offered; clients who are in it stay. The default one stays active."""
    if portfolio.is_default:
        raise ValidationError(_("The default portfolio cannot be deactivated."), code="default_portfolio")
    return _set_active(portfolio, active=False, by=by)


def activate_portfolio(portfolio: Portfolio, *, by: Membership) -> Portfolio:
    return _set_active(portfolio, active=True, by=by)


@transaction.atomic
def delete_portfolio(portfolio: Portfolio, *, by: Membership) -> Removal:
    """Only one that was never used (O-63)."""
    locked = _lock(portfolio)
    used = (
        locked.is_default
        or Client.objects.filter(main_portfolio=locked).exists()
        or Link.objects.filter(portfolio=locked).exists()
        or Sale.objects.filter(portfolio=locked).exists()
        or _awaits_a_handover(locked)
    )
    if used:
        raise ValidationError(_("“%(name)s” is in use: deactivate it.") % {"name": locked.name}, code="in_use")
    audit.record("portfolio.deleted", locked, by=by, before={"name": locked.name})
    return remove(locked, by=by)


def _awaits_a_handover(portfolio: Portfolio) -> bool:
    named = Q(argument__former=portfolio.pk) | Q(argument__to=portfolio.pk)
    waiting = PlannedHandover.objects.filter(named, action=HandoverAction.PORTFOLIO, state=PlannedState.WAITING)
    return waiting.exists()


@transaction.atomic
def create_subject(kind: str, *, by: Membership | None, **values: Any) -> Subject:
    """Somebody new in the register; ``values`` are code, name and, for a user, member."""
    return _create(Subject(kind=kind), values, by=by)


def edit_subject(subject: Subject, *, by: Membership, version: int | None = None, **values: Any) -> Subject:
    return _edit(subject, {name: values[name] for name in OF_SUBJECT if name in values}, by=by, version=version)


def deactivate_subject(subject: Subject, *, by: Membership) -> Subject:
    """Who leaves is disabled, not deleted: past and present links keep the name (GAT-23)."""
    return _set_active(subject, active=False, by=by)


def activate_subject(subject: Subject, *, by: Membership) -> Subject:
    return _set_active(subject, active=True, by=by)


def _create(row: Kept, values: dict[str, Any], *, by: Membership | None) -> Kept:
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save(force_insert=True)
    audit.record(f"{_name(row)}.created", row, by=by, after=_plain(values))
    return row


@transaction.atomic
def _edit(row: Kept, values: dict[str, Any], *, by: Membership, version: int | None) -> Kept:
    locked = _lock(row, version=version)
    before, after = audit.changes(locked, values)
    if not after:
        return locked
    for name, value in after.items():
        setattr(locked, name, value)
    _check(locked)
    locked.version += 1
    locked.save()
    audit.record(f"{_name(locked)}.edited", locked, by=by, before=_plain(before), after=_plain(after))
    return locked


@transaction.atomic
def _set_active(row: Kept, *, active: bool, by: Membership) -> Kept:
    locked = _lock(row)
    if locked.active != active:
        locked.active = active
        locked.version += 1
        locked.save(update_fields=["active", "version"])
        action = f"{_name(locked)}.{'activated' if active else 'deactivated'}"
        audit.record(action, locked, by=by, before={"active": not active}, after={"active": active})
    return locked


def _lock(row: Kept, *, version: int | None = None) -> Kept:
    locked: Kept = type(row).objects.select_for_update().get(pk=row.pk)
    if version is not None and version != locked.version:
        raise ValidationError(_("Somebody changed this meanwhile."), code="stale")
    return locked


def _check(row: Portfolio | Subject) -> None:
    """Names are trimmed; a portfolio's is unique in its typology, a subject's code in its kind."""
    row.name = " ".join(row.name.split())
    row.full_clean(validate_unique=False, validate_constraints=False)
    if isinstance(row, Portfolio):
        twin, field = Q(typology=row.typology_id, name=row.name), "name"
    else:
        twin, field = Q(kind=row.kind, code=row.code), "code"
    if type(row).objects.filter(twin).exclude(pk=row.pk).exists():
        raise ValidationError({field: ValidationError(_("This is taken already."), code="unique")})


def _name(row: Portfolio | Subject) -> str:
    return type(row).__name__.lower()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Membership) else value for name, value in values.items()}
