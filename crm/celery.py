"""The Celery application. Tasks take primitives and reach one function; the firm is bound by FirmTask."""

from __future__ import annotations

import os
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.db import close_old_connections
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")


class Doorbell(Celery):
    """Who rings waits less than who listens: a broker that hangs holds up no request (security.md F7)."""

    def connection_for_write(self, url: str | None = None, **kwargs: Any) -> Connection:
        patience = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), settings.DOORBELL_PATIENCE)
        return super().connection_for_write(url, **{**kwargs, "transport_options": patience})


app = Doorbell("cadenza")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def use_a_living_connection(task: Task[Any, Any], **_: object) -> None:
    """A task goes on with the connection of the task before, as a request does (CELERY_DB_REUSE_MAX), if it answers.

    One that is run in its caller's process has no connection of its own: it shares the caller's transaction.
    """
    if not task.request.is_eager:
        close_old_connections()


@before_task_publish.connect
def hand_on_the_request_id(headers: dict[str, Any], **_: object) -> None:
    """What a worker says of a task can be laid beside the request that asked for it."""
    headers["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")


@task_prerun.connect
def name_the_task_in_the_log(task: Task[Any, Any], **_: object) -> None:
    if not task.request.is_eager:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(task=task.name, request_id=task.request.get("request_id", ""))


@task_postrun.connect
def forget_the_task(task: Task[Any, Any], **_: object) -> None:
    if not task.request.is_eager:
        structlog.contextvars.clear_contextvars()
