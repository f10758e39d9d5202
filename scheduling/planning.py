"""The cadence plan, set-based: for a firm, for the night's work list or for a few clients, by the same SQL.

The arithmetic is that of ``scheduling.cadence``; here it runs where the rows are (architecture.md section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from clients.planner import hashed_joins
from clients.worklist import EVERYBODY, Selection, selection
from scheduling import reminding
from scheduling.batch import Batch, Moment, given_by, planning_check
from scheduling.statements import ADD_TIMELY, COUNT_PLANS, WRITE_PLANS
from tenants.binding import bound_firm
from tenants.models import Firm

# Raise it whenever the same facts are to give another plan: every firm's next night is then a full one.
REVISION = 1


def recompute_firm(firm: Firm, *, at: datetime, full: bool = True) -> int:
    """Plan and reminders of every client of the bound firm, or of the work list; how many rows were written."""
    batch = Batch(Moment.at(firm, at), EVERYBODY if full else selection())
    with hashed_joins():
        return write_plans(batch) + reminding.update_reminders(batch).written


def recompute_clients(client_ids: Sequence[int], *, at: datetime) -> None:
    """Plan and reminders of these clients, in the caller's transaction (REL-31): six statements, however many."""
    if client_ids:
        batch = Batch(Moment.at(bound_firm(), at), Selection(client_ids))
        with hashed_joins():
            write_plans(batch)
            reminding.update_reminders(batch)


def write_plans(batch: Batch) -> int:
    """Bring the stored plans up to date; how many rows were written, only those that changed."""
    return batch.count(WRITE_PLANS)


def count_plans(batch: Batch) -> int:
    """How many clients have a plan: all that the firm serves."""
    return batch.count(COUNT_PLANS)


def claim_timely(moment: Moment, *, since: datetime, since_day: date) -> None:
    """Put on the work list what time alone has made due since the last night."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_TIMELY, given_by(moment) | {"since": since, "since_day": since_day})


def basis(moment: Moment) -> str:
    """What every plan of the firm rests on besides its clients; when it is not last night's, all are recomputed."""
    check = planning_check()
    return f"{REVISION} {moment.today.year} {moment.firm.time_zone} {check.lead_days if check else 'off'}"
