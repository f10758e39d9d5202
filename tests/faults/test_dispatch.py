"""Beat, broker and two workers as they run in production; the broker is killed and emptied under them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.utils import timezone

from crm import onboarding
from crm.local.valkey import server_binary
from scheduling import nights
from scheduling.due_nights import firms_with_work_due
from scheduling.models import ClientPlan, NightlyRun
from tenants.binding import bound_firm, local_today, use_firm
from tenants.models import Firm
from tests.scheduling.world import world_of

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
# Everything that takes minutes in production takes seconds here.
HURRIED = {
    "NIGHT_DISPATCH_SECONDS": "1",
    "NIGHT_RESUME_SECONDS": "1",
    "NIGHT_LEASE_SECONDS": "3",
    "NIGHT_RETRY_SECONDS": "1",
}


class Broker:
    """A Redis-compatible server of this test alone, that forgets everything when it dies."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [str(server_binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        wait_for(self.answers, "the broker")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.2)


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
    broker = Broker()
    broker.start()
    worker = ["worker", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = ["beat", "--schedule", str(tmp_path / "schedule"), "--pidfile", "", "--max-interval", "1"]
    with (
        celery(broker, tmp_path / "one.log", *worker, "--hostname", "one@%h") as one,
        celery(broker, tmp_path / "two.log", *worker, "--hostname", "two@%h"),
        celery(broker, tmp_path / "beat.log", *beat),
    ):
        try:
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
        finally:
            broker.kill()

    for firm in (first, second, third):
        with use_firm(firm):
            dates = list(NightlyRun.objects.order_by("local_date").values_list("local_date", flat=True))
            assert dates == [dates[0] + timedelta(days=number) for number in range(len(dates))]
            assert not NightlyRun.objects.exclude(failures=0, error="").exists()
