"""The cadence plan, set-based: for a firm, for the night's work list or for a few clients, by the same SQL.

The arithmetic is that of ``scheduling.cadence``; here it runs where the rows are (architecture.md section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from clients.planner import LOOPED
from clients.worklist import Selection, WorkList
from scheduling import checking, reminding
from scheduling.batch import Batch, Moment, PlanningCheck, given_by, stored_cadence
from scheduling.statements import DROP_PLANS, TIMELY, WRITE_PLANS
from tenants.binding import bound_firm
from tenants.models import Firm

# Raise it whenever the same facts are to give another plan: every firm's next night is then a full one.
REVISION = 1


def recompute_firm(firm: Firm, *, at: datetime) -> int:
    """Plan and reminders of every client of the bound firm; how many rows were written."""
    batch = Batch(Moment.at(firm, at))
    return write_plans(batch) + reminding.update_reminders(batch).written


def recompute_clients(client_ids: Sequence[int], *, at: datetime) -> None:
    """Plan and reminders of these clients, in the caller's transaction (REL-31): five statements, however many.

    Two more where the firm has checks on fields.
    """
    if client_ids:
        cadence = stored_cadence()
        batch = Batch(Moment.at(bound_firm(), at), Selection(client_ids), cadence)
        write_plans(batch)
        reminding.update_reminders(batch)
        if cadence.has_checks:
            checking.check_clients(client_ids, at=at)
        with connection.cursor() as cursor:
            cursor.execute(LOOPED)


def write_plans(batch: Batch) -> int:
    """Bring the stored plans up to date; how many rows were written, only those that changed."""
    written, gone = batch.fetch(WRITE_PLANS)
    return int(written) + (batch.execute(DROP_PLANS) if gone else 0)


def gather(listed: WorkList, moment: Moment, *, since: datetime, since_day: date) -> None:
    """Put on the work list what services marked, and what time alone has made due since the last night."""
    listed.take_changed(TIMELY, given_by(moment) | {"since": since, "since_day": since_day})


def basis(moment: Moment, check: PlanningCheck | None) -> str:
    """What every plan of the firm rests on besides its clients; when it is not last night's, all are recomputed."""
    lead = "off" if check is None else check.lead_days
    return f"{REVISION} {moment.today.year} {moment.firm.time_zone} {lead}"
