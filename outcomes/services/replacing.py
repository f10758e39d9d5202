"""Sostituisci (O-21): one type or outcome takes the place of another everywhere, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from clients.models import Client
from outcomes.models import ActivityKindType, Fulfilment, Outcome, Relation
from scheduling.models import Appointment, AppointmentType
from scheduling.services import COUNTING
from tenants import audit
from tenants.models import Derived, FirmOwned, Membership

Replaced = TypeVar("Replaced", AppointmentType, Outcome)


@dataclass(frozen=True, slots=True)
class Use:
    """Where the old one stands, and how often."""

    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """``merged``: the pairs of the new one that existed already and keep their own settings."""

    uses: list[Use]
    merged: list[str]


def replacement_of(old: Replaced, new: Replaced) -> Replacement:
    """What would be re-pointed, to be shown before it is confirmed; refused as the replacing is."""
    _check(old, new)
    uses = [
        Use(model._meta.verbose_name_plural or model.__name__, _naming(model, field, old).count())
        for model, field in _references(type(old))
        if not issubclass(model, Derived)
    ]
    return Replacement([use for use in uses if use.count], [str(pair) for pair in _twins(old, new)])


@transaction.atomic
def replace(old: Replaced, new: Replaced, *, by: Membership) -> Replacement:
    """Re-point history, open appointments, relations, follow-ups, activities, macros; the old one is kept, inactive.

    Points and statuses that were given do not change: nothing is recorded anew.
    """
    locked = {
        row.pk: row for row in type(old).objects.select_for_update().filter(pk__in=[old.pk, new.pk]).order_by("pk")
    }
    old, new = locked.get(old.pk, old), locked.get(new.pk, new)
    foreseen = replacement_of(old, new)
    _drop_twins(old, new)
    for model, field in _references(type(old)):
        _naming(model, field, old).update(**{field: new})
    # Groups and viste may ask for the last outcome and its type.
    own = "type" if isinstance(old, AppointmentType) else "outcome"
    mark_changed(Client.objects.filter(pk__in=Fulfilment.objects.filter(**{own: new}).values("client_id")))
    if isinstance(old, AppointmentType) and isinstance(new, AppointmentType):
        _follow_the_type(old, new)
    old.active = False
    old.save(update_fields=["active"])
    after = {"by": new.name, "moved": {str(use.label): use.count for use in foreseen.uses}, "merged": foreseen.merged}
    audit.record(f"{old._meta.model_name}.replaced", old, by=by, before={"name": old.name}, after=after)
    return foreseen


def _check(old: Replaced, new: Replaced) -> None:
    if old.pk == new.pk:
        raise ValidationError({"by": ValidationError(_("Choose another one to take its place."), code="itself")})
    if not new.active:
        raise ValidationError({"by": ValidationError(_("This is no longer offered."), code="not_active")})
    if isinstance(old, AppointmentType) and old.is_default_meeting and not getattr(new, "counts_for_cadence", True):
        words = _("The default meeting type can only be replaced by one that counts for the cadence.")
        raise ValidationError({"by": ValidationError(words, code="not_a_meeting")})


def _references(model: type[models.Model]) -> Iterator[tuple[type[FirmOwned], str]]:
    """Every reference to the model that there is, those of later apps too: what names a type follows it."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.many_to_one or relation.one_to_many):
            yield relation.related_model, relation.field.name  # type: ignore[misc,union-attr]


def _naming(model: type[FirmOwned], field: str, row: models.Model) -> Any:
    return model.objects.filter(**{field: row})


def _twins(old: Replaced, new: Replaced) -> list[Relation]:
    """The pairs of the old one that the new one has already: its own settings win."""
    own, other = ("type", "outcome") if isinstance(old, AppointmentType) else ("outcome", "type")
    known = Relation.objects.filter(**{own: new}).values(f"{other}_id")
    twins = Relation.objects.select_related("type", "outcome").filter(**{own: old, f"{other}__in": known})
    return list(twins)


def _drop_twins(old: Replaced, new: Replaced) -> None:
    Relation.objects.filter(pk__in=[pair.pk for pair in _twins(old, new)]).delete()
    if isinstance(old, AppointmentType):
        known = ActivityKindType.objects.filter(type=new).values("kind_id")
        ActivityKindType.objects.filter(type=old, kind__in=known).delete()


def _follow_the_type(old: AppointmentType, new: AppointmentType) -> None:
    """What counts follows the new type, and the night the clients; the default is given on."""
    if old.is_default_meeting:
        AppointmentType.objects.filter(pk=old.pk).update(is_default_meeting=False)
        AppointmentType.objects.filter(pk=new.pk).update(is_default_meeting=True)
        old.is_default_meeting = False
    if old.counts_for_cadence != new.counts_for_cadence:
        concerned = Appointment.objects.filter(type=new, state__in=COUNTING).exclude(counts=new.counts_for_cadence)
        mark_changed(Client.objects.filter(pk__in=concerned.values("client_id")))
        concerned.update(counts=new.counts_for_cadence)
