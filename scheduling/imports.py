"""What scheduling contributes to the import of clients: the last meeting held and the next one planned (api.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.company_links import linked_company
from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.refusals import FileRefused
from clients.imports.targets import Column, Place, Target, contribute
from clients.imports.writing import Writing
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType
from tenants.binding import bound_firm

# One meeting a day is enough: a second row or a second import does not add another.
MEETINGS = """
    SELECT DISTINCT ON (s.client_id, s.{day}) s.client_id, c.advisor_id AS assignee_id,
        (s.{day} + time '12:00') AT TIME ZONE %(zone)s AS starts_at
    FROM import_stage s JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = s.client_id
    WHERE s.{day} IS NOT NULL AND (s.created OR NOT EXISTS (
        SELECT FROM scheduling_appointment a
        WHERE a.firm_id = %(firm)s AND a.client_id = s.client_id AND a.type_id = %(type)s AND a.state = %(state)s
          AND a.starts_at >= s.{day}::timestamp AT TIME ZONE %(zone)s
          AND a.starts_at < (s.{day} + 1)::timestamp AT TIME ZONE %(zone)s
    ))
"""


MEETINGS_OF_A_FILE = {
    "last_meeting_on": (_("last meeting"), AppointmentState.HELD),
    "next_meeting_on": (_("next meeting"), AppointmentState.PLANNED),
}


def register() -> None:
    """Called when the app is ready."""
    for name, (label, state) in MEETINGS_OF_A_FILE.items():
        contribute(_meeting(name, label, state))


def _meeting(name: str, label: Promise, state: AppointmentState) -> Target:
    return Target(
        name=name,
        label=label,
        place=Place.CONTRIBUTED,
        columns=(Column(name, "date"),),
        reader=_day,
        write=lambda writing: _write(writing, name, state),
        check=_check,
    )


def _day(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    read = cells.day(notation)
    return lambda cell: (read(cell),)


def _check() -> None:
    _default_type()


def _default_type() -> AppointmentType:
    default: AppointmentType | None = AppointmentType.objects.filter(is_default_meeting=True).first()
    if default is None:
        raise FileRefused("no_default_meeting_type")
    return default


def _write(writing: Writing, day: str, state: AppointmentState) -> None:
    default = _default_type()
    writing.params.update(
        zone=bound_firm().time_zone,
        type=default.pk,
        state=state.value,
        counts=default.counts_for_cadence,
        length=timedelta(minutes=default.duration_minutes),
        origin=AppointmentOrigin.IMPORT.value,
    )
    given = {
        "client_id": "r.client_id",
        "company_id": linked_company("r.client_id"),
        "type_id": "%(type)s",
        "starts_at": "r.starts_at",
        "ends_at": "r.starts_at + %(length)s",
        "assignee_id": "r.assignee_id",
        "state": "%(state)s",
        "counts": "%(counts)s",
        "origin": "%(origin)s",
        "created_by_id": "%(by)s",
    }
    writing.insert_and_touch(Appointment, MEETINGS.format(day=day), given)
