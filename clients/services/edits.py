"""Taking a change of a record back: field by field, what nobody has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients import queries
from clients.custom import values as custom
from clients.custom.definitions import PREFIX, definitions
from clients.models import Client, ClientEdit
from clients.services.records import give_back, lock
from clients.services.sublists import give_back_sublist
from clients.snapshots import Rows, are_all_there, frozen, is_there, rows_of, thawed
from clients.sublists import rows as sublists
from clients.sublists.kinds import SUBLISTS
from clients.values import ClientValues
from tenants.models import Membership


@dataclass(frozen=True)
class TakenBack:
    """The fields that are as before, and those that somebody has changed since."""

    restored: tuple[str, ...]
    kept: tuple[str, ...]


@transaction.atomic
def undo_edit(edit: ClientEdit, *, by: Membership | None, at: datetime) -> TakenBack:
    """Give the client back what this change took. Raises ValidationError the second time."""
    current = lock(edit.client, version=None)
    edit = ClientEdit.objects.select_for_update().get(pk=edit.pk)
    if edit.undone_at is not None:
        raise ValidationError(_("This change was taken back already."), code="undone")
    now = _record(current, edit)
    rows = {key: row for key, row in rows_of([edit.before]).items() if getattr(row, "deleted_at", None) is None}
    restored = tuple(
        name
        for name in edit.before
        if name in now and frozen(now[name]) == edit.after[name] and _can_be_had(name, edit.before[name], rows)
    )
    values = {name: thawed(edit.before[name], rows) for name in restored}
    for name in values.keys() & SUBLISTS.keys():
        give_back_sublist(current, SUBLISTS[name], values.pop(name), by=by, at=at)
    if values:
        give_back(current, _as_values(values), by=by, at=at)
    edit.undone_at = at
    edit.save(update_fields=["undone_at"])
    return TakenBack(restored, tuple(name for name in edit.before if name not in restored))


def _record(client: Client, edit: ClientEdit) -> dict[str, Any]:
    """What the client has now of the fields that the change names; a user field that has gone is left out."""
    own = [name for name in edit.before if not name.startswith(PREFIX) and name not in SUBLISTS]
    record = queries.record_of(client, own)
    for name in edit.before.keys() & SUBLISTS.keys():
        record[name] = sublists.in_order(SUBLISTS[name], sublists.read(SUBLISTS[name], client))
    keys = {name.removeprefix(PREFIX) for name in edit.before if name.startswith(PREFIX)} & set(definitions())
    if keys:
        held = queries.record_of(client, ["custom"])["custom"]
        record |= custom.named({key: held[key] for key in keys})
    return record


def _can_be_had(name: str, before: Any, rows: Rows) -> bool:
    """A row of a list says nothing without the entry that it names: such a list comes back whole or not at all."""
    return are_all_there(before, rows) if name in SUBLISTS else is_there(before, rows)


def _as_values(values: dict[str, Any]) -> ClientValues:
    """In the shape in which services take them: user fields together."""
    own: dict[str, Any] = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
    of_user = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    return cast("ClientValues", own | ({"custom": of_user} if of_user else {}))
