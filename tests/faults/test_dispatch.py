"""Beat, broker and two workers as they run in production; the broker is killed and emptied under them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from crm import onboarding
from scheduling import nights
from scheduling.due_nights import firms_with_work_due
from scheduling.models import ClientPlan, NightlyRun
from tenants.binding import bound_firm, local_today, use_firm
from tenants.models import Firm
from tests.faults.broker import Broker, running, wait_for
from tests.scheduling.world import world_of

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
# Everything that takes minutes in production takes seconds here.
HURRIED = {
    "NIGHT_DISPATCH_SECONDS": "1",
    "NIGHT_RESUME_SECONDS": "1",
    "NIGHT_LEASE_SECONDS": "3",
    "NIGHT_RETRY_SECONDS": "1",
}


@contextmanager
def celery(broker: Broker, log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery process with its children, killed at the end."""
    environment = {**os.environ, **HURRIED, "REDIS_URL": broker.url, "DJANGO_SETTINGS_MODULE": "crm.settings"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "crm", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """With -9, and its children with it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def a_firm(slug: str) -> Firm:
    """Founded two days ago, with five clients: three nights are due."""
    firm = onboarding.create_firm(name=slug, slug=slug)
    with use_firm(firm):
        Firm.objects.update(created_at=timezone.now() - timedelta(days=2))
        world = world_of(firm)
        clients = world.clients(5)
        world.group(4, clients)
        world.meetings(clients, timezone.now() - timedelta(days=200))
    return firm


def is_up_to_date(firm: Firm) -> bool:
    """Every night that is due was run, and its rows are there."""
    with use_firm(firm):
        done = NightlyRun.objects.filter(state="done").count()
        waiting = NightlyRun.objects.exclude(state="done").exists()
        work = next(work for work in firms_with_work_due(timezone.now()) if work.firm_id == firm.pk)
        return done >= 2 and not waiting and not work.nights(timezone.now()) and ClientPlan.objects.count() == 5


def test_what_is_due_gets_done_whatever_happens_to_the_broker_and_to_a_worker(tmp_path: Path) -> None:
    worker = ["worker", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = ["beat", "--schedule", str(tmp_path / "schedule"), "--pidfile", "", "--max-interval", "1"]
    with (
        running() as broker,
        celery(broker, tmp_path / "one.log", *worker, "--hostname", "one@%h") as one,
        celery(broker, tmp_path / "two.log", *worker, "--hostname", "two@%h"),
        celery(broker, tmp_path / "beat.log", *beat),
    ):
        first = a_firm("first")
        wait_for(lambda: is_up_to_date(first), "the first firm's nights")

        broker.kill()
        second = a_firm("second")
        with use_firm(first):
            asked = nights.request_night(local_today(bound_firm()), by=None)
        assert asked is not None
        time.sleep(2)
        assert not is_up_to_date(second)
        broker.start()
        wait_for(lambda: is_up_to_date(second), "the second firm's nights")
        wait_for(lambda: is_up_to_date(first), "the night that was asked for while the broker was away")

        kill(one)
        third = a_firm("third")
        wait_for(lambda: is_up_to_date(third), "the third firm's nights")

        later = [_while_it(broker.full, "full"), _while_it(broker.hung, "hung")]

    for firm in (first, second, third, *later):
        with use_firm(firm):
            dates = list(NightlyRun.objects.order_by("local_date").values_list("local_date", flat=True))
            assert dates == [dates[0] + timedelta(days=number) for number in range(len(dates))]
            assert not NightlyRun.objects.exclude(failures=0, error="").exists()


def _while_it(fails: Callable[[], AbstractContextManager[None]], how: str) -> Firm:
    """Nobody hears the bell of a firm whose nights come due now; afterwards they are run (F7)."""
    with fails():
        firm = a_firm(how)
        time.sleep(2)
        assert not is_up_to_date(firm)
    wait_for(lambda: is_up_to_date(firm), f"the nights of the firm while the broker was {how}")
    return firm
