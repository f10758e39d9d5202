from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "mail.sent_again": _("Mail put back into the outbox"),
    "mail.settled": _("Uncertain mail taken as arrived"),
    "mail.cancelled": _("Mail taken out of the outbox"),
}


class CommunicationsConfig(AppConfig):
    name = "communications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("tenants.audit").name_actions(ACTIONS)
