from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "typology.edited": _("Typology changed"),
    "typology.activated": _("Typology activated"),
    "typology.deactivated": _("Typology deactivated"),
    "portfolio.created": _("Portfolio created"),
    "portfolio.edited": _("Portfolio changed"),
    "portfolio.activated": _("Portfolio activated"),
    "portfolio.deactivated": _("Portfolio deactivated"),
    "portfolio.made_default": _("Default portfolio chosen"),
    "portfolio.deleted": _("Portfolio deleted"),
    "subject.created": _("Subject entered"),
    "subject.edited": _("Subject changed"),
    "subject.activated": _("Subject activated"),
    "subject.deactivated": _("Subject disabled"),
    "link.changed": _("Portfolio or subject of a client changed"),
    "handover.planned": _("Handover planned"),
    "handover.withdrawn": _("Planned handover taken back"),
    "handover.failed": _("Planned handover not possible any more"),
    "sale.entered": _("Sale entered"),
    "sales.entered": _("Sales entered"),
    "sales.imported": _("Sales imported"),
    "sales.import_undone": _("Import of sales undone"),
    "sale.corrected": _("Sale corrected"),
    "sale.reversed": _("Sale reversed"),
    "sale.restored": _("Reversal of a sale undone"),
    "score.entered": _("R F M P entered by hand"),
}


# What the trail tells of a planned handover beside its own fields.
FACTS = {
    "former": _("from"),
    "to": _("to"),
    "group": _("group"),
    "failure": _("why not"),
}


class PortfoliosConfig(AppConfig):
    name = "portfolios"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients import main_portfolio  # noqa: PLC0415 - models are loaded only now

        import_module("portfolios.holdings")
        import_module("portfolios.receivers")
        audit = import_module("tenants.audit")
        audit.name_actions(ACTIONS)
        audit.name_facts(FACTS)
        import_module("portfolios.client_fields")
        import_module("portfolios.client_scores")
        import_module("portfolios.bulk_actions")
        import_module("portfolios.imports").register()
        import_module("portfolios.sale_files.kind").register()
        import_module("portfolios.slots").register()
        import_module("portfolios.archived").register()
        import_module("portfolios.timeline").register()
        main_portfolio.name_default(import_module("portfolios.queries").default_portfolio_id)
