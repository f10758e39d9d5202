"""What the firms of the demo sold in two years: portfolios, who looks after them, and a ledger that came by the import.

The levels of each month's end are computed as the nights of those two years would have, so that their history is there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from clients.models import Client
from portfolios import scoring
from portfolios.measures import month_ends
from portfolios.models import LevelChange, Link, Portfolio, Score, Subject, Typology
from portfolios.sale_files.kind import SALES
from portfolios.services import TypologyValues, create_portfolio, create_subject, edit_typology, set_values
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

DAYS = 730
HEADERS = ("Cliente", "Data", "Importo", "Tipologia", "Tipo", "Prodotto", "Codice")
SAVINGS = (("Private", "violet"), ("Retail", "blue"), ("Famiglie", "teal"))
PROTECTION = (("Vita", "green"), ("Danni", "amber"), ("Previdenza", "indigo"))
PRODUCTS = {
    "subscription": ("Fondo Globale Equilibrato", "Fondo Obbligazionario Euro", "Azionario Paesi Emergenti"),
    "payment": ("Versamento aggiuntivo",),
    "pac": ("PAC Mercati Mondiali",),
    "mandate": ("Gestione patrimoniale",),
    "policy": ("Polizza vita", "Polizza casa", "Fondo pensione", "Temporanea caso morte"),
    "refund": ("Rimborso parziale",),
}
DESCRIPTIONS = (
    "Fondi, gestioni e piani di accumulo: quanto il cliente affida allo studio.",
    "Polizze e previdenza: che cosa protegge il cliente e la sua famiglia.",
)
# How clients buy: how many sales a year, and how likely it is that one has stopped.
HABITS = ((0.3, 0.5), (1.2, 0.3), (3.0, 0.15), (7.0, 0.1))


def sell(admin: Membership, *, at: datetime, seed: int) -> None:
    """Two typologies with portfolios and subjects, links, a ledger, values by hand and two years of levels."""
    today, dice = local_today(bound_firm(), at=at), Random(seed)  # noqa: S311 - a story, not a secret
    clients = list(Client.objects.order_by("pk"))
    first, second = Typology.objects.filter(position__in=(1, 2)).order_by("position")
    for typology, description in zip((first, second), DESCRIPTIONS, strict=True):
        edit_typology(typology, TypologyValues(description=description), by=admin, at=at)
    _place(clients, first, second, admin, today=today, dice=dice)
    file = io.BytesIO(_ledger(clients, today=today, dice=dice).encode())
    SALES.import_file(file, name="vendite.csv", mapping=None, dry_run=False, by=admin, at=at)
    _remember_levels(today=today)
    for client in [client for client in clients if client.aum and client.aum > 300_000][:40]:
        amount = Decimal(dice.randrange(20, 900) * 1_000)
        note = "Dal questionario di profilatura"
        set_values(client, first, {"potentiality": amount}, by=admin, at=at, note=note)


def _place(
    clients: Sequence[Client], first: Typology, second: Typology, admin: Membership, *, today: date, dice: Random
) -> None:
    """Everybody is somewhere in the first typology, most in the second; links since two years ago."""
    since = today - timedelta(days=DAYS)
    savings = [create_portfolio(first, by=admin, name=name, colour=colour) for name, colour in SAVINGS]
    protection = [create_portfolio(second, by=admin, name=name, colour=colour) for name, colour in PROTECTION]
    agents = [
        create_subject("agent", by=admin, code=f"AG{place}", name=name)
        for place, name in enumerate(("Giulia Moretti", "Paolo Serra", "Elena Costa"), 1)
    ]
    agency = create_subject("agency", by=admin, code="MI01", name="Agenzia Milano Centro")
    introducer = create_subject("introducer", by=admin, code="SEG1", name="Studio Commercialisti Bassi")
    links = []
    for place, client in enumerate(clients):
        aum = client.aum or 0
        client.main_portfolio = savings[0 if aum > 400_000 else 1 if aum > 80_000 else 2]
        links.append(_link(client, first, client.main_portfolio, agents[place % 3], agency, since))
        if place % 9 == 0:
            links[-1].introducer = introducer
        if place % 4:
            links.append(_link(client, second, dice.choice(protection), agents[(place + 1) % 3], agency, since))
    Client.objects.bulk_update(clients, ["main_portfolio"])
    Link.objects.bulk_create(links)


def _link(
    client: Client, typology: Typology, portfolio: Portfolio, agent: Subject, agency: Subject, since: date
) -> Link:
    return Link(client=client, typology=typology, portfolio=portfolio, agent=agent, agency=agency, since=since)


def _ledger(clients: Sequence[Client], *, today: date, dice: Random) -> str:
    """A file as an office exports it, with its own numbers of the operations."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADERS)
    number = 0
    for client in clients:
        for typology in (1, 2):
            for row in _sales(client, typology, today=today, dice=dice):
                number += 1
                writer.writerow([client.external_id, *row, f"OP{number:06}"])
    return text.getvalue()


def _sales(client: Client, typology: int, *, today: date, dice: Random) -> Iterator[tuple[str, str, int, str, str]]:
    yearly, stopped = dice.choices(HABITS, weights=(30, 35, 25, 10))[0]
    last = today - timedelta(days=dice.randrange(60, 500) if dice.random() < stopped else 0)
    day = today - timedelta(days=DAYS - dice.randrange(120))
    size = float(client.aum or 60_000) * (0.04 if typology == 1 else 0.006)
    while True:
        day += timedelta(days=max(1, round(dice.expovariate(yearly / 365 / (1 if typology == 1 else 2)))))
        if day > last:
            return
        kind = _kind(typology, dice)
        amount = max(50, round(size * dice.uniform(0.3, 1.8) / 50) * 50)
        shown = f"{-amount if kind == 'refund' else amount:.2f}".replace(".", ",")
        yield f"{day:%d/%m/%Y}", shown, typology, kind, dice.choice(PRODUCTS[kind])


def _kind(typology: int, dice: Random) -> str:
    if dice.random() < 0.04:
        return "refund"
    if typology == 2:
        return "policy"
    return dice.choices(("subscription", "payment", "pac", "mandate"), weights=(45, 30, 20, 5))[0]


def _remember_levels(*, today: date) -> None:
    """The history as the nights would have written it; the last one leaves today's measures."""
    LevelChange.objects.all().delete()
    Score.objects.all().delete()
    for typology in Typology.objects.filter(active=True, is_automatic=True).order_by("position"):
        for day in month_ends(today):
            scoring.score(typology, today=day)
