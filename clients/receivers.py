"""Whoever leaves work for the background, its worker is woken from here."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from clients import tasks
from clients.models import ImportJob
from clients.signals import import_queued


@receiver(import_queued, dispatch_uid="clients.imports")
def wake_worker(job: ImportJob, **kwargs: Any) -> None:
    tasks.ring(job)
