from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission

ACTIONS = {
    "mail.sent_again": _("Mail put back into the outbox"),
    "mail.settled": _("Uncertain mail taken as arrived"),
    "mail.cancelled": _("Mail taken out of the outbox"),
    "serviceopportunity.created": _("Service created"),
    "serviceopportunity.changed": _("Service changed"),
    "serviceopportunity.deleted": _("Service deleted"),
    "serviceopportunity.moved": _("Services put in order"),
    "clientopportunity.opened": _("Service proposed"),
    "clientopportunity.entered": _("Proposal entered by another system"),
    "opportunities.imported": _("Service opportunities imported"),
    "opportunities.import_undone": _("Import of service opportunities undone"),
    "clientopportunity.annotated": _("Proposal annotated"),
    "clientopportunity.closed": _("Proposal closed"),
    "clientopportunity.reopened": _("Proposal opened again"),
    "clientopportunity.deleted": _("Proposal deleted"),
    "mail.begun": _("All active clients enabled for e-mail"),
    "mail.enabled": _("Client enabled for e-mail or disabled"),
    "mailsettings.changed": _("Settings of communications changed"),
    "suppression.added": _("Address put among those not to write to"),
    "suppression.lifted": _("Address may be written to again"),
    "template.created": _("Communication template created"),
    "template.changed": _("Communication template changed"),
    "template.deleted": _("Communication template deleted"),
    "template.moved": _("Communication templates put in order"),
    "clientmail.written": _("Mail written to a client"),
    "clientmail.cancelled": _("Mail to a client called back"),
    "campaign.created": _("Campaign created"),
    "campaign.changed": _("Campaign changed"),
    "campaign.deleted": _("Campaign deleted"),
    "campaign.joined": _("Clients put into a campaign"),
    "campaign.left": _("Clients taken out of a campaign"),
    "campaign.answered": _("Answer to a campaign recorded"),
    "mailtemplate.created": _("Mail-sending template created"),
    "mailtemplate.changed": _("Mail-sending template changed"),
    "mailtemplate.deleted": _("Mail-sending template deleted"),
    "communicationrun.confirmed": _("Communications generated"),
    "communicationrun.stopped": _("Generation of communications stopped"),
    "communication.sent": _("Communications sent"),
    "communication.regenerated": _("Communications generated again"),
    "communication.cancelled": _("Communications cancelled"),
    "communication.restored": _("Cancelled communications taken back"),
    "communication.settled": _("Uncertain communication settled"),
    "communication.bounced": _("Communication came back"),
    "clientmail.bounced": _("Mail to a client came back"),
    "communication.unsubscribed": _("Client unsubscribed"),
    "mailtemplate.in_force": _("Mail-sending template put in force"),
}
FACTS = {
    "email_enabled": _("enabled for e-mail"),
    "clients": _("clients"),
    "communications": _("communications"),
    "template": _("template"),
    "audience": _("audience"),
    "included": _("included"),
    "total": _("in all"),
    "generated": _("generated"),
    "arrived": _("arrived"),
    "status": _("delivery status"),
}


class CommunicationsConfig(AppConfig):
    name = "communications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("tenants.audit").name_actions(ACTIONS)
        import_module("tenants.removals").allow(self.get_model("Campaign"), needs=Permission.EDIT_CLIENTS)
        import_module("tenants.audit").name_facts(FACTS)
        for module in (
            "client_fields",
            "client_detail",
            "campaign_fields",
            "campaign_actions",
            "recipient_fields",
            "holdings",
            "bulk_actions",
            "recipient_actions",
        ):
            import_module(f"communications.{module}")
        import_module("communications.slots").register()
        import_module("communications.archived").register()
        import_module("communications.timeline").register()
        import_module("communications.relation_timeline").register()
        import_module("communications.matrix").register()
        import_module("communications.client_mails").register()
        import_module("communications.opportunity_files.kind").register()
