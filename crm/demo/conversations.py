"""What the demo's advisors have noted, agreed and promised: notes, calls, things to do, what the back office sends."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from clients import queries, services
from clients.enums import ClientKind, ListName, ManagementKind
from clients.models import Client, Household, Note
from clients.services import NewManagementEvent, NoteContent
from clients.values import ClientValues
from scheduling.enums import TaskKind
from scheduling.services import TaskDetails, plan_task, record_task
from tenants.models import Membership

_NOTES = (
    ("Obiettivi", "Vuole costruire un capitale per gli studi dei figli: orizzonte dodici anni, versamenti mensili."),
    (
        "Passaggio generazionale",
        "Ne parla volentieri. Da coinvolgere il notaio; la figlia entra in azienda.",
    ),
    ("", "Preoccupato per i mercati: rassicurato, nessuna modifica al portafoglio."),
    ("Previdenza", "Fondo pensione fermo dal 2019. Chiede una simulazione con 200 € al mese."),
    ("Polizza", "La temporanea caso morte scade l'anno prossimo: confrontare due preventivi prima di giugno."),
    ("", "Sta vendendo l'appartamento di Rapallo, atto previsto in primavera. Liquidità in arrivo."),
    (
        "Riunione con il commercialista",
        "Concordato di aggiornare il questionario MiFID entro il mese.",
    ),
)
_CALLS = (
    ("Conferma dell'incontro", "Confermato, preferisce il pomeriggio."),
    ("Scadenza della cedola", "Reinveste sul conto deposito, rivediamo a fine trimestre."),
    ("Documento scaduto", "Manda la carta d'identità nuova per e-mail."),
    ("Auguri di compleanno", "Contento della telefonata. Parte per la montagna fino a domenica."),
)
_TO_DO = (
    (TaskKind.CALL, "Richiamare per la proposta di PAC", 0, time(10, 30)),
    (TaskKind.TASK, "Preparare la simulazione previdenziale", 0, None),
    (TaskKind.CALL, "Sentire se è arrivato il bonifico", 1, time(9, 0)),
    (TaskKind.TASK, "Mandare il questionario MiFID", -3, None),
    (TaskKind.TASK, "Confrontare i preventivi della polizza", 6, None),
    (TaskKind.CALL, "Ricontattare: il contratto annuale scade fra tre mesi", 270, None),
)
MOST_FAMILIES = 6
_TARIFF = "Preventivo di polizza temporanea caso morte\n\nCapitale assicurato 200.000 €\nPremio annuo 412,00 €\n"


@dataclass(frozen=True)
class Stage:
    """When the story is told, and with which dice."""

    now: datetime
    zone: str
    seed: int

    def moment(self, days: int, clock: time) -> datetime:
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        return datetime.combine(today + timedelta(days=days), clock, ZoneInfo(self.zone))


def tell(clients: Sequence[Client], advisors: Sequence[Membership], operator: Membership | None, stage: Stage) -> None:
    """The first clients of each advisor have been talked with, the richer in events the earlier in the list."""
    dice = Random(stage.seed)  # noqa: S311 - believable, not secret
    companies = [client for client in clients if client.kind == ClientKind.COMPANY]
    people = [client for client in clients if client.kind == ClientKind.PERSON]
    _link(people, companies, advisors[0], stage)
    _join(people, advisors[0], stage)
    _receive(companies, dice, stage)
    for number, advisor in enumerate(advisors):
        own = [client for client in people if client.advisor_id == advisor.pk][:12]
        for client in own:
            _talk(client, advisor, dice, stage)
        _promise(own, advisor, operator or advisors[number - 1], stage)


def _link(people: Sequence[Client], companies: Sequence[Client], by: Membership, stage: Stage) -> None:
    """Two people work for each company, their events stand in its time line too (STY-22); some own others."""
    roles = list(queries.list_entries(ListName.CONTACT_ROLE).filter(active=True))
    for number, client in enumerate(people[: 2 * len(companies)]):
        link: ClientValues = {"company": companies[number // 2]}
        if roles:
            link["contact_role"] = roles[number % len(roles)]
        services.update_client(client, link, version=None, by=by, at=stage.now)
    for number, company in enumerate(companies[1:4]):
        above: ClientValues = {"parent_company": companies[0 if number < 2 else 1]}
        services.update_client(company, above, version=None, by=by, at=stage.now)


def _join(people: Sequence[Client], by: Membership, stage: Stage) -> None:
    """Families: people of one last name live under one roof (domain 6.1)."""
    roles = list(queries.list_entries(ListName.HOUSEHOLD_ROLE).filter(active=True))
    families: dict[str, list[Client]] = defaultdict(list)
    for client in people:
        families[client.last_name].append(client)
    for name, members in [pair for pair in families.items() if len(pair[1]) > 1][:MOST_FAMILIES]:
        household = services.save_household(Household(), name=f"Famiglia {name}", by=by)
        for place, client in enumerate(members[:4]):
            role = roles[place % len(roles)] if roles else None
            services.join_household(client, household, role=role, by=by, at=stage.now)


def _talk(client: Client, advisor: Membership, dice: Random, stage: Stage) -> None:
    for title, text in dice.sample(_NOTES, dice.randint(1, 3)):
        at = stage.moment(-dice.randint(1, 400), time(dice.randint(9, 18), dice.choice((0, 15, 30, 45))))
        note = services.create_note(client, NoteContent(title=title, text=text, at=at), by=advisor, at=stage.now)
        if title == "Polizza":
            _attach(note, advisor)
    for subject, said in dice.sample(_CALLS, dice.randint(0, 2)):
        at = stage.moment(-dice.randint(1, 200), time(dice.randint(9, 18), dice.choice((0, 10, 40))))
        details = TaskDetails(subject=subject, notes=said, at=at, whole_day=False, assignee=advisor)
        record_task(client, TaskKind.CALL, details, by=advisor, at=stage.now)


def _attach(note: Note, by: Membership) -> None:
    services.attach(note, io.BytesIO(_TARIFF.encode()), name="Preventivo temporanea.txt", by=by)


def _promise(own: Sequence[Client], advisor: Membership, colleague: Membership, stage: Stage) -> None:
    """Most for the advisor himself; one call is asked of a colleague (STY-28, STY-36)."""
    for client, (kind, subject, days, clock) in zip(own, _TO_DO, strict=False):
        assignee = colleague if days == 1 else advisor
        at = stage.moment(days, clock or time())
        details = TaskDetails(subject=subject, at=at, whole_day=clock is None, assignee=assignee)
        plan_task(client, kind, details, by=advisor)


def _receive(companies: Sequence[Client], dice: Random, stage: Stage) -> None:
    """What the back office would send by REST or by file (O-54)."""
    today: date = stage.moment(0, time()).date()
    entries = [
        NewManagementEvent(
            client_id=company.pk,
            kind=dice.choice((ManagementKind.COMMISSION, ManagementKind.CONTRIBUTION, ManagementKind.CONTRACT)),
            on=today - timedelta(days=dice.randint(5, 300)),
            number=f"{number}/{place}",
            amount=Decimal(dice.randint(40, 9_000)),
            external_source="gestionale",
        )
        for number, company in enumerate(companies, start=1)
        for place in range(1, 4)
    ]
    services.enter_management_events(entries, by=None)
