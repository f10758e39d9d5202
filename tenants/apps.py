from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "firm.created": _("Firm created"),
    "firm.changed": _("Firm settings changed"),
    "firm.exported": _("Whole firm exported"),
    "firm.restored": _("Firm made from an archive"),
    "member.added": _("Member added"),
    "member.rights_changed": _("Rights changed"),
    "member.renamed": _("Member renamed"),
    "member.deactivated": _("Member deactivated"),
    "member.reactivated": _("Member reactivated"),
    "member.second_step_added": _("Second step of the log-in set up"),
    "member.second_step_removed": _("Second step of the log-in removed"),
    "member.second_step_renewed": _("Recovery codes made anew"),
    "invitation.sent": _("Invitation sent"),
    "invitation.revoked": _("Invitation withdrawn"),
    "invitation.accepted": _("Invitation accepted"),
    "removal.taken_back": _("Deletion taken back"),
    "access.refused": _("Refused for lack of rights"),
    "audit.redacted": _("Values taken out of the trail by an erasure"),
    "audit.damaged": _("The trail was found tampered with"),
    "audit.exported": _("Audit trail exported"),
    "provider.created": _("Identity provider entered"),
    "provider.changed": _("Identity provider changed"),
    "provider.switched_on": _("Identity provider switched on"),
    "provider.switched_off": _("Identity provider switched off"),
    "provider.required": _("Log-in by the identity provider required"),
    "provider.released": _("Log-in by the identity provider no longer required"),
    "provider.refused": _("Log-in by the identity provider refused"),
    "provider.account_bound": _("First log-in by the identity provider"),
    "provider.account_forgotten": _("Account at the identity provider forgotten"),
    "provider.passed_by": _("Password used where the identity provider is required"),
    "token.created": _("Token created"),
    "token.revoked": _("Token revoked"),
    "webhook.created": _("Webhook created"),
    "webhook.changed": _("Webhook changed"),
    "webhook.deleted": _("Webhook deleted"),
    "webhook.secret_renewed": _("Secret of a webhook renewed"),
    "webhook.disabled": _("Webhook switched off: nobody answers"),
}


class TenantsConfig(AppConfig):
    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants import audit, checks, receivers  # noqa: PLC0415 - models are loaded now
        from tenants.archive import own  # noqa: PLC0415 - the same

        connection_created.connect(checks.refuse_unsafe_role, dispatch_uid="tenants.refuse_unsafe_role")
        receivers.connect()
        own.register()
        audit.name_actions(ACTIONS)
