from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The composition root: it owns no table."""

    name = "crm"
