from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The composition root: it owns no table."""

    name = "crm"

    def ready(self) -> None:
        from crm.followed import follow_all  # noqa: PLC0415 - models are loaded now

        follow_all()
