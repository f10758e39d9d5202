"""What tests of generating and sending need."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from clients.models import Client
from clients.queries import visible_clients
from communications import outbox, services
from communications.models import AudienceMember, Communication, CommunicationRun, CommunicationTemplate, MailSettings
from communications.services import generation
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client

LATER = NOON + timedelta(hours=1)


def reachable_client(name: str = "Rossi", *addresses: str, consent: bool | None = True, **values: Any) -> Client:
    """Somebody to whom anything may be sent."""
    given = addresses or (f"{name.lower().replace(' ', '.')}@example.com",)
    emails = [{"address": each} for each in given]
    client = new_client(name, emails=emails, marketing_consent=consent, **values)
    services.set_enabled(Client.objects.filter(pk=client.pk), True, by=None, at=NOON)
    return client


def begin(by: Membership, *, per_minute: int = 0, pressure_days: int = 7) -> None:
    """As after the first access, without a brake."""
    MailSettings.objects.update_or_create(
        defaults={"begun_at": NOON, "begun_by": by, "per_minute": per_minute, "pressure_days": pressure_days}
    )


def template(kind: str = "offer", **values: Any) -> CommunicationTemplate:
    """One of the firm's own, which says the client's name."""
    named = {"subject": "Per {{ client.name }}", "body": "Gentile {{ client.name }},\n\nsaluti.", "name": "Lettera"}
    return CommunicationTemplate.objects.create(kind=kind, **{**named, **values})


def dry_run(
    by: Membership, *, of: CommunicationTemplate, at: datetime = NOON, replaces: bool = False, clients: Any = None
) -> CommunicationRun:
    chosen = visible_clients(by) if clients is None else clients
    return generation.prepare(of, chosen, audience_name="Prova", replaces=replaces, by=by, at=at)


def generated(by: Membership, **given: Any) -> list[Communication]:
    """A run confirmed at once."""
    run = dry_run(by, **given)
    generation.confirm(run, at=given.get("at", NOON))
    return list(Communication.objects.filter(run=run).order_by("client__name"))


def reasons(run: CommunicationRun) -> dict[str, str]:
    """By the client's name."""
    names = dict(Client.objects.values_list("pk", "name"))
    return {names[row.client_id]: row.reason for row in AudienceMember.objects.filter(run_id=run.pk)}


def sent_by(firm: Firm, received: Iterable[Any]) -> list[str]:
    """Everything that is due leaves; the recipients whom the server has seen."""
    while outbox.send_due(firm.pk):
        pass
    return sorted(str(mail["To"]) for mail in received)
