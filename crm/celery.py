"""The Celery application. Tasks take primitives and reach one function; the firm is bound by FirmTask."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, Task
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("cadenza")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def use_a_living_connection(task: Task[Any, Any], **_: object) -> None:
    """A task goes on with the connection of the task before, as a request does (CELERY_DB_REUSE_MAX), if it answers.

    One that is run in its caller's process has no connection of its own: it shares the caller's transaction.
    """
    if not task.request.is_eager:
        close_old_connections()
