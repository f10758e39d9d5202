"""The night: its order, written once, and how it is run (architecture.md section 4)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from clients import worklist
from clients.worklist import EVERYBODY, Selection
from groups import membership
from scheduling import nights, planning, reminding
from scheduling.batch import Batch
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from scheduling.nights import Night, Tally
from tenants.binding import bound_firm, local_today, use_firm

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    work: Callable[[Night, Tally], None]
    is_needed: Callable[[Night], bool] = lambda night: True


def run_night(night: Night) -> bool:
    """Run the steps that are left, each in a transaction of its own; whether the night is over.

    An error is kept with the night, not raised.
    """
    names = [step.name for step in STEPS]
    left = STEPS[names.index(night.step) + 1 :] if night.step in names else STEPS
    try:
        for step in left:
            if step.is_needed(night):
                with nights.step(night, step.name) as tally:
                    step.work(night, tally)
        nights.finish(night)
    except nights.LeaseLost:
        logger.warning("The night of %s of firm %s is somebody else's now.", night.moment.today, night.firm.pk)
    except Exception as error:
        logger.exception("The night of %s of firm %s failed.", night.moment.today, night.firm.pk)
        nights.fail(night, error)
    else:
        return True
    return False


Ring = Callable[[int, list[date]], None]


def dispatch_nights(*, at: datetime, ring: Ring) -> None:
    """Ring for every firm that has a night to run; a firm with a fault of its own stops none of the others."""
    for firm in nights.firms_with_work_due(at):
        try:
            days = firm.nights(at)
        except (ValueError, KeyError, OverflowError):
            logger.exception("The nights of firm %s cannot be reckoned.", firm.firm_id)
            continue
        if days:
            ring(firm.firm_id, days)


def resume_nights(*, at: datetime, ring: Ring) -> None:
    """Ring again for nights that wait: their message was lost, or their worker."""
    for firm in nights.firms_with_work_due(at):
        if firm.waiting:
            ring(firm.firm_id, list(firm.waiting))


def run_nights(firm_id: int, days: Iterable[date], *, at: datetime) -> None:
    """The nights of one firm, oldest first; one that is not over stops those after it."""
    for day in sorted(days):
        night = nights.claim(firm_id, day, at=at)
        is_over = run_night(night) if night is not None else _is_over(firm_id, day)
        if not is_over:
            return


def run_now(firm_id: int, day: date | None, *, at: datetime) -> NightlyRun:
    """The full night of ``day`` (default: today) of one firm, in this process, even if it is over."""
    with use_firm(firm_id):
        wanted = day or local_today(bound_firm(), at=at)
        nights.request_night(wanted, by=None)
    night = nights.claim(firm_id, wanted, at=at)
    if night is not None:
        run_night(night)
    with use_firm(firm_id):
        run: NightlyRun = NightlyRun.objects.select_related("firm").get(local_date=wanted)
        return run


def _is_over(firm_id: int, day: date) -> bool:
    with use_firm(firm_id):
        return NightlyRun.objects.filter(local_date=day, state__in=[NightState.DONE, NightState.DEAD]).exists()


def _selection(night: Night) -> Selection:
    return EVERYBODY if night.full else worklist.selection()


def _gather(night: Night, tally: Tally) -> None:
    """The work list: what services marked, and what time alone has made due since the night before."""
    if night.since is None:
        worklist.drop_changed()
        worklist.clear()
        return
    worklist.claim_changed()
    planning.claim_timely(night.moment, since=night.since, since_day=local_today(night.firm, at=night.since))


def _refresh_membership(night: Night, tally: Tally) -> None:
    tally.add(members_changed=membership.refresh(today=night.moment.today, full=night.full))


def _write_plans(night: Night, tally: Tally) -> None:
    """The plans, and the groups that read them."""
    batch = Batch(night.moment, _selection(night))
    tally.add(plans_changed=planning.write_plans(batch), clients=planning.count_plans(batch))
    tally.add(members_changed=membership.refresh(today=night.moment.today, full=night.full, after_plan=True))


def _update_reminders(night: Night, tally: Tally) -> None:
    written = reminding.update_reminders(Batch(night.moment, _selection(night)))
    tally.add(reminders_opened=written.opened, reminders_closed=written.closed)


def _verify(night: Night, tally: Tally) -> None:
    """The weekly full recompute: it must find nothing to repair, and says so when it does."""
    today, everybody = night.moment.today, Batch(night.moment)
    repaired = membership.refresh(today=today, full=True) + planning.write_plans(everybody)
    repaired += membership.refresh(today=today, full=True, after_plan=True)
    repaired += reminding.update_reminders(everybody).written
    tally.add(repaired=repaired)
    if repaired:
        logger.error("The verification of firm %s on %s mended %s rows.", night.firm.pk, today, repaired)


STEPS = (
    Step("work_list", _gather),
    Step("membership", _refresh_membership),
    Step("plan", _write_plans),
    Step("reminders", _update_reminders),
    Step("verification", _verify, lambda night: night.verifies),
)
