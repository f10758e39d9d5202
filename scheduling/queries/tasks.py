"""How tasks and calls are read; permission is part of the query (XCT-02, O-57)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from clients.visibility import of_visible_clients
from scheduling.enums import TaskState
from scheduling.models import Task
from scheduling.queries.appointments import people_of
from tenants.models import Membership
from tenants.permissions import Permission


def visible_tasks(membership: Membership) -> QuerySet[Task]:
    """Those of the clients one sees, those one is to do, and those one has given to others (O-57)."""
    tasks = kept_tasks().select_related("client", "assignee", "created_by")
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return tasks
    own = Q(assignee=membership) | Q(created_by=membership)
    return tasks.filter(own | of_visible_clients(membership))


def kept_tasks() -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.filter(deleted_at__isnull=True)
    return tasks


def clients_of_open_tasks(membership: Membership) -> Q:
    """Whoever is to call a colleague's client sees him until that is done: an entry of the registry in clients."""
    open_ones = kept_tasks().filter(assignee=membership, state=TaskState.OPEN)
    return Q(pk__in=open_ones.values("client_id"))


def open_tasks(membership: Membership, *, whose: Membership | None = None) -> QuerySet[Task]:
    """What is to be done, of one person or of all whom one may look after, soonest first."""
    tasks = visible_tasks(membership).filter(state=TaskState.OPEN).order_by("at", "id")
    return tasks if whose is None else tasks.filter(assignee=whose)


def given_to_others(membership: Membership) -> QuerySet[Task]:
    """What one has asked of colleagues and is still to be done (O-57)."""
    tasks = visible_tasks(membership).filter(state=TaskState.OPEN, created_by=membership)
    return tasks.exclude(assignee=membership).order_by("at", "id")


def tasks_between(
    membership: Membership, start: datetime, end: datetime, *, assignee: int | Collection[int] | None = None
) -> QuerySet[Task]:
    """What the Calendar shows of a stretch of time."""
    tasks = visible_tasks(membership).filter(at__gte=start, at__lt=end).order_by("at", "id")
    return tasks if assignee is None else tasks.filter(assignee__in=people_of(assignee))


def with_stage(tasks: QuerySet[Task], *, start: datetime, end: datetime) -> QuerySet[Task]:
    """Under which heading each stands on the day between the two: overdue, today, later, done."""
    stages = (
        When(state=TaskState.DONE, then=Value("done")),
        When(at__lt=start, then=Value("overdue")),
        When(at__lt=end, then=Value("today")),
    )
    return tasks.annotate(stage=Case(*stages, default=Value("later"), output_field=CharField()))


def task_counts(membership: Membership, *, start: datetime, end: datetime) -> dict[str, int]:
    """How many of one's own are overdue, for the day between the two, and later; one statement."""
    counted: dict[str, int] = (
        kept_tasks()
        .filter(assignee=membership, state=TaskState.OPEN)
        .aggregate(
            overdue=Count("pk", filter=Q(at__lt=start)),
            today=Count("pk", filter=Q(at__gte=start, at__lt=end)),
            later=Count("pk", filter=Q(at__gte=end)),
        )
    )
    return counted


def deleted_task(membership: Membership, pk: int) -> Task | None:
    """One that can still be taken back, by whoever could see it."""
    found: Any = Task.objects.filter(pk=pk, deleted_at__isnull=False)
    if not membership.can(Permission.VIEW_ALL_CLIENTS):
        found = found.filter(Q(assignee=membership) | Q(created_by=membership) | of_visible_clients(membership))
    task: Task | None = found.first()
    return task
