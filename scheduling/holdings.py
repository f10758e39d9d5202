"""What scheduling holds about a client: appointments and exceptions are his, plan and reminders follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from scheduling.enums import AppointmentOrigin
from scheduling.models import Appointment, CadenceException, ClientPlan, Reminder, Task

# What a recompute cannot know of a reminder: when it was raised, put off or ended, and by whom.
OF_REMINDER = ("id", "client_id", "check_rule_id", "due_on", "state", "snoozed_until", "opened_on", "ended_at")


def _remember_reminders(client_ids: Sequence[int]) -> Any:
    rows = Reminder.objects.filter(client_id__in=client_ids).order_by("id")
    return [{name: _text(value) for name, value in row.items()} for row in rows.values(*OF_REMINDER, "ended_by_id")]


def _recall_reminders(kept: Any) -> None:
    """As they were; one that time or the night has ended since stays ended only if it was."""
    reminders = [Reminder(**row) for row in kept]
    Reminder.objects.bulk_update(reminders, [name.removesuffix("_id") for name in (*OF_REMINDER[4:], "ended_by_id")])


def _text(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)


register(
    Holding(
        model=Appointment,
        label=_("Appointments"),
        retention=RetentionClass.MIFID,
        since="starts_at",
        hidden=("counts", "external_source", "external_id"),
        on_erasure=OnErasure.EMPTY,
        emptied=("place", "notes", "external_source", "external_id"),
        imported=Q(origin=AppointmentOrigin.IMPORT, version=1),
    ),
    Holding(
        model=Appointment,
        field="company",
        in_dossier=False,
        on_erasure=OnErasure.UNLINK,
        imported=Q(origin=AppointmentOrigin.IMPORT, version=1),
    ),
    Holding(model=Task, label=_("Tasks and calls"), retention=RetentionClass.MIFID, since="at"),
    Holding(model=Task, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    Holding(
        model=CadenceException,
        label=_("Exceptions to the cadence"),
        once=("removed_at",),
        since="set_at",
    ),
    Holding(
        model=ClientPlan,
        label=_("Plan"),
        on_merge=OnMerge.DERIVED,
        hidden=("group_id", "exception_id", "remind_on"),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=Reminder,
        label=_("Reminders"),
        on_merge=OnMerge.DERIVED,
        remember=_remember_reminders,
        recall=_recall_reminders,
        since="opened_on",
        on_import_undo=OnImportUndo.DELETE,
    ),
)
