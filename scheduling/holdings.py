"""What scheduling holds about a client: appointments and exceptions are his, plan and reminders follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from communications.holdings import discard_outgoing
from scheduling.enums import AppointmentOrigin, ReminderState
from scheduling.models import (
    Appointment,
    BookingLink,
    CadenceException,
    CalendarMail,
    ClientPlan,
    Reminder,
    Series,
    Task,
)

# What a recompute cannot know of a reminder: since when it has been raised, until when it was put off.
COMPUTED = ("state", "snoozed_until", "opened_on", "ended_at")


def _remember_reminders(client_ids: Sequence[int]) -> Any:
    rows = Reminder.objects.filter(client_id__in=client_ids).order_by("id").values("id", *COMPUTED)
    kept = [{name: _text(value) for name, value in row.items()} for row in rows]
    return {"clients": list(client_ids), "rows": kept}


def _recall_reminders(remembered: Any) -> None:
    """Those that the recompute has raised or ended again, since when and put off until when; what people did stays.

    One that only the merge had raised, and that is over with it, goes.
    """
    kept = {row["id"]: row for row in remembered["rows"]}
    own = Reminder.objects.filter(client_id__in=remembered["clients"])
    own.filter(state=ReminderState.CLOSED).exclude(pk__in=kept).delete()
    back = [
        reminder for reminder in own.filter(pk__in=kept) if _is_as_before(reminder.state, kept[reminder.pk]["state"])
    ]
    for reminder in back:
        for name in COMPUTED:
            field: Any = Reminder._meta.get_field(name)
            setattr(reminder, name, field.to_python(kept[reminder.pk][name]))
    Reminder.objects.bulk_update(back, COMPUTED)


def _is_as_before(now: str, then: str) -> bool:
    """Whether the reminder is as much in force as it was, or as little."""
    pending = (ReminderState.OPEN, ReminderState.SNOOZED)
    return (now in pending) == (then in pending)


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
        model=Series,
        label=_("Repeated appointments"),
        hidden=("next_at", "last_change"),
        on_erasure=OnErasure.EMPTY,
        emptied=("place", "notes", "invited", "last_change"),
        harmless=("rule", "zone"),
    ),
    Holding(
        model=BookingLink,
        label=_("Booking links"),
        hidden=("secret_hash", "outgoing", "appointment"),
        since="made_at",
    ),
    Holding(
        model=CalendarMail,
        label=_("Invitations"),
        hidden=("outgoing", "appointment", "content", "to_client"),
        retention=RetentionClass.MIFID,
        since="at",
        discard=discard_outgoing,
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
