from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("clients.lookups", "clients.own_fields"):
            import_module(module)
