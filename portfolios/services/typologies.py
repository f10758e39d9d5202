"""A firm's ten typologies: their words, their levels, whether they are in use (GAT-09 … GAT-11, GAT-19, GAT-21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients import catalogue
from portfolios import levels, queries, scoring
from portfolios.enums import Measure
from portfolios.models import PALETTES, Score, Typology
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

FAULTS = {
    "wrong_count": gettext_lazy("A scale of %(scale)s levels needs %(wanted)s thresholds."),
    "not_increasing": gettext_lazy("Each threshold must be greater than the one before."),
    "not_positive": gettext_lazy("A threshold cannot be negative."),
}
MOST_AT_ONCE = 20_000
# What the levels of all clients follow from.
OF_LEVELS = frozenset({"scale", *(f"{measure}_thresholds" for measure in Measure)})


class TypologyValues(TypedDict, total=False):
    """What is absent stays; another scale needs all thresholds anew (O-60), and takes its own colours if none come."""

    name: str
    description: str
    scale: int
    recency_thresholds: list[int]
    frequency_thresholds: list[int]
    monetary_thresholds: list[Decimal]
    potentiality_thresholds: list[Decimal]
    palette: list[str]


@transaction.atomic
def edit_typology(
    typology: Typology, values: TypologyValues, *, by: Membership, at: datetime, version: int | None = None
) -> Typology:
    """Change words, scale, thresholds or colours. Raises ValidationError under the names of the fields."""
    locked = _lock(typology, version=version)
    given = _with_palette(locked, values)
    before, after = audit.changes(locked, given)
    if not after:
        return locked
    for name, value in after.items():
        setattr(locked, name, value)
    _check(locked, given, rescaled="scale" in after)
    if OF_LEVELS & after.keys():
        locked.changed_at = at
    _save(locked)
    if OF_LEVELS & after.keys():
        _score(locked, at=at)
    audit.record("typology.edited", locked, by=by, before=_plain(before), after=_plain(after))
    return locked


def activate_typology(typology: Typology, *, by: Membership, at: datetime) -> Typology:
    """Its data return as they were left (GAT-21); the levels of many clients follow at the next night."""
    return _set_active(typology, active=True, by=by, at=at)


def deactivate_typology(typology: Typology, *, by: Membership, at: datetime) -> Typology:
    """Hidden and no longer computed; nothing is deleted (GAT-21). The first one stays (O-63)."""
    if typology.position == 1:
        raise ValidationError(_("The first typology cannot be deactivated."), code="first_typology")
    return _set_active(typology, active=False, by=by, at=at)


@transaction.atomic
def _set_active(typology: Typology, *, active: bool, by: Membership, at: datetime) -> Typology:
    locked = _lock(typology)
    if locked.active == active:
        return locked
    locked.active, locked.changed_at = active, at
    _save(locked)
    _score(locked, at=at)
    action = "typology.activated" if active else "typology.deactivated"
    audit.record(action, locked, by=by, before={"active": not active}, after={"active": active})
    return locked


def _lock(typology: Typology, *, version: int | None = None) -> Typology:
    locked: Typology = Typology.objects.select_for_update().get(pk=typology.pk)
    if version is not None and version != locked.version:
        raise ValidationError(_("Somebody changed the typology meanwhile."), code="stale")
    return locked


def _save(typology: Typology) -> None:
    typology.version += 1
    typology.save()
    catalogue.forget_fields()
    queries.forget_setting()


def _score(typology: Typology, *, at: datetime) -> None:
    """The levels of not too many clients at once; those of more wait for the night."""
    known = Score.objects.filter(position=typology.position)[: MOST_AT_ONCE + 1].count()
    if typology.active and known <= MOST_AT_ONCE:
        scoring.score_at_once(typology, today=local_today(bound_firm(), at=at))


def _with_palette(typology: Typology, values: TypologyValues) -> dict[str, Any]:
    given: dict[str, Any] = dict(values)
    scale = given.get("scale", typology.scale)
    if scale != typology.scale and scale in PALETTES and "palette" not in given:
        given["palette"] = list(PALETTES[scale])
    return given


def _check(typology: Typology, given: Mapping[str, Any], *, rescaled: bool) -> None:
    problems: dict[str, list[ValidationError]] = {}
    for measure in Measure:
        name = f"{measure}_thresholds"
        fault = levels.faults(typology.scale, typology.thresholds(measure))
        if fault or (rescaled and name not in given):
            problems[name] = [_fault(fault or "wrong_count", typology.scale)]
    if len(typology.palette) != typology.scale:
        refused = ValidationError(_("One colour for each level."), code="wrong_count")
        problems["palette"] = [refused]
    try:
        typology.full_clean(exclude=set(problems), validate_constraints=False)
        typology.validate_unique()
    except ValidationError as refusal:
        problems.update(refusal.update_error_dict({}))
    if Typology.objects.filter(name=typology.name).exclude(pk=typology.pk).exists():
        problems["name"] = [ValidationError(_("There is another typology of that name."), code="unique")]
    if problems:
        raise ValidationError(problems)


def _fault(code: str, scale: int) -> ValidationError:
    return ValidationError(FAULTS[code], code=code, params={"scale": scale, "wanted": scale - 1})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [str(part) for part in value] if isinstance(value, list) else value for name, value in values.items()}
