from __future__ import annotations

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients import visibility  # noqa: PLC0415 - models are loaded only now
        from scheduling import client_list, client_plan, imports, plan_fields, queries, receivers  # noqa: F401, PLC0415
        from tenants.enums import Role  # noqa: PLC0415

        visibility.also_show(Role.OPERATOR, queries.clients_of_an_operator)
        visibility.also_show(Role.ADVISOR, queries.clients_of_an_advisor)
        imports.register()
