"""Catalogue fields of service opportunities: how each service stands with a client, and all of his together (SIS-08).

``opportunity.<key>`` of every service that is offered: ``open``, how it ended last, or nothing where it was never
proposed. Groups, lists, exports, checks and viste read them like any other field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.aggregates import Count
from django.db.models.functions import Coalesce, TruncDate
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clients import catalogue
from clients.catalogue import CatalogueField, Choices, FieldGroup
from clients.filters import types
from clients.filters.compile import Column, Computed, Rows
from clients.models import Client
from communications.enums import OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.queries import current_ones, offered_services
from tenants.binding import bound_firm

PREFIX = "opportunity."
Of = Callable[[ClientOpportunity], object]


def of_offered_services() -> Iterator[CatalogueField]:
    """Those of hidden services are hidden (O-44)."""
    for pk, key, name in offered_services().values_list("pk", "key", "name"):
        yield _state_of(pk, key, name)


@lru_cache(maxsize=2_000)
def _state_of(pk: int, key: str, name: str) -> CatalogueField:
    """The same object for the same service, so that what was compiled with it is kept."""

    def read(client: Client, today: date) -> list[str]:
        return [row.state for row in _current(client, pk)]

    def show(client: Client, today: date) -> list[str | Promise]:
        return [OpportunityState(row.state).label for row in _current(client, pk)]

    return CatalogueField(
        name=PREFIX + key,
        label=format_lazy("{service}: {label}", service=name, label=_("proposal")),
        group=FieldGroup.SERVICES,
        type=types.CHOICE,
        read=read,
        show=show,
        prefetch=("opportunities",),
        source=Rows(lambda: current_ones().filter(opportunity=pk), Column("state")),
        choices=_states,
        names=_states,
    )


def of_all_services() -> Iterator[CatalogueField]:
    """What is open, what is over, how many, since when; hidden services included."""
    for name, label, is_open in (
        ("open", _("open service opportunities"), True),
        ("closed", _("closed service opportunities"), False),
    ):
        yield CatalogueField(
            name=f"opportunities.{name}",
            label=label,
            group=FieldGroup.SERVICES,
            type=types.REFERENCE,
            read=_of(lambda row: row.opportunity_id, is_open=is_open),
            show=_of(lambda row: row.opportunity, is_open=is_open),
            prefetch=("opportunities",),
            prefetch_shown=("opportunities__opportunity",),
            source=Rows(_open_ones if is_open else _closed_ones, Column("opportunity_id")),
            choices=_services,
            names=_services,
        )
    yield _day_field("opened_on", _("opening of the open service opportunity"), "opened_at", is_open=True)
    yield _day_field("closed_on", _("end of the service opportunity"), "closed_at", is_open=False)
    yield CatalogueField(
        name="opportunities.open_count",
        label=_("number of open service opportunities"),
        group=FieldGroup.SERVICES,
        type=types.INTEGER,
        read=lambda client, today: (len([row for row in client.opportunities.all() if row.is_open]),),
        prefetch=("opportunities",),
        source=Computed(_count_in_sql),
    )


def _day_field(name: str, label: Promise, column: str, *, is_open: bool) -> CatalogueField:
    return CatalogueField(
        name=f"opportunities.{name}",
        label=label,
        group=FieldGroup.SERVICES,
        type=types.DATE,
        read=_of(lambda row: _day(getattr(row, column)), is_open=is_open),
        prefetch=("opportunities",),
        source=Rows(_open_ones if is_open else _closed_ones, Computed(lambda today: TruncDate(column, tzinfo=_zone()))),
    )


def _current(client: Client, service: int) -> list[ClientOpportunity]:
    """As ``queries.current_ones`` has it in SQL."""
    own = [row for row in client.opportunities.all() if row.opportunity_id == service]
    return sorted(own, key=_place)[-1:]


def _place(row: ClientOpportunity) -> tuple[bool, float, int]:
    return row.closed_at is None, row.closed_at.timestamp() if row.closed_at else 0.0, row.pk


def _of(of: Of, *, is_open: bool) -> Callable[[Client, date], Iterable[object]]:
    return lambda client, today: [of(row) for row in client.opportunities.all() if row.is_open is is_open]


def _open_ones() -> QuerySet[ClientOpportunity]:
    found: QuerySet[ClientOpportunity] = ClientOpportunity.objects.filter(closed_at__isnull=True)
    return found


def _closed_ones() -> QuerySet[ClientOpportunity]:
    found: QuerySet[ClientOpportunity] = ClientOpportunity.objects.filter(closed_at__isnull=False)
    return found


def _count_in_sql(today: date) -> Coalesce:
    own = _open_ones().filter(client=OuterRef("pk"), firm_id=OuterRef("firm_id"))
    counted = own.order_by().values("client_id").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(_zone()).date() if moment is not None else None


def _zone() -> ZoneInfo:
    return ZoneInfo(bound_firm().time_zone)


def _states() -> Choices:
    return list(OpportunityState.choices)


def _services() -> Choices:
    return list(ServiceOpportunity.objects.order_by("position", "pk").values_list("pk", "name"))


catalogue.register(of_all_services())
catalogue.provide(of_offered_services)
