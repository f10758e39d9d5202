"""Running macros: by hand, by the night, after a confirmation; and taking a run back.

A run is one transaction with all its appointments: a worker that dies leaves none of it, and the next one makes exactly
what this one would have. The appointments are made by one statement, however many they are.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clients.changes import mark_changed
from clients.company_links import linked_company
from clients.filters.refusals import FilterInvalid
from groups.filtering import problem_text
from scheduling.enums import AppointmentOrigin, AppointmentState, RunState
from scheduling.models import Appointment, Macro, MacroItem, MacroRun
from scheduling.queries.macros import Choice, choice_of, clients_chosen, is_due, last_made, period_of
from scheduling.recipients import NOTE_ADVISOR, NOTE_ME, NOTE_NOBODY, note_text
from scheduling.services.consequences import plan_again
from scheduling.services.macros import lock_macro
from tenants import audit
from tenants.binding import bound_firm, bound_firm_id, local_today
from tenants.feed.notes import Kind, note_rows
from tenants.models import Firm, Membership
from tenants.statements import statement_of

logger = logging.getLogger(__name__)

# A jump: so many times what the last run made, once there are enough for it to mean something.
JUMP, FEWEST_FOR_A_JUMP = 3, 20
# Of more clients than these the plans wait for the night.
MOST_PLANNED_AT_ONCE = 2_000

_MAKE = """
WITH chosen AS ({chosen}),
made AS (
    INSERT INTO scheduling_appointment ({columns}) SELECT {values} FROM chosen ORDER BY chosen.id RETURNING id
)
INSERT INTO scheduling_macroitem (firm_id, run_id, appointment_id) SELECT %s, %s, made.id FROM made
RETURNING appointment_id
"""


@transaction.atomic
def run_macro(macro: Macro, *, by: Membership, at: datetime) -> MacroRun:
    """By hand, also one that is switched off. A run that would make far more than usual waits to be confirmed."""
    locked = lock_macro(macro)
    today = local_today(bound_firm(), at=at)
    run = MacroRun(macro=locked, period=period_of(locked, on=today), at=at, by=by)
    _carry_out(run, on=today, confirmed=False)
    audit.record("macro.run", locked, by=by, after={"made": run.made})
    _plan_clients(clients_of(run), at=at)
    return run


@transaction.atomic
def confirm_run(run: MacroRun, *, by: Membership, at: datetime) -> MacroRun:
    """What waited is made, as it would be found now."""
    lock_macro(run.macro)
    locked = _lock_run(run, RunState.WAITING, code="not_waiting")
    locked.by, locked.at = by, at
    _carry_out(locked, on=local_today(bound_firm(), at=at), confirmed=True)
    audit.record("macro.run", locked.macro, by=by, after={"made": locked.made})
    _plan_clients(clients_of(locked), at=at)
    return locked


@transaction.atomic
def discard_run(run: MacroRun, *, by: Membership) -> MacroRun:
    """What waited is not made."""
    locked = _lock_run(run, RunState.WAITING, code="not_waiting")
    locked.state = RunState.DISCARDED
    locked.save(update_fields=["state"])
    audit.record("macro.discarded", locked.macro, by=by)
    return locked


@transaction.atomic
def undo_run(run: MacroRun, *, by: Membership, at: datetime) -> MacroRun:
    """Its appointments go as if they had never been; those that somebody has touched since stay, and are counted."""
    locked = _lock_run(run, RunState.DONE, code="not_done")
    untouched = Appointment.objects.filter(
        macro_items__run=locked, state=AppointmentState.PLANNED, version=1, taken_by__isnull=True
    )
    clients = list(untouched.values_list("client_id", flat=True))
    going = list(untouched.values_list("pk", flat=True))
    MacroItem.objects.filter(run=locked, appointment_id__in=going).delete()
    Appointment.objects.filter(pk__in=going).delete()
    locked.kept, locked.state = locked.made - len(going), RunState.UNDONE
    locked.undone_at, locked.undone_by = at, by
    locked.save(update_fields=["kept", "state", "undone_at", "undone_by"])
    audit.record("macro.run_undone", locked.macro, by=by, after={"removed": len(going), "kept": locked.kept})
    _plan_clients(clients, at=at)
    return locked


def run_due_macros(*, on: date, at: datetime) -> list[int]:
    """The night's part: every macro whose occurrence has come and was not run yet; the clients who got appointments.

    One that cannot be run is written down as refused and stops none of the others. One statement for a firm without.
    """
    given: list[int] = []
    active = Macro.objects.filter(active=True).exclude(rhythm="hand").select_related("search", "type")
    for macro in active.order_by("pk"):
        period = is_due(macro, on=on)
        if period is None or MacroRun.objects.filter(macro=macro, period=period, by_night=True).exists():
            continue
        run = MacroRun(macro=macro, period=period, at=at, by_night=True)
        with translation.override(bound_firm().language):
            _carry_out_safely(run, on=on)
        given += clients_of(run)
    return given


def clients_of(run: MacroRun) -> list[int]:
    """The clients who got an appointment by it."""
    return list(
        Appointment.objects.filter(macro_items__run=run).order_by("client_id").values_list("client_id", flat=True)
    )


def _carry_out_safely(run: MacroRun, *, on: date) -> None:
    try:
        with transaction.atomic():
            _carry_out(run, on=on, confirmed=False)
    except Exception as error:
        logger.exception("The macro %s of firm %s failed.", run.macro_id, run.firm_id)
        run.pk, run.state, run.error = None, RunState.REFUSED, f"{type(error).__name__}: {error}"[:1000]
        run.found = run.made = 0
        run.save(force_insert=True)


def _carry_out(run: MacroRun, *, on: date, confirmed: bool) -> None:
    """Decide and do it; the run says what became of it."""
    macro = run.macro
    try:
        choice = choice_of(macro, on=on, period=run.period)
    except FilterInvalid as invalid:
        _refuse(run, problem_text(invalid))
        return
    if not macro.type.active:
        _refuse(run, _("This type is no longer offered."))
        return
    run.found, run.left_open = choice.found, choice.left_open
    run.left_period, run.left_pause = choice.left_period, choice.left_pause
    if not confirmed and _jumps(macro, choice):
        run.made, run.state = choice.made, RunState.WAITING
        run.save()
        return
    run.state, run.made = RunState.DONE, 0
    run.save()
    run.made = _make(run, clients_chosen(macro, on=on, period=run.period), on=on)
    run.save(update_fields=["made"])


def _refuse(run: MacroRun, why: str) -> None:
    run.state, run.error = RunState.REFUSED, why
    run.save()


def _jumps(macro: Macro, choice: Choice) -> bool:
    """Whether so many are meant that somebody ought to look first."""
    before = last_made(macro)
    is_jump = before is not None and choice.made > max(before * JUMP, FEWEST_FOR_A_JUMP)
    return choice.made > macro.confirm_above or is_jump


def _make(run: MacroRun, chosen: Any, *, on: date) -> int:
    """The appointments and their link to the run, in one statement; how many."""
    columns, constants = _constants(run)
    expressions = {"client_id": "chosen.id", "assignee_id": "chosen.recipient_id::bigint"}
    sql, params = statement_of(chosen.order_by().values("id", "recipient_id", "recipient_note"))
    starts, given = _window(run.macro, bound_firm(), on)
    expressions |= starts | {"company_id": linked_company("chosen.id").replace("%(firm)s", "%s")}
    given["company_id"] = [bound_firm_id()]
    values: list[str] = []
    bound: list[Any] = []
    for column in columns:
        if column == "notes":
            values.append("CASE chosen.recipient_note WHEN %s THEN %s WHEN %s THEN %s WHEN %s THEN %s ELSE '' END")
            bound += [part for note in (NOTE_ADVISOR, NOTE_ME, NOTE_NOBODY) for part in (note, note_text(note))]
        elif column in expressions:
            values.append(expressions[column])
            bound += given.get(column, [])
        else:
            values.append("%s")
            bound.append(constants[column])
    statement = _MAKE.format(chosen=sql, columns=", ".join(columns), values=", ".join(values))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *bound, bound_firm_id(), run.pk])
        made = [pk for (pk,) in cursor.fetchall()]
    note_rows(Appointment, Kind.CREATED, made)
    return len(made)


def _constants(run: MacroRun) -> tuple[list[str], dict[str, object]]:
    """The columns of an appointment, taken from the model so that none is missed, and what all have in common."""
    kind = run.macro.type
    example = Appointment(
        type=kind,
        state=AppointmentState.PLANNED,
        counts=kind.counts_for_cadence,
        origin=AppointmentOrigin.MACRO,
        created_by_id=run.by_id or run.macro.owner_id,
        firm_id=bound_firm_id(),
    )
    columns: list[str] = []
    constants: dict[str, object] = {}
    fields: Any = Appointment._meta.concrete_fields
    for field in fields:
        if field.primary_key:
            continue
        columns.append(field.column)
        constants[field.column] = field.get_db_prep_save(field.pre_save(example, add=True), connection)
    return columns, constants


def _window(macro: Macro, firm: Firm, on: date) -> tuple[dict[str, str], dict[str, Sequence[object]]]:
    """Start and end: the date of the run and so many days, at the macro's time of day on the firm's wall clock."""
    wall = datetime.combine(on + timedelta(days=macro.offset_days), macro.at_time)
    start = "(%s::timestamp AT TIME ZONE %s)"
    length = timedelta(minutes=macro.type.duration_minutes)
    return (
        {"starts_at": start, "ends_at": f"{start} + %s"},
        {"starts_at": [wall, firm.time_zone], "ends_at": [wall, firm.time_zone, length]},
    )


def _plan_clients(client_ids: Sequence[int], *, at: datetime) -> None:
    if len(client_ids) <= MOST_PLANNED_AT_ONCE:
        plan_again(client_ids, at=at)
    else:
        mark_changed(client_ids)


def _lock_run(run: MacroRun, wanted: RunState, *, code: str) -> MacroRun:
    locked: MacroRun = (
        MacroRun.objects.select_for_update(of=("self",)).select_related("macro__search", "macro__type").get(pk=run.pk)
    )
    if locked.state != wanted:
        raise ValidationError(_("This run has been dealt with already."), code=code)
    return locked
