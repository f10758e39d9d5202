"""The night: its order, written once, and how it is run (architecture.md section 4)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import DataError, ProgrammingError

from clients import worklist
from clients.worklist import WorkList
from communications.retention import purge_mails
from groups import membership
from outcomes.models import Parameters
from outcomes.services.points_mail import post_points_mail
from outcomes.services.tallies import settle_tallies, verify_tallies
from portfolios.nights import hand_over, refresh_scores
from scheduling import checking, nights, planning, portions, reminding, services
from scheduling.batch import Batch
from scheduling.due_nights import firms_with_work_due
from scheduling.enums import REMINDER_MAIL, NightState
from scheduling.models import NightlyRun
from scheduling.portions import LeaseLost, Night, Portion
from tenants import prepared
from tenants.binding import bound_firm, bound_firm_id, local_today, use_firm

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the work: harmless when it is repeated, and without a statement where it has nothing to do.

    ``asks``, in SQL, says whether the firm has anything for it: asked for all steps of a transaction at once, since
    most firms have nothing for most of them.
    """

    name: str
    work: Callable[[Night, Portion], None]
    is_needed: Callable[[Night], bool] = lambda night: True
    asks: str = ""


def run_night(night: Night) -> bool:
    """Run the steps that are left, those of a small firm in one transaction; whether the night is over.

    An error is kept with the night, not raised.
    """
    names = [step.name for step in STEPS]
    left = STEPS[names.index(night.step) + 1 :] if night.step in names else STEPS
    needed = [step for step in left if step.is_needed(night)]
    try:
        for steps in [needed] if night.is_small else [[step] for step in needed]:
            _run_or_retry(night, steps, is_last=steps[-1] is needed[-1])
    except LeaseLost:
        logger.warning("The night of %s of firm %s is somebody else's now.", night.moment.today, night.firm.pk)
    except Exception as error:
        logger.exception("The night of %s of firm %s failed.", night.moment.today, night.firm.pk)
        portions.fail(night, error)
    else:
        return True
    return False


def _run_or_retry(night: Night, steps: Sequence[Step], *, is_last: bool) -> None:
    """What the database refuses to evaluate ends the transaction: once more, with each group's filter by itself."""
    try:
        _run(night, steps, is_last=is_last)
    except (DataError, ProgrammingError):
        _run(night, steps, is_last=is_last, careful=True)


def _run(night: Night, steps: Sequence[Step], *, is_last: bool, careful: bool = False) -> None:
    logger.debug("step %s", "lease")
    names = [step.name for step in steps]
    with portions.portion(night, *names, is_last=is_last, careful=careful) as portion:
        for step in _asked(steps):
            logger.debug("step %s", step.name)
            step.work(night, portion)
        logger.debug("step %s", "finish" if is_last else "commit")


def _asked(steps: Sequence[Step]) -> Sequence[Step]:
    """Those of the steps for which the bound firm has something."""
    asking = [step for step in steps if step.asks]
    if not asking:
        return steps
    text = "SELECT " + ", ".join(step.asks for step in asking)
    answers = prepared.fetch_one(text, {"firm": bound_firm_id()})
    idle = [step for step, answer in zip(asking, answers, strict=True) if not answer]
    return [step for step in steps if step not in idle]


# The nights of one firm: its id, and the dates.
Work = tuple[int, list[date]]
Ring = Callable[[Sequence[Work]], None]

# The largest firms each have a message of their own, so that they are dealt first and to different workers; of the many
# small ones, whose nights cost less than a message, several share one.
ALONE = 25
TOGETHER = 20


def dispatch_nights(*, at: datetime, ring: Ring) -> None:
    """Ring for every firm that has a night to run; a firm with a fault of its own stops none of the others."""
    due: list[Work] = []
    for firm in firms_with_work_due(at):
        try:
            days = firm.nights(at)
        except (ValueError, KeyError, OverflowError):
            logger.exception("The nights of firm %s cannot be reckoned.", firm.firm_id)
            continue
        if days:
            due.append((firm.firm_id, days))
    deal(due, ring)


def resume_nights(*, at: datetime, ring: Ring) -> None:
    """Ring again for nights that wait: their message was lost, or their worker; each alone, it may be his fault."""
    for firm in firms_with_work_due(at):
        if firm.waiting:
            ring([(firm.firm_id, list(firm.waiting))])


def deal(due: Sequence[Work], ring: Ring) -> None:
    """The nights of many firms, the largest first, in as many messages as are worth their cost."""
    for work in due[:ALONE]:
        ring([work])
    for start in range(ALONE, len(due), TOGETHER):
        ring(due[start : start + TOGETHER])


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


def _gather(night: Night, portion: Portion) -> None:
    """The work list: what services marked, and what time alone has made due since the night before."""
    if night.since is None:
        worklist.forget_changed()
        return
    since_day = local_today(night.firm, at=night.since)
    planning.gather(portion.listed, night.moment, since=night.since, since_day=since_day)


def _hand_over(night: Night, portion: Portion) -> None:
    """Portfolios and subjects whose handover was planned for this day."""
    hand_over(today=night.moment.today, at=night.moment.now, listed=portion.listed)


def _refresh_scores(night: Night, portion: Portion) -> None:
    portion.add(scores_changed=refresh_scores(today=night.moment.today, listed=portion.listed))


def _refresh_membership(night: Night, portion: Portion) -> None:
    portion.add(members_changed=_refresh(night, portion, portion.listed))


def _run_macros(night: Night, portion: Portion) -> None:
    """The appointments that macros plan; whoever gets one is looked at by this night."""
    portion.listed.add(services.run_due_macros(on=night.moment.today, at=night.moment.now))


