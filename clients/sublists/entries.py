"""What the catalogue knows of a client's years, filings, services and policies (SIS-06, SIS-07, SIS-11, SIS-12).

Of years it is always the latest: of the client, and of each quantity the latest that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, Choices, FieldGroup
from clients.enums import FilingState
from clients.fields import MoneyField
from clients.filters import types
from clients.filters.compile import Column, Rows
from clients.models import Client, ClientService, ClientYear, Filing, ListEntry, Policy, YearQuantity
from clients.sublists.rows import quantities
from tenants.binding import bound_firm_id


@dataclass(frozen=True)
class Owned:
    """Some rows of the client: in SQL, and among those that were loaded with him."""

    related: str
    rows: Callable[[], QuerySet[Any]]
    counts: Callable[[Any], bool]

    def of(self, client: Client) -> list[Any]:
        return [row for row in getattr(client, self.related).all() if self.counts(row)]


LATEST = Owned("years", lambda: ClientYear.objects.filter(is_latest=True), lambda row: row.is_latest)
FILINGS = Owned("filings", Filing.objects.all, lambda row: True)
UNDONE = Owned(
    "filings",
    lambda: Filing.objects.exclude(state=FilingState.DONE),
    lambda row: row.state != FilingState.DONE,
)
ACTIVE = Owned("services", lambda: ClientService.objects.filter(ended_on=None), lambda row: row.ended_on is None)
POLICIES = Owned("policies", Policy.objects.all, lambda row: True)


def fixed_entries() -> Iterator[CatalogueField]:
    """Those that every firm has."""
    accounts, insurance = FieldGroup.ACCOUNTS, FieldGroup.POLICIES
    yield _entry("year.latest", "year", LATEST, accounts, _("latest financial year"), setter="year.year")
    yield _entry("year.regime", "regime", LATEST, accounts, setter="year.regime")
    yield _entry("year.closes_on", "closes_on", LATEST, accounts, setter="year.closes_on")
    yield _entry("filing.type", "type", FILINGS, accounts, setter="filing.type")
    yield _entry("filing.open_type", "type", UNDONE, accounts, _("filing not done"))
    yield _entry("filing.due_on", "due_on", UNDONE, accounts, _("filing due on"), setter="filing.due_on")
    yield _entry("service.active", "service", ACTIVE, accounts, _("active service"), setter="services")
    for name in ("company", "branch", "number", "premium", "expires_on"):
        yield _entry(f"policy.{name}", name, POLICIES, insurance, setter=f"policy.{name}")


def quantity_entries() -> Iterator[CatalogueField]:
    """``year.<key>`` for each quantity that the firm follows."""
    firm_id = bound_firm_id()
    for row in quantities().values():
        yield _quantity(firm_id, row.pk, row.key, row.label, row.is_money)


@lru_cache(maxsize=10_000)
def _quantity(firm_id: int, pk: int, key: str, label: str, is_money: bool) -> CatalogueField:
    """The same object for the same definition, as with user fields."""
    owned = Owned(
        "year_quantities",
        lambda: YearQuantity.objects.filter(is_latest=True, quantity_id=pk),
        lambda row: row.is_latest and row.quantity_id == pk,
    )
    return CatalogueField(
        name=f"year.{key}",
        label=label,
        group=FieldGroup.ACCOUNTS,
        type=types.MONEY if is_money else types.NUMBER,
        read=_reader(owned, "value"),
        prefetch=("year_quantities",),
        source=Rows(owned.rows, Column("value")),
        setter=f"year.{key}",
    )


def _entry(
    name: str,
    column: str,
    owned: Owned,
    group: FieldGroup,
    label: str | Promise = "",
    *,
    setter: str = "",
) -> CatalogueField:
    field: Any = owned.rows().model._meta.get_field(column)
    kind = _type(field)
    is_entry = kind is types.REFERENCE
    list_name = field.get_limit_choices_to()["list_name"] if is_entry else ""
    folded = kind is types.TEXT
    return CatalogueField(
        name=name,
        label=label or field.verbose_name,
        group=group,
        type=kind,
        read=_reader(owned, field.attname),
        show=_reader(owned, column) if is_entry else None,
        prefetch=(owned.related,),
        prefetch_shown=(f"{owned.related}__{column}",) if is_entry else (),
        source=Rows(owned.rows, Column(f"{column}_key" if folded else column, blank=folded)),
        choices=_entries(list_name, active=True) if is_entry else None,
        names=_entries(list_name) if is_entry else None,
        list_name=list_name,
        setter=setter,
    )


def _type(field: Any) -> types.FieldType:
    if field.is_relation:
        return types.REFERENCE
    if isinstance(field, MoneyField):
        return types.MONEY
    kinds = {"DateField": types.DATE, "PositiveSmallIntegerField": types.INTEGER}
    return kinds.get(field.get_internal_type(), types.TEXT)


def _reader(owned: Owned, attribute: str) -> Callable[[Client, date], Iterable[object]]:
    return lambda client, today: [getattr(row, attribute) for row in owned.of(client)]


def _entries(list_name: str, **asked: Any) -> Callable[[], Choices]:
    def entries() -> Choices:
        rows = ListEntry.objects.filter(list_name=list_name, **asked).order_by("position", "id")
        return list(rows.values_list("pk", "name"))

    return entries
