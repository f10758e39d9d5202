"""What scheduling brings into the catalogue of client fields: the plan that the cadence gives each client.

All of it is for lists, viste and exports; a group that drives the cadence may not ask for it (architecture.md 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from django.db.models import BooleanField, Case, DateField, Expression, F, Func, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, Choices, FieldGroup, register
from clients.filters import types
from clients.filters.compile import Column, Computed, Source
from clients.filters.types import FieldType
from clients.models import Client
from groups.models import Group
from scheduling.models import ClientPlan
from tenants.binding import bound_firm, local_today, remembered

Read = Callable[[ClientPlan | None, date], object]
Show = Callable[[Client, date], Iterable[object]]


def plan_fields() -> Iterator[CatalogueField]:
    """Every entry of the plan; a client without a row has met nobody and is in no cadence."""
    for name, label in (
        ("last_meeting_on", _("last meeting")),
        ("next_meeting_on", _("next meeting")),
        ("due_on", _("hypothetical date")),
    ):
        yield _entry(name, label, types.DATE, _column(name), Column(f"plan__{name}"))
    yield _entry(
        "overdue_days",
        _("days overdue"),
        types.INTEGER,
        overdue_days,
        Computed(_overdue_days_in_sql),
        sort="days_overdue",
        sort_join=lambda clients: clients.annotate(days_overdue=_overdue_days_in_sql(local_today(bound_firm()))),
    )
    for name, label in (
        ("beyond_cadence_days", _("days beyond the cadence")),
        ("yearly_meetings", _("meetings a year")),
    ):
        yield _entry(name, label, types.INTEGER, _column(name), Column(f"plan__{name}"))
    yield _entry(
        "meetings_this_year",
        _("meetings this year"),
        types.INTEGER,
        lambda plan, today: plan.meetings_this_year if plan else 0,
        Computed(lambda today: Coalesce("plan__meetings_this_year", 0, output_field=IntegerField())),
    )
    yield _entry(
        "exception",
        _("exception to the cadence"),
        types.BOOLEAN,
        lambda plan, today: plan is not None and plan.exception_id is not None,
        Computed(_exception_in_sql),
        sort="",
    )
    yield _entry(
        "group",
        _("group of the cadence"),
        types.REFERENCE,
        _column("group_id"),
        Column("plan__group_id"),
        sort="",
        choices=_driving_groups,
        show=lambda client, today: (_names().get(getattr(getattr(client, "plan", None), "group_id", None)),),
    )


def _entry(  # noqa: PLR0913 - the parts of an entry
    name: str,
    label: str | Promise,
    kind: FieldType,
    read: Read,
    source: Source,
    *,
    sort: str | None = None,
    sort_join: Callable[[QuerySet[Client]], QuerySet[Client]] | None = None,
    choices: Callable[[], Choices] | None = None,
    show: Show | None = None,
) -> CatalogueField:
    return CatalogueField(
        name=f"plan.{name}",
        label=label,
        group=FieldGroup.PLANNING,
        type=kind,
        read=_of_plan(read),
        select=("plan",),
        show=show,
        source=source,
        choices=choices,
        names=choices,
        # Past midnight the night writes other values, whether or not the client changed.
        moves_with_time=True,
        follows_from_groups=True,
        sort=f"plan__{name}" if sort is None else sort,
        sort_join=sort_join,
    )


def _of_plan(read: Read) -> Callable[[Client, date], Iterable[object]]:
    return lambda client, today: (read(getattr(client, "plan", None), today),)


def _column(name: str) -> Read:
    return lambda plan, today: getattr(plan, name, None)


def overdue_days(plan: ClientPlan | None, today: date) -> int | None:
    """0 while a meeting is planned or the date has not come; none without a date (8.8)."""
    if plan is None or plan.due_on is None:
        return None
    return 0 if plan.next_meeting_on else max((today - plan.due_on).days, 0)


def _overdue_days_in_sql(today: date) -> Expression:
    passed = Func(
        Value(today, output_field=DateField()),
        F("plan__due_on"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Case(
        When(plan__due_on__isnull=True, then=None),
        When(plan__next_meeting_on__isnull=False, then=0),
        default=Greatest(passed, 0),
        output_field=IntegerField(),
    )


def _exception_in_sql(today: date) -> Expression:
    return Case(When(plan__exception_id__isnull=False, then=True), default=False, output_field=BooleanField())


def _driving_groups() -> Choices:
    return [(group.pk, group.name) for group in Group.objects.filter(yearly_meetings__isnull=False)]


def _names() -> Mapping[int | None, str]:
    """A list names the groups in one statement, whatever its rows; one that lost its number drives until the night."""
    return remembered("scheduling.group_names", lambda: dict(Group.objects.values_list("pk", "name")))


register(plan_fields())
