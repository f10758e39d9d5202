"""What the demo's firm has written to its clients: a circular that leaves as the demo starts, an offer that waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from clients.enums import ClientKind
from clients.models import Client, Email
from communications import services
from communications.models import Communication, CommunicationTemplate
from communications.services import generation
from tenants.models import Membership

CIRCULARS = 12
OFFERS = 25


def write(admin: Membership, *, at: datetime) -> None:
    """A dozen mails for the catcher; some offers to be sent, one of them to be generated again."""
    services.begin(by=admin, at=at - timedelta(days=30))
    circular = CommunicationTemplate.objects.filter(kind="circular").first()
    offer = CommunicationTemplate.objects.filter(kind="offer", opportunity__key="ltc").first()
    people = Client.objects.filter(kind=ClientKind.PERSON).order_by("pk")
    if circular is None or offer is None:
        return
    _generate(circular, people, CIRCULARS, admin, at=at)
    services.send(Communication.objects.all(), by=admin, at=at)
    later = people.filter(pk__gt=people.values_list("pk", flat=True)[3 * CIRCULARS])
    _generate(offer, later, OFFERS, admin, at=at)
    moved = Communication.objects.filter(run__template=offer).order_by("pk").first()
    if moved is not None:
        address = f"nuovo.{moved.address}"
        Email.objects.filter(client=moved.client_id).update(address=address, address_key=address)


def _generate(
    template: CommunicationTemplate, people: QuerySet[Client], number: int, admin: Membership, *, at: datetime
) -> None:
    ids = list(people.values_list("pk", flat=True)[:number])
    clients = Client.objects.filter(pk__in=ids)
    run = generation.prepare(template, clients, audience_name="Tutti i clienti attivi", by=admin, at=at)
    generation.confirm(run, at=at)
