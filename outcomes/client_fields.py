"""Catalogue fields of outcomes: the last one of a client, points, and commercial activities (IFY-51).

Of activities there are entries that look at all open ones, and for each kind the firm has entries that look at its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, Choices, FieldGroup, provide, register
from clients.filters import types
from clients.filters.compile import Column, Computed, Rows
from clients.models import Client, Status
from outcomes.models import Activity, ActivityKind, Fulfilment, Outcome
from scheduling.models import AppointmentType
from tenants.binding import bound_firm
from tenants.models import Membership

Of = Callable[[Activity], object]


def outcome_fields() -> Iterator[CatalogueField]:
    """What was recorded last, and what all of it was worth."""
    for name, label, column, choices in (
        ("last_outcome", _("last outcome"), "outcome", _outcomes),
        ("last_outcome_type", _("type of the last outcome"), "type", _types),
        ("last_outcome_by", _("recorder of the last outcome"), "author", _members),
    ):
        yield _reference(
            name, label, _last(column, key=True), _last(column), Rows(_last_ones, Column(f"{column}_id")), choices
        )
    yield CatalogueField(
        name="last_outcome_on",
        label=_("date of the last outcome"),
        group=FieldGroup.OUTCOMES,
        type=types.DATE,
        read=lambda client, today: (_day(made.at) for made in _latest(client)),
        prefetch=("fulfilments",),
        source=Rows(_last_ones, Computed(lambda today: TruncDate("at", tzinfo=_zone()))),
    )
    yield CatalogueField(
        name="points",
        label=_("points of the outcomes"),
        group=FieldGroup.OUTCOMES,
        type=types.INTEGER,
        read=lambda client, today: (sum(made.points for made in _in_force(client)),),
        prefetch=("fulfilments",),
        source=Computed(_points_in_sql),
    )


def activity_fields() -> Iterator[CatalogueField]:
    """Those of the activities that are open, as many as there are; and which ones are over."""
    for name, label, choices in (
        ("kind", _("open activity"), _kinds),
        ("status", _("status of the open activity"), _statuses),
        ("owner", _("person who follows the open activity"), _members),
    ):
        yield _reference(
            f"activity.{name}",
            label,
            _of_activities(attrgetter(f"{name}_id")),
            _of_activities(attrgetter(name)),
            Rows(_open_ones, Column(f"{name}_id")),
            choices,
        )
    for name, label in (("opened", _("beginning of the open activity")), ("status", _("status since, open activity"))):
        yield _date(f"activity.{name}_on", label, _open_ones, f"{name}_at")
    yield _reference(
        "activity.closed",
        _("closed activity"),
        _of_activities(attrgetter("kind_id"), is_open=False),
        _of_activities(attrgetter("kind"), is_open=False),
        Rows(_closed_ones, Column("kind_id")),
        _kinds,
    )
    yield _date("activity.closed_on", _("end of the activity"), _closed_ones, "closed_at")


def fields_of_kinds() -> Iterator[CatalogueField]:
    """Of each kind: the status of the client's open activity of it, and since when (IFY-50, IFY-51)."""
    for pk, name in ActivityKind.objects.values_list("pk", "name"):
        yield from _fields_of_kind(pk, name)


@lru_cache(maxsize=10_000)
def _fields_of_kind(pk: int, name: str) -> tuple[CatalogueField, ...]:
    """The same objects for the same kind, so that what was compiled with them is kept."""

    def rows() -> QuerySet[Activity]:
        return _open_ones().filter(kind=pk)

    def read(of: Of) -> Callable[[Client, date], Iterable[object]]:
        return lambda client, today: [of(one) for one in client.activities.all() if _is_open(one) and one.kind_id == pk]

    return (
        CatalogueField(
            name=f"activity.{pk}.status",
            label=format_lazy("{kind}: {label}", kind=name, label=_("status of the open activity")),
            group=FieldGroup.OUTCOMES,
            type=types.REFERENCE,
            read=read(attrgetter("status_id")),
            show=read(attrgetter("status")),
            prefetch=("activities",),
            prefetch_shown=("activities__status",),
            source=Rows(rows, Column("status_id")),
            choices=_statuses,
            names=_statuses,
        ),
        CatalogueField(
            name=f"activity.{pk}.status_on",
            label=format_lazy("{kind}: {label}", kind=name, label=_("status since, open activity")),
            group=FieldGroup.OUTCOMES,
            type=types.DATE,
            read=read(lambda one: _day(one.status_at)),
            prefetch=("activities",),
            source=Rows(rows, Computed(lambda today: TruncDate("status_at", tzinfo=_zone()))),
        ),
    )