def _go_on_with_series(night: Night, portion: Portion) -> None:
    """The next occurrences of appointments that repeat; whose they are is looked at by this night."""
    portion.listed.add(services.go_on_with_series(at=night.moment.now))


def _write_plans(night: Night, portion: Portion) -> None:
    """The plans, and the groups that read them."""
    portion.add(plans_changed=planning.write_plans(portion.batch()))
    portion.add(members_changed=_refresh(night, portion, portion.listed, after_plan=True))


def _refresh(night: Night, portion: Portion, listed: WorkList, *, after_plan: bool = False) -> int:
    return membership.refresh(
        portion.groups(), today=night.moment.today, listed=listed, after_plan=after_plan, careful=portion.careful
    )


def _update_reminders(night: Night, portion: Portion) -> None:
    written = reminding.update_reminders(portion.batch())
    portion.add(reminders_opened=written.opened, reminders_closed=written.closed)


def _refresh_checks(night: Night, portion: Portion) -> None:
    """The reminders of the checks on fields (REL-46), after everything that they may ask for."""
    written = checking.refresh_checks(night.moment, portion.listed, careful=portion.careful)
    portion.add(reminders_opened=written.opened, reminders_closed=written.closed)


def _expire_charges(night: Night, portion: Portion) -> None:
    """Presa in carico that was kept for too long (O-29)."""
    days = Parameters.objects.values_list("charge_days", flat=True).first()
    services.expire_charges(days=days, at=night.moment.now)


def _post_digests(night: Night, portion: Portion) -> None:
    """Last week's points to whoever is to have them (IFY-46), once a week; it leaves through the outbox."""
    post_points_mail(on=night.moment.today, at=night.moment.now)


def _post_reminder_mails(night: Night, portion: Portion) -> None:
    """The day's reminders to whoever asked for them, through the outbox; a night that is caught up is of no day."""
    if not night.moment.is_past:
        services.post_reminder_mails(on=night.moment.today, at=night.moment.now)


def _settle_tallies(night: Night, portion: Portion) -> None:
    """The points of the days that are over, one row for each operator and type."""
    settle_tallies()


def _purge_mail(night: Night, portion: Portion) -> None:
    """What the outbox need not keep any longer."""
    purge_mails(at=night.moment.now)


def _verify(night: Night, portion: Portion) -> None:
    """The weekly full recompute: it must find nothing to repair, and says so when it does."""
    everybody, batch = WorkList(), Batch(night.moment)
    repaired = refresh_scores(today=night.moment.today, listed=everybody) + membership.drop_strays()
    repaired += _refresh(night, portion, everybody)
    repaired += planning.write_plans(batch) + _refresh(night, portion, everybody, after_plan=True)
    repaired += reminding.update_reminders(batch).written + verify_tallies()
    repaired += checking.refresh_checks(night.moment, everybody).written
    portion.add(repaired=repaired)
    if repaired:
        logger.error("The verification of firm %s on %s mended %s rows.", night.firm.pk, night.moment.today, repaired)


_HAS_HANDOVERS = "EXISTS (SELECT FROM portfolios_plannedhandover WHERE firm_id = %(firm)s AND state = 'waiting')"
_HAS_SCORES = """EXISTS (
    SELECT FROM portfolios_typology
    WHERE firm_id = %(firm)s AND active AND (is_automatic OR changed_at IS NOT NULL)
)"""
_HAS_MACROS = "EXISTS (SELECT FROM scheduling_macro WHERE firm_id = %(firm)s AND active AND rhythm <> 'hand')"
_HAS_SERIES = "EXISTS (SELECT FROM scheduling_series WHERE firm_id = %(firm)s AND next_at IS NOT NULL)"
_HAS_CHECKS = """EXISTS (
    SELECT FROM scheduling_check WHERE firm_id = %(firm)s AND kind = 'field' AND (active OR changed_at IS NOT NULL)
)"""
_HAS_CHARGES = "EXISTS (SELECT FROM outcomes_parameters WHERE firm_id = %(firm)s AND charge_days > 0)"
_HAS_OLD_MAIL = f"""EXISTS (
    SELECT FROM communications_outgoingmail
    WHERE firm_id = %(firm)s AND posted_at < now() - interval '{settings.MAIL_KEPT.days} days'
)"""
_HAS_TALLIES = "EXISTS (SELECT FROM outcomes_pointstally WHERE firm_id = %(firm)s AND NOT settled)"
_HAS_READERS = f"""EXISTS (
    SELECT FROM tenants_membership WHERE firm_id = %(firm)s AND is_active AND preferences ? '{REMINDER_MAIL}'
)"""
_HAS_DIGESTS = "EXISTS (SELECT FROM outcomes_pointsmail WHERE firm_id = %(firm)s AND automatic AND addresses <> '[]')"

STEPS = (
    Step("work_list", _gather),
    Step("handovers", _hand_over, asks=_HAS_HANDOVERS),
    Step("scores", _refresh_scores, asks=_HAS_SCORES),
    Step("membership", _refresh_membership),
    Step("macros", _run_macros, asks=_HAS_MACROS),
    Step("series", _go_on_with_series, asks=_HAS_SERIES),
    Step("plan", _write_plans),
    Step("reminders", _update_reminders),
    Step("checks", _refresh_checks, asks=_HAS_CHECKS),
    Step("charges", _expire_charges, asks=_HAS_CHARGES),
    Step("digests", _post_digests, asks=_HAS_DIGESTS),
    Step("reminder_mail", _post_reminder_mails, asks=_HAS_READERS),
    Step("tallies", _settle_tallies, asks=_HAS_TALLIES),
    Step("mail", _purge_mail, asks=_HAS_OLD_MAIL),
    Step("verification", _verify, lambda night: night.verifies),
)
