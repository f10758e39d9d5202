"""Deleting what a firm has set up, and taking that back: one way for every kind of row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction
from django.db.models.deletion import Collector
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.models import FirmOwned, Membership, Removal
from tenants.removals import kind_of

LONGEST_NAME = 200


@transaction.atomic
def remove(row: FirmOwned, *, by: Membership | None, along: models.QuerySet[Any] | None = None) -> Removal:
    """Delete a row with what hangs on it (and ``along``, which it names without a key), so that it can come back.

    Raises ProtectedError as ``delete`` does. The row keeps its ``pk``, for the audit trail.
    """
    others = list(along) if along is not None else []
    kept = serializers.serialize("python", _with_what_hangs_on([row, *others]))
    name = str(row)[:LONGEST_NAME]
    removal: Removal = Removal.objects.create(kind=row._meta.label_lower, name=name, rows=kept, by=by)
    if along is not None:
        along.delete()
    pk = row.pk
    row.delete()
    row.pk = pk
    return removal


@transaction.atomic
def take_back(removal: Removal, *, by: Membership, at: datetime) -> models.Model:
    """Undo of a deletion: the rows as they were, under their old ids. Raises ValidationError if that cannot be."""
    locked = Removal.objects.select_for_update().get(pk=removal.pk)
    if locked.restored_at is not None:
        raise ValidationError(_("This was taken back already."), code="undone")
    rows: list[Any] = [each.object for each in serializers.deserialize("python", locked.rows, ignorenonexistent=True)]
    try:
        with transaction.atomic():
            for row in rows:
                # Raw: what a column said when the row was made is not said anew.
                row.save_base(raw=True, force_insert=True)
            kind_of(locked.kind).settle(rows[0])
    except IntegrityError:
        message = _("“%(name)s” cannot come back: something else has taken its place.")
        raise ValidationError(message, code="taken", params={"name": locked.name}) from None
    locked.restored_at = at
    locked.save(update_fields=["restored_at"])
    audit.record("removal.taken_back", rows[0], by=by, after={"name": locked.name})
    first: models.Model = rows[0]
    return first


class _Whole(Collector):
    """Every row that a deletion takes with it, read and not only counted."""

    def can_fast_delete(self, objs: Any, from_field: Any = None) -> bool:
        return False


def _with_what_hangs_on(rows: Iterable[FirmOwned]) -> list[Any]:
    """The rows, and after each those that its deletion takes along: in an order in which they can be made again."""
    found: dict[tuple[str, int], Any] = {}
    for row in rows:
        collector = _Whole(using=DEFAULT_DB_ALIAS, origin=row)
        collector.collect([row])
        for model, instances in collector.data.items():
            ordered = sorted(instances, key=lambda each: int(each.pk))
            found |= {(model._meta.label_lower, each.pk): each for each in ordered}
    return list(found.values())
