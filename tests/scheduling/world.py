"""A firm's rows for tests of the night, put in by the thousand: what services would do one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from clients.models import Client, Profile
from groups.enums import GroupKind
from groups.models import Group, GroupMember
from scheduling.enums import AppointmentState, CheckKind
from scheduling.models import Appointment, AppointmentType, Check, ClientPlan, Reminder
from tenants.models import Firm

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)
# Rows a statement: on a busy machine a longer one could outlast what a statement may take.
PORTION = 5_000


def at(day: date, hour: int = 1, minute: int = 30, zone: ZoneInfo = ROME) -> datetime:
    """A local hour as an instant; by default that of the night."""
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


@dataclass(frozen=True)
class World:
    """What the cadence of one firm rests on."""

    firm: Firm
    meeting: AppointmentType
    check: Check

    def clients(self, count: int, **values: Any) -> list[int]:
        rows = [Client(last_name=f"Rossi {n}", name=f"Rossi {n}", **values) for n in range(count)]
        made = Client.objects.bulk_create(rows, batch_size=PORTION)
        with connection.cursor() as cursor:
            # Key checks that this session planned when its tables were empty would read all of them for each row.
            cursor.execute("DISCARD PLANS")
        Profile.objects.bulk_create((Profile(client=client) for client in made), batch_size=PORTION)
        return [client.pk for client in made]

    def group(self, number: int | None, members: Iterable[int] = (), name: str = "") -> Group:
        """A fixed group of these members."""
        group = Group.objects.create(
            name=name or f"Group {Group.objects.count()}", kind=GroupKind.FIXED, yearly_meetings=number
        )
        GroupMember.objects.bulk_create(GroupMember(group=group, client_id=pk) for pk in members)
        return group

    def meetings(
        self, client_ids: Sequence[int], starts_at: datetime, state: str = AppointmentState.HELD
    ) -> list[Appointment]:
        return Appointment.objects.bulk_create(
            Appointment(
                client_id=pk,
                type=self.meeting,
                starts_at=starts_at,
                ends_at=starts_at + HOUR,
                state=state,
                counts=state in (AppointmentState.HELD, AppointmentState.PLANNED),
            )
            for pk in client_ids
        )


def world_of(firm: Firm) -> World:
    """The bound firm with its meeting type and its planning check, whether or not it was set up with them."""
    meeting, _ = AppointmentType.objects.get_or_create(
        is_default_meeting=True, defaults={"name": "Meeting", "counts_for_cadence": True}
    )
    check, _ = Check.objects.get_or_create(
        kind=CheckKind.PLANNING, defaults={"name": "Plan a meeting", "lead_days": 7, "active": True}
    )
    return World(firm, meeting, check)


PLAN_COLUMNS = [field.attname for field in ClientPlan._meta.concrete_fields if field.attname != "firm_id"]
REMINDER_COLUMNS = ["check_rule_id", "client_id", "due_on", "state", "snoozed_until", "opened_on", "ended_at"]


def plans() -> list[tuple[Any, ...]]:
    return sorted(ClientPlan.objects.values_list(*PLAN_COLUMNS))


def reminders() -> list[tuple[Any, ...]]:
    return sorted(Reminder.objects.values_list(*REMINDER_COLUMNS), key=str)


def versions(table: str, key: str) -> dict[int, str]:
    """The version of each row: where it lies, who wrote it. A row that was not written keeps both."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, ctid || ' ' || xmin || ' ' || cmin FROM {table}")
        return dict(cursor.fetchall())
