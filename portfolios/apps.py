from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PortfoliosConfig(AppConfig):
    name = "portfolios"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients import main_portfolio  # noqa: PLC0415 - models are loaded only now

        import_module("portfolios.holdings")
        import_module("portfolios.client_fields")
        main_portfolio.name_default(import_module("portfolios.queries").default_portfolio_id)
