"""The base of every Celery task that works inside a firm."""

from __future__ import annotations

from typing import Any

from celery.contrib.django.task import DjangoTask

from tenants.binding import NoFirmBoundError, use_firm


class FirmTask(DjangoTask[Any, Any]):
    """Binds the firm named by the keyword ``firm_id`` round the whole task, in one transaction.

    A task that works in several committed steps (the night) takes ``firm_id`` too, but derives from Task and opens one
    ``use_firm`` per step.
    """

    abstract = True
    max_retries = 3
    default_retry_delay = 10

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "firm_id" not in kwargs:
            raise NoFirmBoundError(f"The task {self.name} needs the keyword firm_id.")
        with use_firm(int(kwargs["firm_id"])):
            return super().__call__(*args, **kwargs)
