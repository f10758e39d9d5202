"""Real PostgreSQL and a real Redis-compatible server without installing any: what `make demo` and `make test` run on.

`DATABASE_URL` and `REDIS_URL` in the environment win: then nothing is started here.
"""

import atexit
import os
import signal
import sys
import threading
from types import FrameType

from crm.local.account import PartsError
from crm.local.cluster import Cluster

__all__ = ["BENCH", "DEMO", "TEST", "Cluster", "PartsError", "ensure_running", "stop"]

DEMO = Cluster("demo", durable=True)
# A test's rows are never committed. Autovacuum that comes by meanwhile writes down that their tables are empty, and
# what is planned next reads 45,000 rows for each of 45,000; without it the planner goes by the size of the tables.
TEST = Cluster("test", durable=False, settings={"autovacuum": "off"})
# The bench tidies by itself, so that nothing disturbs what it measures.
BENCH = Cluster("bench", durable=False, settings={"autovacuum": "off", "shared_buffers": "1GB", "max_wal_size": "8GB"})


def ensure_running(cluster: Cluster = DEMO) -> None:
    """Start the parts that the environment does not name, and name them there.

    They stay up while any process that called this lives; the last one to end stops them.
    """
    database, redis = "DATABASE_URL" not in os.environ, "REDIS_URL" not in os.environ
    if not (database or redis):
        return
    _leave_tidily(cluster)
    cluster.hold(database=database, redis=redis)
    if database:
        os.environ["DATABASE_URL"] = cluster.postgres.url("cadenza_app")
        os.environ.setdefault("SECRET_KEY", cluster.secret_key())
        os.environ.setdefault("MIGRATION_DATABASE_URL", cluster.postgres.url("cadenza_migrator"))
    if redis:
        os.environ["REDIS_URL"] = cluster.valkey.url()


def stop(cluster: Cluster = DEMO) -> None:
    """Stop the parts at once, even when another process uses them."""
    cluster.stop()


def _leave_tidily(cluster: Cluster) -> None:
    """Release at exit, also when a supervisor or the terminal ends us (by default that skips every exit handler)."""
    atexit.register(cluster.release)
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _exit)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
