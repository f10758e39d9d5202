"""Rows of people and the firm, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from clients.models import Label
from tenants import services
from tenants.enums import Role, Scope
from tenants.models import AuditEvent, IdentityProvider, Membership, ProviderAccount, Webhook
from tests.architecture.examples.clients import label
from tests.architecture.examples.example import Example


def invitation(admin: Membership) -> dict[str, Any]:
    made = services.invite("guest@example.org", name="Guest", role=Role.ADVISOR, by=admin, at=timezone.now())
    return {"pk": made.pk}


def token(admin: Membership) -> dict[str, Any]:
    return {"pk": services.create_token(admin, name="example", scopes=[Scope.READ], by=admin).row.pk}


def member(admin: Membership) -> dict[str, Any]:
    return {"pk": admin.pk}


def audit_event(admin: Membership) -> dict[str, Any]:
    label(admin)
    return {"pk": AuditEvent.objects.order_by("-id")[0].pk}


def webhook(admin: Membership) -> dict[str, Any]:
    made = services.create_webhook("https://example.com/hook", resources=[], by=admin, at=timezone.now())
    return {"pk": made.row.pk}


def webhook_delivery(admin: Membership) -> dict[str, Any]:
    hook = Webhook.objects.get(pk=webhook(admin)["pk"])
    return {"pk": services.ping(hook, by=admin, at=timezone.now()).pk}


def removal(admin: Membership) -> dict[str, Any]:
    return {"pk": services.remove(Label.objects.get(pk=label(admin)["pk"]), by=admin).pk}


def provider(admin: Membership) -> dict[str, Any]:
    values = {"name": "Example", "issuer": "https://login.example.com", "application_id": "cadenza", "secret": "s"}
    given = {**values, "domains": [admin.user.email.partition("@")[2]]}
    known = IdentityProvider.objects.filter(name="Example").first()
    return {"pk": (known or services.save_provider(IdentityProvider(), given, by=admin)).pk}


def provider_account(admin: Membership) -> dict[str, Any]:
    times = {"first_at": timezone.now(), "last_at": timezone.now()}
    about = {"provider_id": provider(admin)["pk"], "member": admin}
    return {"pk": ProviderAccount.objects.get_or_create(**about, defaults={**times, "subject": "s-1"})[0].pk}


PAGES: dict[str, Example] = {
    "tenants:member_edit": member,
    "tenants:member_deactivate": member,
    "tenants:member_reactivate": member,
    "tenants:invitation_revoke": invitation,
    "tenants:token_revoke": token,
    "tenants:webhook_detail": webhook,
    "tenants:webhook_ping": webhook,
    "tenants:webhook_rotate": webhook,
    "tenants:webhook_switch": webhook,
    "tenants:provider_edit": provider,
    "tenants:provider_switch": provider,
    "tenants:provider_account_forget": provider_account,
    "tenants:removal_restore": removal,
    "tenants:delivery_replay": webhook_delivery,
}

RESOURCES: dict[str, Example] = {
    "users": member,
    "tokens": token,
    "audit": audit_event,
    "webhooks": webhook,
    "webhook-deliveries": webhook_delivery,
    "removals": removal,
}
