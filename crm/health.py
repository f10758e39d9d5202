"""Whether the process lives, whether everything that it needs answers, how much there is to do, and whom to tell."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from secrets import compare_digest

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from redis import Redis

from communications.outbox import firms_with_mail_due
from scheduling.due_nights import firms_with_work_due
from tenants.requests import public

logger = logging.getLogger(__name__)

PATIENCE = 2.0
ARCHIVED = """
SELECT failed_count, coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)::int,
       extract(epoch FROM now() - coalesce(last_archived_time, pg_postmaster_start_time()))
FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off'
"""
SECURITY_TEXT = timedelta(days=90)


@transaction.non_atomic_requests
@public
def process(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@transaction.non_atomic_requests
@public
def ready(request: HttpRequest) -> JsonResponse:
    """503 where something does not answer, and what; nothing of what it said (api.md, Health)."""
    found = {name: _holds(check) for name, check in CHECKS.items()}
    is_ready = all(found.values())
    parts = {name: "ok" if holds else "failed" for name, holds in found.items()}
    return JsonResponse({"status": "ok" if is_ready else "failed", **parts}, status=200 if is_ready else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, with the token of the installation; without one there is nothing at this address."""
    wanted, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if not wanted or not compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        raise Http404
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        figures = generate_latest(registry)
    else:
        figures = generate_latest(REGISTRY)
    return HttpResponse(figures + generate_latest(_waiting()), content_type=CONTENT_TYPE_LATEST)


@public
def security_text(request: HttpRequest) -> HttpResponse:
    """RFC 9116: whom to tell of a hole. Nobody is named by default, for it must be somebody who reads it."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + SECURITY_TEXT).replace(microsecond=0).isoformat()
    text = f"Contact: {settings.SECURITY_CONTACT}\nExpires: {expires}\nPreferred-Languages: it, en\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _waiting() -> CollectorRegistry:
    """What is due now, read when it is asked for: the database is the queue, not Redis."""
    registry, now = CollectorRegistry(), timezone.now()
    firms = Gauge("cadenza_firms_with_work_due", "Firms with nights or mail due.", ["kind"], registry=registry)
    firms.labels("mail").set(len(firms_with_mail_due(now)))
    firms.labels("night").set(sum(1 for firm in firms_with_work_due(now) if firm.nights(now)))
    _archived(registry)
    return registry


def _archived(registry: CollectorRegistry) -> None:
    """Whether the database's log is copied away (F21); nothing where the server was not asked to."""
    with connection.cursor() as cursor:
        cursor.execute(ARCHIVED)
        row = cursor.fetchone()
    if row is None:
        return
    said = "Of the database's log (WAL): "
    names = {
        "cadenza_log_archive_failures": "copies that failed since the statistics began.",
        "cadenza_log_archive_failing": "1 while the latest attempt to copy failed.",
        "cadenza_log_archive_age_seconds": "seconds since a piece was last copied, or since the start.",
    }
    for (name, told), value in zip(names.items(), row, strict=True):
        Gauge(name, said + told, registry=registry).set(value)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _redis() -> bool:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as server:
        return bool(server.ping())


def _migrations() -> bool:
    """That the tables are those that this code expects; a database that is ahead of it is allowed (an upgrade)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return _expected() <= set(cursor.fetchall())


@cache
def _expected() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    return frozenset(loader.graph.leaf_nodes())


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "redis": _redis, "migrations": _migrations}


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it is, this part does not answer
        logger.warning("%s: %s", check.__name__.strip("_"), type(error).__name__)
        return False
