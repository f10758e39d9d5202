"""Claiming a night: one worker for each firm and date, with a lease, a token and a limit to attempts."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from crm import nightly
from scheduling import nights, portions
from scheduling.enums import NightState
from scheduling.models import ClientPlan, NightlyRun
from scheduling.portions import LeaseLost, Night, Portion, fail, portion
from tenants.binding import use_firm
from tenants.models import Firm
from tests.scheduling.world import at, plans, world_of

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2024, 7, 3)
NIGHT = at(DAY, 1, 30)
NO_TIME = timedelta(0)


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """A firm with ten clients met half a year ago, who are to be met four times a year."""
    with use_firm(firm):
        world = world_of(firm)
        clients = world.clients(10)
        world.group(4, clients)
        world.meetings(clients, at(date(2024, 1, 10), 12))
    return firm


def claimed(firm: Firm, day: date = DAY) -> Night:
    night = nights.claim(firm.pk, day, at=NIGHT)
    assert night is not None
    return night


def run_of(firm: Firm, day: date = DAY) -> NightlyRun:
    with use_firm(firm):
        run: NightlyRun = NightlyRun.objects.get(local_date=day)
        return run


def run(work: Sequence[nightly.Work]) -> None:
    """A worker who answers the bell at once."""
    for firm_id, days in work:
        nightly.run_nights(firm_id, days, at=NIGHT)


def plan_count(firm: Firm) -> int:
    with use_firm(firm):
        return ClientPlan.objects.count()


def at_once(work: Callable[[int], Any], times: int = 5) -> list[Any]:
    """Run ``work`` in threads of their own connections, all at the same time."""

    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


def test_a_night_says_what_it_did(busy: Firm) -> None:
    nightly.run_night(claimed(busy))

    run = run_of(busy)
    assert (run.state, run.full, run.clients, run.plans_changed, run.reminders_opened) == ("done", True, 10, 10, 10)
    assert (run.attempts, run.error, run.lease_token) == (0, "", None)
    assert run.seconds is not None


def test_a_finished_night_is_not_claimed_again(busy: Firm) -> None:
    nightly.run_night(claimed(busy))

    assert nights.claim(busy.pk, DAY, at=NIGHT + timedelta(hours=3)) is None


def test_five_workers_at_once_get_one_night_between_them(busy: Firm) -> None:
    found = at_once(lambda _: nights.claim(busy.pk, DAY, at=NIGHT))

    assert len([night for night in found if night is not None]) == 1
    with use_firm(busy):
        assert [run.attempts for run in NightlyRun.objects.all()] == [1]


def test_five_workers_with_five_dates_get_one_night_between_them(busy: Firm) -> None:
    days = [DAY - timedelta(days=number) for number in range(5)]

    found = at_once(lambda number: nights.claim(busy.pk, days[number], at=NIGHT))

    assert len([night for night in found if night is not None]) == 1


def test_five_dispatchers_at_once_run_each_firm_and_date_once(busy: Firm, other_firm: Firm) -> None:
    with use_firm(other_firm):
        world = world_of(other_firm)
        world.clients(3)
    founded_at = at(date(2024, 7, 1), 12)
    for firm in (busy, other_firm):
        with use_firm(firm):
            Firm.objects.update(created_at=founded_at)

    def dispatch(_: int) -> None:
        nightly.dispatch_nights(at=NIGHT, ring=run)

    at_once(dispatch)
    dispatch(0)

    for firm in (busy, other_firm):
        with use_firm(firm):
            runs = list(NightlyRun.objects.order_by("local_date"))
            assert [(run.local_date, run.state) for run in runs] == [
                (date(2024, 7, day), NightState.DONE) for day in (1, 2, 3)
            ]
            assert [run.plans_changed for run in runs[1:]] == [0, 0]


def test_a_clock_that_jumps_runs_no_date_twice_and_leaves_none_out(busy: Firm) -> None:
    with use_firm(busy):
        Firm.objects.update(created_at=at(date(2024, 7, 1), 12))
    done: list[date] = []

    for jump in (0, -1, 1, -24, 0, 2):
        now = NIGHT + timedelta(hours=jump)

        def work_through(work: Sequence[nightly.Work], now: datetime = now) -> None:
            for firm_id, days in work:
                done.extend(days)
                nightly.run_nights(firm_id, days, at=now)

        nightly.dispatch_nights(at=now, ring=work_through)

    assert done == [date(2024, 7, day) for day in (1, 2, 3)]
    with use_firm(busy):
        assert not NightlyRun.objects.exclude(state=NightState.DONE).exists()


def test_a_lease_that_ran_out_is_taken_over_and_the_paused_worker_writes_nothing(
    busy: Firm, settings: Settings
) -> None:
    settings.NIGHT_LEASE = NO_TIME
    paused = claimed(busy)
    second = claimed(busy)
    assert second.token != paused.token

    nightly.run_night(paused)

    assert plan_count(busy) == 0
    assert run_of(busy).state == NightState.RUNNING
    nightly.run_night(second)
    assert (plan_count(busy), run_of(busy).state) == (10, NightState.DONE)


def test_a_worker_paused_between_two_steps_writes_nothing_more(busy: Firm, settings: Settings) -> None:
    paused = claimed(busy)
    with portion(paused, "work_list"):
        pass
    with use_firm(busy):
        NightlyRun.objects.update(lease_until=NIGHT)
    nightly.run_night(claimed(busy))
    before = run_of(busy)

    with pytest.raises(LeaseLost), portion(paused, "plan") as work:
        work.add(plans_changed=99)
    with pytest.raises(LeaseLost), portion(paused, "reminders", is_last=True):
        pass
    fail(paused, RuntimeError("too late"))

    after = run_of(busy)
    assert (after.plans_changed, after.state, after.error, after.finished_at) == (
        before.plans_changed,
        NightState.DONE,
        "",
        before.finished_at,
    )


def test_while_a_step_is_under_way_its_night_cannot_be_taken_even_past_the_lease(
    busy: Firm, settings: Settings
) -> None:
    settings.NIGHT_LEASE = NO_TIME
    night = claimed(busy)

    with portion(night, "plan"):
        assert at_once(lambda _: nights.claim(busy.pk, DAY, at=NIGHT), times=1) == [None]

    assert nights.claim(busy.pk, DAY, at=NIGHT) is not None


def test_the_next_attempt_goes_on_after_the_last_finished_step_as_of_the_same_moment(
    busy: Firm, settings: Settings
) -> None:
    settings.NIGHT_LEASE = NO_TIME
    first = claimed(busy)
    with portion(first, "work_list"):
        pass

    second = nights.claim(busy.pk, DAY, at=NIGHT + timedelta(hours=5))

    assert second is not None
    assert (second.step, second.moment.now, second.full) == ("work_list", NIGHT, True)
    assert run_of(busy).attempts == 1


def test_a_night_that_kills_its_workers_is_given_up(busy: Firm, settings: Settings) -> None:
    settings.NIGHT_LEASE = NO_TIME
    for _ in range(nights.MOST_LOST_WORKERS):
        claimed(busy)

    assert nights.claim(busy.pk, DAY, at=NIGHT) is None
    assert (run_of(busy).state, run_of(busy).error) == (NightState.DEAD, "Too many workers were lost.")


def test_a_night_that_fails_is_tried_again_and_given_up_at_last(
    busy: Firm, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NIGHT_RETRY = NO_TIME

    def poison(night: Night, portion: Portion) -> None:
        raise ValueError("poisoned")

    monkeypatch.setattr(nightly, "STEPS", (*nightly.STEPS[:2], nightly.Step("plan", poison)))
    states = []
    for _ in range(portions.MOST_FAILURES):
        nightly.run_night(claimed(busy))
        states.append(run_of(busy).state)

    assert states == ["failed", "failed", "dead"]
    assert run_of(busy).error == "ValueError: poisoned"
    assert nights.claim(busy.pk, DAY, at=NIGHT) is None


def test_a_failed_night_waits_before_its_next_attempt(busy: Firm, settings: Settings) -> None:
    settings.NIGHT_RETRY = timedelta(minutes=5)
    fail(claimed(busy), ValueError("once"))

    assert nights.claim(busy.pk, DAY, at=NIGHT) is None


def test_the_night_after_one_that_was_given_up_looks_at_everybody(busy: Firm, settings: Settings) -> None:
    nightly.run_night(claimed(busy))
    settings.NIGHT_LEASE = NO_TIME
    for _ in range(nights.MOST_LOST_WORKERS):
        claimed(busy, DAY + timedelta(days=1))
    assert nights.claim(busy.pk, DAY + timedelta(days=1), at=NIGHT) is None

    night = nights.claim(busy.pk, DAY + timedelta(days=2), at=NIGHT + timedelta(days=2))

    assert night is not None
    assert night.full


def test_a_second_night_builds_on_the_first_and_changes_nothing(busy: Firm) -> None:
    nightly.run_night(claimed(busy))
    with use_firm(busy):
        before = plans()

    second = nights.claim(busy.pk, DAY + timedelta(days=1), at=NIGHT + timedelta(days=1))
    assert second is not None
    assert (second.full, second.since) == (False, NIGHT)
    nightly.run_night(second)

    run = run_of(busy, DAY + timedelta(days=1))
    assert (run.state, run.plans_changed, run.reminders_opened, run.reminders_closed) == ("done", 0, 0, 0)
    with use_firm(busy):
        assert plans() == before


def test_another_notice_zone_or_year_calls_for_everybody(busy: Firm) -> None:
    nightly.run_night(claimed(busy))
    with use_firm(busy):
        world = world_of(busy)
        world.check.lead_days = 14
        world.check.save()

    night = nights.claim(busy.pk, DAY + timedelta(days=1), at=NIGHT + timedelta(days=1))

    assert night is not None
    assert night.full
    nightly.run_night(night)
    new_year = date(2025, 1, 1)
    assert nights.claim(busy.pk, new_year, at=at(new_year)).full  # type: ignore[union-attr]


def test_a_night_asked_for_again_reports_no_change(busy: Firm) -> None:
    nightly.run_night(claimed(busy))

    run = nightly.run_now(busy.pk, DAY, at=NIGHT)

    assert (run.state, run.full, run.clients, run.plans_changed) == ("done", True, 10, 0)
    assert (run.reminders_opened, run.reminders_closed, run.members_changed) == (0, 0, 0)


def test_a_night_asked_for_waits_for_a_worker_and_is_rung_again_until_one_takes_it(busy: Firm) -> None:
    with use_firm(busy):
        nights.request_night(DAY, by=None)
    rung: list[nightly.Work] = []

    nightly.resume_nights(at=NIGHT, ring=rung.extend)
    assert rung == [(busy.pk, [DAY])]
    nightly.run_nights(busy.pk, [DAY], at=NIGHT)
    rung.clear()
    nightly.resume_nights(at=NIGHT, ring=rung.extend)

    assert (rung, run_of(busy).state) == ([], NightState.DONE)


def test_a_night_that_runs_cannot_be_asked_for(busy: Firm) -> None:
    claimed(busy)

    with use_firm(busy):
        assert nights.request_night(DAY, by=None) is None


def test_a_firm_with_poisoned_data_stops_none_of_the_others(busy: Firm, other_firm: Firm) -> None:
    with use_firm(other_firm):
        world_of(other_firm).clients(3)
        # A moment past the last date that Python knows, and a zone that nobody knows.
        Firm.objects.update(time_zone="Nowhere/Land")
    with use_firm(busy):
        Firm.objects.update(created_at=NIGHT)

    nightly.dispatch_nights(at=NIGHT, ring=run)

    assert run_of(busy).state == NightState.DONE
    assert plan_count(other_firm) == 0


def test_the_largest_firms_are_rung_for_alone_and_the_small_ones_together() -> None:
    due: list[nightly.Work] = [(number, [DAY]) for number in range(nightly.ALONE + 2 * nightly.TOGETHER + 1)]
    rung: list[Sequence[nightly.Work]] = []

    nightly.deal(due, rung.append)

    assert [len(work) for work in rung] == [1] * nightly.ALONE + [nightly.TOGETHER, nightly.TOGETHER, 1]
    assert [one for work in rung for one in work] == due
