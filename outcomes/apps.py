from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "appointment.fulfilled": _("Outcome recorded"),
    "appointment.fulfilment_undone": _("Recorded outcome undone"),
}


class OutcomesConfig(AppConfig):
    name = "outcomes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("holdings", "points_wording", "receivers"):
            import_module(f"outcomes.{module}")
        import_module("tenants.audit").name_actions(ACTIONS)
