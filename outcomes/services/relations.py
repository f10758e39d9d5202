"""Relazioni: which outcomes a type may have, and what each pair does (IFY-26 … IFY-36)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Status
from outcomes.models import Outcome, Relation
from outcomes.models.choices import MOST_DAYS, MOST_HOURS, MOST_POINTS
from scheduling.enums import Recipient
from scheduling.models import AppointmentType
from tenants import audit
from tenants.models import Membership

NUMBERS = {"points": MOST_POINTS, "days": MOST_DAYS, "hours": MOST_HOURS}
OF_FOLLOW_UP: dict[str, Any] = {"recipient": "", "operator": None, "days": 0, "hours": 0}
KEPT = (
    "status_id",
    "points",
    "concluding",
    "counts_as_held",
    "follow_up_type_id",
    "recipient",
    "operator_id",
    "days",
    "hours",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationDetails:
    """What a pair does. Without ``follow_up_type`` there is no follow-up, whatever the rest of it says.

    ``counts_as_held=None``: whether the appointment took place is as the outcome says.
    """

    status: Status | None = None
    points: int = 0
    concluding: bool = False
    counts_as_held: bool | None = None
    follow_up_type: AppointmentType | None = None
    recipient: str = ""
    operator: Membership | None = None
    days: int = 0
    hours: int = 0


@transaction.atomic
def save_relation(
    kind: AppointmentType, outcome: Outcome, details: RelationDetails, *, by: Membership | None
) -> Relation:
    """Tick the pair and say what it does; what it did before stays on what was recorded (IFY-45)."""
    known = _locked(kind, outcome)
    relation = known or Relation(type=kind, outcome=outcome)
    refusals = dict(_refusals(relation, details, is_new=known is None or not known.active))
    if refusals:
        raise ValidationError(refusals)
    before = _facts(known) if known else {}
    _fill(relation, details)
    relation.active = True
    relation.save()
    if _facts(relation) != before:
        audit.record("relation.saved", relation, by=by, before=before, after=_facts(relation))
    return relation


@transaction.atomic
def tick_outcomes(kind: AppointmentType, outcomes: Collection[Outcome], *, by: Membership) -> None:
    """Exactly these may be recorded for the type (IFY-26); those unticked keep their settings."""
    wanted = {outcome.pk: outcome for outcome in outcomes}
    held = {relation.outcome_id: relation for relation in Relation.objects.select_for_update().filter(type=kind)}
    ticked = Outcome.objects.filter(pk__in=[pk for pk, relation in held.items() if relation.active])
    added = [outcome for pk, outcome in wanted.items() if pk not in held or not held[pk].active]
    for outcome in added:
        _check_offered(outcome, "outcomes")
    removed = [relation for pk, relation in held.items() if relation.active and pk not in wanted]
    if not (added or removed):
        return
    if added:
        # An inactive type is not offered in new relations (IFY-15).
        _check_offered(kind, "type")
    Relation.objects.filter(pk__in=[held[one.pk].pk for one in added if one.pk in held]).update(active=True)
    Relation.objects.bulk_create([Relation(type=kind, outcome=one) for one in added if one.pk not in held])
    Relation.objects.filter(pk__in=[relation.pk for relation in removed]).update(active=False)
    before, after = ({"outcomes": sorted(each.name for each in some)} for some in (ticked, wanted.values()))
    audit.record("relation.ticked", kind, by=by, before=before, after=after)


@transaction.atomic
def untick(kind: AppointmentType, outcome: Outcome, *, by: Membership) -> None:
    """No longer offered for the type, and refused (IFY-29)."""
    relation = _locked(kind, outcome)
    if relation is None or not relation.active:
        return
    relation.active = False
    relation.save(update_fields=["active"])
    audit.record("relation.unticked", relation, by=by, before=_facts(relation))


def _locked(kind: AppointmentType, outcome: Outcome) -> Relation | None:
    found: Relation | None = Relation.objects.select_for_update().filter(type=kind, outcome=outcome).first()
    return found


def _fill(relation: Relation, details: RelationDetails) -> None:
    relation.status, relation.points, relation.concluding = details.status, details.points, details.concluding
    relation.counts_as_held, relation.follow_up_type = details.counts_as_held, details.follow_up_type
    for name, nothing in OF_FOLLOW_UP.items():
        setattr(relation, name, getattr(details, name) if details.follow_up_type else nothing)


def _refusals(relation: Relation, details: RelationDetails, *, is_new: bool) -> Iterator[tuple[str, ValidationError]]:
    """An inactive row may stay where it was already (IFY-15)."""
    for name, most in NUMBERS.items():
        if not 0 <= getattr(details, name) <= most:
            words = _("A whole number from 0 to %(most)s.") % {"most": most}
            yield name, ValidationError(words, code="out_of_range")
    if is_new and not relation.type.active:
        yield "type", _not_offered()
    if is_new and not relation.outcome.active:
        yield "outcome", _not_offered()
    if details.status and not details.status.active and details.status.pk != relation.status_id:
        yield "status", _not_offered()
    if details.follow_up_type:
        yield from _refusals_of_follow_up(relation, details)


def _refusals_of_follow_up(relation: Relation, details: RelationDetails) -> Iterator[tuple[str, ValidationError]]:
    kind, operator = details.follow_up_type, details.operator
    if kind and not kind.active and kind.pk != relation.follow_up_type_id:
        yield "follow_up_type", _not_offered()
    if details.recipient not in Recipient.values:
        yield "recipient", ValidationError(_("Say who receives the next appointment."), code="required")
    is_fixed = details.recipient == Recipient.FIXED
    if is_fixed and operator is None:
        yield "operator", ValidationError(_("A fixed operator has to be named."), code="required")
    if not is_fixed and operator is not None:
        yield "operator", ValidationError(_("Only a fixed operator is named."), code="not_fixed")
    if is_fixed and operator and not operator.is_active and operator.pk != relation.operator_id:
        yield "operator", ValidationError(_("This person is no longer active."), code="operator_not_active")


def _check_offered(row: Outcome | AppointmentType, name: str) -> None:
    if not row.active:
        raise ValidationError({name: _not_offered()})


def _not_offered() -> ValidationError:
    return ValidationError(_("This is no longer offered."), code="not_active")


def _facts(relation: Relation) -> dict[str, Any]:
    return {name: getattr(relation, name) for name in ("active", *KEPT)}