def _reference(  # noqa: PLR0913 - the parts of an entry
    name: str,
    label: str | Promise,
    read: Callable[[Client, date], Iterable[object]],
    show: Callable[[Client, date], Iterable[object]],
    source: Rows,
    choices: Callable[[], Choices],
) -> CatalogueField:
    held = "activities" if name.startswith("activity.") else "fulfilments"
    shown = {"last_outcome": "outcome", "last_outcome_type": "type", "last_outcome_by": "author"}.get(
        name, name.removeprefix("activity.").replace("closed", "kind")
    )
    return CatalogueField(
        name=name,
        label=label,
        group=FieldGroup.OUTCOMES,
        type=types.REFERENCE,
        read=read,
        show=show,
        prefetch=(held,),
        prefetch_shown=(f"{held}__{shown}",),
        source=source,
        choices=choices,
        names=choices,
    )


def _date(name: str, label: str | Promise, rows: Callable[[], QuerySet[Activity]], at: str) -> CatalogueField:
    is_open = rows is _open_ones
    return CatalogueField(
        name=name,
        label=label,
        group=FieldGroup.OUTCOMES,
        type=types.DATE,
        read=_of_activities(lambda one: _day(getattr(one, at)), is_open=is_open),
        prefetch=("activities",),
        source=Rows(rows, Computed(lambda today: TruncDate(at, tzinfo=_zone()))),
    )


def _in_force(client: Client) -> list[Fulfilment]:
    return [made for made in client.fulfilments.all() if made.undone_at is None]


def _latest(client: Client) -> list[Fulfilment]:
    """The one recorded last, if there is one."""
    return sorted(_in_force(client), key=lambda made: (made.at, made.pk))[-1:]


def _last(column: str, *, key: bool = False) -> Callable[[Client, date], Iterable[object]]:
    name = f"{column}_id" if key else column
    return lambda client, today: (getattr(made, name) for made in _latest(client))


def _last_ones() -> QuerySet[Fulfilment]:
    """Of each client the one recorded last."""
    later = Fulfilment.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        firm_id=OuterRef("firm_id"),
        client_id=OuterRef("client_id"),
        undone_at__isnull=True,
    )
    found: QuerySet[Fulfilment] = Fulfilment.objects.filter(~Exists(later), undone_at__isnull=True)
    return found


def _points_in_sql(today: date) -> Coalesce:
    own = Fulfilment.objects.filter(client=OuterRef("pk"), firm_id=OuterRef("firm_id"), undone_at__isnull=True)
    total = own.order_by().values("client_id").annotate(total=Sum("points")).values("total")
    return Coalesce(Subquery(total), 0, output_field=IntegerField())


def _of_activities(of: Of, *, is_open: bool = True) -> Callable[[Client, date], Iterable[object]]:
    def read(client: Client, today: date) -> Iterable[object]:
        return [of(one) for one in client.activities.all() if _is_open(one) is is_open]

    return read


def _is_open(activity: Activity) -> bool:
    return activity.closed_at is None


def _open_ones() -> QuerySet[Activity]:
    found: QuerySet[Activity] = Activity.objects.filter(closed_at__isnull=True)
    return found


def _closed_ones() -> QuerySet[Activity]:
    found: QuerySet[Activity] = Activity.objects.filter(closed_at__isnull=False)
    return found


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(_zone()).date() if moment is not None else None


def _zone() -> ZoneInfo:
    return ZoneInfo(bound_firm().time_zone)


def _outcomes() -> Choices:
    return list(Outcome.objects.values_list("pk", "name"))


def _types() -> Choices:
    return list(AppointmentType.objects.order_by("position", "pk").values_list("pk", "name"))


def _kinds() -> Choices:
    return list(ActivityKind.objects.values_list("pk", "name"))


def _statuses() -> Choices:
    return list(Status.objects.order_by("position", "pk").values_list("pk", "name"))


def _members() -> Choices:
    return list(Membership.objects.order_by("name", "pk").values_list("pk", "name"))


register(outcome_fields())
register(activity_fields())
provide(fields_of_kinds)
