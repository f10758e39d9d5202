"""Outcomes and kinds of activity: defined by the firm, put in order, deactivated, deleted while unused (IFY-17 …)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clients.catalogue import forget_fields
from clients.enums import Tone
from clients.filters.folding import fold
from clients.normalising import tidy
from clients.services.order import move
from outcomes.enums import OutcomeSymbol
from outcomes.models import ActivityKind, ActivityKindType, Outcome
from scheduling.models import AppointmentType
from tenants import audit
from tenants.models import Membership

Choice = TypeVar("Choice", Outcome, ActivityKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDetails:
    """What an outcome says; what it does stands on its relations."""

    name: str
    active: bool = True
    symbol: str = OutcomeSymbol.CIRCLE
    colour: str = Tone.GRAY
    note_required: bool = False
    counts_as_held: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KindDetails:
    """What a kind of activity says, and the types of action that belong to it (IFY-52)."""

    name: str
    active: bool = True
    symbol: str = OutcomeSymbol.TARGET
    colour: str = Tone.INDIGO
    types: Collection[AppointmentType] = ()


@transaction.atomic
def create_outcome(details: OutcomeDetails, *, by: Membership | None) -> Outcome:
    """Nuovo → description → active → Salva (IFY-18); it goes last."""
    return _create(Outcome(), asdict(details), by=by)


@transaction.atomic
def edit_outcome(outcome: Outcome, details: OutcomeDetails, *, by: Membership) -> Outcome:
    """What was recorded with it keeps the rule of then (IFY-45)."""
    return _edit(outcome, asdict(details), by=by)


@transaction.atomic
def create_kind(details: KindDetails, *, by: Membership | None) -> ActivityKind:
    kind = _create(ActivityKind(), _plain(details), by=by)
    _link_types(kind, details.types)
    forget_fields()
    return kind


@transaction.atomic
def edit_kind(kind: ActivityKind, details: KindDetails, *, by: Membership) -> ActivityKind:
    _edit(kind, _plain(details), by=by)
    _link_types(kind, details.types)
    forget_fields()
    return kind


@transaction.atomic
def set_active(choice: Choice, *, active: bool, by: Membership) -> Choice:
    """No longer offered, or again; history and open items keep it (IFY-15, IFY-20)."""
    return _edit(choice, {"active": active}, by=by)


@transaction.atomic
def move_choice(choice: Choice, *, steps: int, by: Membership) -> None:
    """Up (negative) or down among its like."""
    before = {"order": [each.name for each in type(choice).objects.all()]}
    move(choice, type(choice).objects.all(), steps=steps)
    after = {"order": [each.name for each in type(choice).objects.all()]}
    audit.record(f"{choice._meta.model_name}.moved", choice, by=by, before=before, after=after)


def _create(choice: Choice, values: Mapping[str, Any], *, by: Membership | None) -> Choice:
    for name, value in values.items():
        setattr(choice, name, value)
    _clean(choice)
    choice.position = (type(choice).objects.aggregate(last=Max("position"))["last"] or 0) + 1
    choice.save(force_insert=True)
    audit.record(f"{choice._meta.model_name}.created", choice, by=by, after=dict(values))
    return choice


def _edit(choice: Choice, values: Mapping[str, Any], *, by: Membership) -> Choice:
    before, after = audit.changes(choice, values)
    for name, value in after.items():
        setattr(choice, name, value)
    if after:
        _clean(choice)
        choice.save(update_fields=list(after))
        audit.record(f"{choice._meta.model_name}.changed", choice, by=by, before=before, after=after)
    return choice


def _clean(choice: Choice) -> None:
    choice.name = tidy(choice.name)
    choice.clean_fields()
    others = type(choice).objects.exclude(pk=choice.pk).values_list("name", flat=True)
    if fold(choice.name) in {fold(name) for name in others}:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})


def _plain(details: KindDetails) -> dict[str, Any]:
    return {name: getattr(details, name) for name in ("name", "active", "symbol", "colour")}


def _link_types(kind: ActivityKind, types: Collection[AppointmentType]) -> None:
    """Exactly these belong to it."""
    wanted: Sequence[int] = [each.pk for each in types]
    ActivityKindType.objects.filter(kind=kind).exclude(type__in=wanted).delete()
    ActivityKindType.objects.bulk_create(
        [ActivityKindType(kind=kind, type_id=pk) for pk in wanted], ignore_conflicts=True
    )
