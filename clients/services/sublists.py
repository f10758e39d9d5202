"""Giving a client his years, filings, services and policies: each list is given whole, as e-mails are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clients.catalogue import forget_fields
from clients.changes import mark_changed
from clients.filters.folding import fold
from clients.models import Client, ClientEdit, Quantity, YearQuantity
from clients.normalising import tidy
from clients.services.order import move
from clients.services.records import lock
from clients.signals import clients_changed
from clients.snapshots import frozen
from clients.sublists import rows
from clients.sublists.kinds import YEARS, Sublist
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership, Removal
from tenants.services import remove

MOST_QUANTITIES = 50

# The latest year of each client, and of each of his quantities. Only what differs is written.
_LATEST = """
UPDATE {table} t SET is_latest = (t.year = l.year)
FROM (
    SELECT client_id, {part} max(year) AS year FROM {table}
    WHERE firm_id = %(firm)s AND client_id = ANY(%(clients)s::bigint[]) GROUP BY {group}
) l
WHERE t.firm_id = %(firm)s AND t.client_id = l.client_id {same} AND t.is_latest IS DISTINCT FROM (t.year = l.year)
"""


@transaction.atomic
def set_sublist(
    client: Client,
    sublist: Sublist,
    given: Sequence[rows.Row],
    *,
    version: int | None,
    by: Membership | None,
    at: datetime,
) -> Client:
    """Let the list have exactly these rows. Raises StaleError when the record is no longer of ``version``."""
    current = lock(client, version=version)
    before = rows.read(sublist, current)
    return _rewrite(current, sublist, before, rows.clean(sublist, given, before), by=by, at=at)


def give_back_sublist(
    client: Client, sublist: Sublist, given: Sequence[rows.Row], *, by: Membership | None, at: datetime
) -> Client:
    """Give a locked client the rows that he had before, with entries that are no longer on offer too."""
    after = rows.clean(sublist, [rows.of_today(row) for row in given], given)
    return _rewrite(client, sublist, rows.read(sublist, client), after, by=by, at=at)


def _rewrite(
    current: Client,
    sublist: Sublist,
    before: Sequence[rows.Row],
    after: Sequence[rows.Row],
    *,
    by: Membership | None,
    at: datetime,
) -> Client:
    if _plain(before) == _plain(after):
        return current
    sublist.model.objects.filter(client=current).delete()
    sublist.model.objects.bulk_create(
        sublist.model(client=current, **{name: row[name] for name in sublist.fields}) for row in after
    )
    if sublist is YEARS:
        _write_quantities(current, after)
        mark_latest([current.pk])
    current.version += 1
    current.save(update_fields=["version", "updated_at"])
    audit.record(
        "client.changed",
        current,
        by=by,
        before={sublist.name: _plain(before)},
        after={sublist.name: _plain(after)},
    )
    was, became = ({sublist.name: frozen(rows.in_order(sublist, found))} for found in (before, after))
    ClientEdit.objects.create(client=current, by=by, at=at, before=was, after=became)
    mark_changed([current.pk])
    clients_changed.send(Client, client_ids=[current.pk], changed=frozenset({sublist.name}))
    return current


def mark_latest(client_ids: Sequence[int]) -> None:
    """Which year, and which value of each quantity, is the client's latest: two statements for all of them."""
    given: dict[str, Any] = {"firm": bound_firm_id(), "clients": list(client_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST.format(table="clients_clientyear", part="", group="client_id", same=""), given)
        cursor.execute(
            _LATEST.format(
                table="clients_yearquantity",
                part="quantity_id,",
                group="client_id, quantity_id",
                same="AND t.quantity_id = l.quantity_id",
            ),
            given,
        )


def _write_quantities(client: Client, years: Sequence[rows.Row]) -> None:
    """Of the active quantities; what others once held stays for the day they return."""
    known = rows.quantities()
    YearQuantity.objects.filter(client=client, quantity__in=list(known.values())).delete()
    YearQuantity.objects.bulk_create(
        YearQuantity(client=client, year=row["year"], quantity=known[key], value=value)
        for row in years
        for key, value in row["quantities"].items()
    )


@transaction.atomic
def create_quantity(quantity: Quantity, *, by: Membership | None) -> Quantity:
    """Follow one more number from year to year; without a key it gets one from its label."""
    if Quantity.objects.count() >= MOST_QUANTITIES:
        message = _("At most %(most)s quantities.")
        raise ValidationError(message, code="too_many", params={"most": MOST_QUANTITIES})
    quantity.label = tidy(quantity.label)
    stem = re.sub(r"[^a-z0-9]+", "_", fold(quantity.label)).strip("_")[:36] or "valore"
    quantity.key = quantity.key or (stem if stem[0].isalpha() else f"n_{stem}")
    _check_quantity(quantity)
    quantity.position = (Quantity.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    quantity.save(force_insert=True)
    _forget()
    audit.record("quantity.created", quantity, by=by, after={"label": quantity.label})
    return quantity


@transaction.atomic
def change_quantity(quantity: Quantity, values: Mapping[str, Any], *, by: Membership | None) -> Quantity:
    """Rename or deactivate; what it counts stays what it is."""
    for name in values.keys() - {"label", "active"}:
        if getattr(quantity, name) != values[name]:
            raise ValidationError({name: ValidationError(_("This cannot be changed."), code="unchangeable")})
    before, after = audit.changes(quantity, {name: values[name] for name in values.keys() & {"label", "active"}})
    for name, value in after.items():
        setattr(quantity, name, value)
    if after:
        quantity.label = tidy(quantity.label)
        _check_quantity(quantity)
        quantity.save()
        _forget()
        audit.record("quantity.changed", quantity, by=by, before=before, after=after)
    return quantity


@transaction.atomic
def move_quantity(quantity: Quantity, *, steps: int, by: Membership | None) -> None:
    """One or more places up (negative) or down: in the years of a client and wherever fields are offered."""
    before = {"position": quantity.position}
    move(quantity, Quantity.objects.all(), steps=steps)
    _forget()
    audit.record("quantity.moved", quantity, by=by, before=before, after={"position": quantity.position})


@transaction.atomic
def delete_quantity(quantity: Quantity, *, by: Membership | None) -> Removal:
    if YearQuantity.objects.filter(quantity=quantity).exists():
        message = _("Clients have values in “%(name)s”: it can be deactivated, not deleted.")
        raise ValidationError(message, code="in_use", params={"name": quantity.label})
    removal = remove(quantity, by=by)
    _forget()
    audit.record("quantity.deleted", quantity, by=by, before={"label": quantity.label})
    return removal


def settle_quantity(quantity: Quantity) -> None:
    """One that is back from a deletion. Raises ValidationError when its name is taken."""
    _check_quantity(quantity)
    _forget()


def _check_quantity(quantity: Quantity) -> None:
    quantity.clean_fields()
    others = Quantity.objects.exclude(pk=quantity.pk)
    if others.filter(key=quantity.key).exists() or quantity.key in RESERVED:
        raise ValidationError({"key": ValidationError(_("This key is taken."), code="unique")})
    if fold(quantity.label) in {fold(label) for label in others.values_list("label", flat=True)}:
        raise ValidationError({"label": ValidationError(_("This name is taken."), code="unique")})


# ``year.<key>`` in the catalogue must not be one of its own entries.
RESERVED = frozenset({"latest", "regime", "closes_on", "year"})


def _forget() -> None:
    rows.forget_quantities()
    forget_fields()


def _plain(found: Sequence[rows.Row]) -> list[dict[str, Any]]:
    """As the audit trail keeps it, in an order of its own."""
    words = [{name: _word(value) for name, value in row.items()} for row in found]
    return sorted(words, key=lambda row: sorted((name, str(value)) for name, value in row.items()))


def _word(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: format(each.normalize(), "f") for key, each in value.items()}
    return "" if value is None else str(value)
