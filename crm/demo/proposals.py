"""Which services the demo's firms have proposed to whom, and how it ended: some space is left white."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from clients.enums import ClientKind
from clients.models import Client
from communications.enums import OpportunityState
from communications.models import ServiceOpportunity
from communications.services import NewOpportunity, enter_opportunities
from tenants.models import Membership

# Of a hundred clients of the kind, to how many a service was proposed, and of those how many said yes, no, or wait.
SHARES = {
    "pension_checkup": (ClientKind.PERSON, 45, 40, 20),
    "pension_fund": (ClientKind.PERSON, 30, 35, 30),
    "pac": (ClientKind.PERSON, 35, 50, 20),
    "ltc": (ClientKind.PERSON, 12, 20, 40),
    "income_protection": (ClientKind.PERSON, 20, 30, 30),
    "succession": (ClientKind.PERSON, 10, 25, 15),
    "e_invoice_support": (ClientKind.COMPANY, 60, 55, 20),
    "software_online": (ClientKind.COMPANY, 25, 20, 40),
}
NOTES = (
    "",
    "",
    "Ne riparliamo dopo le ferie.",
    "Vuole confrontarlo con quello che ha già.",
    "Interessa anche alla moglie.",
    "Gli ho lasciato la brochure.",
)
ENDED = {
    OpportunityState.ACCEPTED: ("Firmato.", "Sottoscritto in studio.", ""),
    OpportunityState.DECLINED: ("Costa troppo.", "Preferisce aspettare.", ""),
}


def propose(admin: Membership, *, at: datetime, seed: int) -> None:
    """Proposals of the last year and a half."""
    dice = Random(seed)  # noqa: S311 - believable, not secret
    services = {service.key: service for service in ServiceOpportunity.objects.all()}
    entries = [
        _proposal(client, services[key], yes, no, dice, at=at)
        for key, (kind, share, yes, no) in SHARES.items()
        for client in Client.objects.filter(kind=kind).order_by("pk")
        if dice.randrange(100) < share
    ]
    enter_opportunities(entries, by=admin)


def _proposal(
    client: Client, service: ServiceOpportunity, yes: int, no: int, dice: Random, *, at: datetime
) -> NewOpportunity:
    opened = at - timedelta(days=dice.randint(5, 540), minutes=dice.randrange(300))
    drawn = dice.randrange(100)
    state = OpportunityState.ACCEPTED if drawn < yes else OpportunityState.DECLINED if drawn < yes + no else None
    if state is None:
        return NewOpportunity(client_id=client.pk, opportunity=service, opened_at=opened, notes=dice.choice(NOTES))
    return NewOpportunity(
        client_id=client.pk,
        opportunity=service,
        opened_at=opened,
        state=state,
        closed_at=min(at, opened + timedelta(days=dice.randint(3, 90))),
        outcome_note=dice.choice(ENDED[state]),
    )
