"""The firms of the demo. Everything enters through the doors that users have: services, the import, a night."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from clients.imports.kinds import CLIENTS
from clients.models import Client
from crm import onboarding
from crm.demo import mailing, proposals, sales, scores
from crm.demo.conversations import Stage, tell
from crm.demo.meetings import Past, Relationship, story
from crm.demo.people import MAPPING, Cast, clients_csv
from crm.nightly import run_now
from groups import services as group_services
from groups.enums import GroupKind
from groups.services import GroupDetails
from outcomes.services.points_mail import configure_points_mail, post_points_mail
from scheduling.models import AppointmentType, Check
from scheduling.services import NewAppointment, enter_appointments, set_cadence_exception, set_check_active
from tenants import services
from tenants.binding import local_today, use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tenants.unbound import all_firms

PASSWORD = "cadenza-demo-2026"  # noqa: S105 - printed on the screen of whoever runs the demo
GOLD, SILVER, BRONZE = 4, 2, 1
CADENCE = (
    ("Gold", GOLD, "RFA oltre 500.000 €", {"field": "aum", "op": "gt", "value": "500000"}),
    ("Silver", SILVER, "RFA da 100.000 a 500.000 €", {"field": "aum", "op": "between", "value": ["100000", "500000"]}),
    ("Bronze", BRONZE, "RFA sotto 100.000 €", {"field": "aum", "op": "lt", "value": "100000"}),
)
DOCTORS = {
    "all": [
        {"field": "aum", "op": "gte", "value": "250000"},
        {"any": [{"field": "profession", "op": "eq", "value": value} for value in ("Medico", "Farmacista")]},
    ]
}


@dataclass(frozen=True)
class LogIn:
    email: str
    password: str
    role: str


@dataclass(frozen=True)
class DemoFirm:
    """One firm of the demo: its people, and how many clients they serve."""

    name: str
    slug: str
    people: tuple[tuple[str, str, Role], ...]
    persons: int
    companies: int
    dice: int


# Reads in both firms: who logs in so is asked which, and may change over.
AUDITOR = ("rita@revisione.example", "Rita Moro", Role.READ_ONLY)
AURORA = DemoFirm(
    "Studio Aurora",
    "aurora",
    (
        ("ada@aurora.example", "Ada Ferri", Role.ADMIN),
        ("alice@aurora.example", "Alice Conti", Role.ADVISOR),
        ("marco@aurora.example", "Marco Villa", Role.ADVISOR),
        ("sara@aurora.example", "Sara Lombardi", Role.ADVISOR),
        ("bob@aurora.example", "Roberto Riva", Role.OPERATOR),
        AUDITOR,
    ),
    persons=375,
    companies=25,
    dice=20,
)
BOREALE = DemoFirm(
    "Studio Boreale",
    "boreale",
    (
        ("mara@boreale.example", "Mara Galli", Role.ADMIN),
        ("carol@boreale.example", "Carol Neri", Role.ADVISOR),
        AUDITOR,
    ),
    persons=38,
    companies=2,
    dice=7,
)
LOG_INS = tuple(
    LogIn(email, PASSWORD, f"{role.value}, {firm.name}") for firm in (AURORA, BOREALE) for email, _, role in firm.people
)


def seed(announce: Callable[[str], None]) -> None:
    """Make the demo's firms unless they are there. Each in one transaction: an interrupted start leaves none."""
    present = {slug for _firm_id, slug in all_firms()}
    for demo in (AURORA, BOREALE):
        if demo.slug not in present:
            announce(f"Creating {demo.name} with {demo.persons + demo.companies} clients")
            firm = _create(demo, at=timezone.now())
            announce(f"Running a night for {demo.name}")
            run_now(firm.pk, None, at=timezone.now())


@transaction.atomic
def _create(demo: DemoFirm, *, at: datetime) -> Firm:
    firm = onboarding.create_firm(name=demo.name, slug=demo.slug)
    with use_firm(firm), translation.override(firm.language):
        members = [
            services.add_member(email, name=name, role=role, password=PASSWORD) for email, name, role in demo.people
        ]
        admin, advisors = members[0], [member for member in members if member.role == Role.ADVISOR]
        _import_clients(demo, firm, admin, advisors, at=at)
        _define_groups(admin, at=at)
        _switch_checks_on(admin, at=at)
        _enter_history(demo, firm, admin, at=at)
        _make_exceptions(admin, at=at)
        operator = next((member for member in members if member.role == Role.OPERATOR), None)
        clients = list(Client.objects.order_by("pk"))
        tell(clients, advisors, operator, Stage(now=at, zone=firm.time_zone, seed=demo.dice))
        scores.record(admin, at=at, seed=demo.dice)
        sales.sell(admin, at=at, seed=demo.dice)
        proposals.propose(admin, at=at, seed=demo.dice)
        mailing.write(admin, at=at)
        configure_points_mail(automatic=True, addresses=[admin.user.email], by=admin, at=at - timedelta(days=7))
        post_points_mail(on=local_today(firm, at=at), at=at)
    return firm


def _import_clients(demo: DemoFirm, firm: Firm, admin: Membership, advisors: list[Membership], *, at: datetime) -> None:
    cast = Cast(
        advisors=tuple(advisor.name for advisor in advisors),
        today=local_today(firm, at=at),
        seed=demo.dice,
        persons=demo.persons,
        companies=demo.companies,
    )
    content = clients_csv(cast).encode()
    # Before all that has happened with them since.
    began = at - timedelta(days=3 * 365)
    CLIENTS.import_file(io.BytesIO(content), name="clienti.csv", mapping=MAPPING, dry_run=False, by=admin, at=began)


def _define_groups(admin: Membership, *, at: datetime) -> None:
    for name, number, description, document in CADENCE:
        details = GroupDetails(name=name, description=description, filter=document)
        group_services.create_group(details, by=admin, at=at, yearly_meetings=number)
    group_services.create_group(GroupDetails(name="Medici e farmacisti", filter=DOCTORS), by=admin, at=at)
    fixed = group_services.create_group(GroupDetails(name="Torneo di golf", kind=GroupKind.FIXED), by=admin, at=at)
    guests = Client.objects.order_by("-aum", "pk").filter(aum__isnull=False).values("pk")[:12]
    group_services.add_members(fixed, Client.objects.filter(pk__in=[row["pk"] for row in guests]), by=admin, at=at)


def _switch_checks_on(admin: Membership, *, at: datetime) -> None:
    """Documents and birthdays; the other two wait for somebody to try them."""
    for check in Check.objects.filter(condition__field__in=["document_expires_on", "birth_date"]):
        set_check_active(check, active=True, by=admin, at=at)


def _enter_history(demo: DemoFirm, firm: Firm, admin: Membership, *, at: datetime) -> None:
    relationships = [_relationship(client) for client in Client.objects.order_by("pk")]
    past = story(relationships, now=at, zone=firm.time_zone, seed=demo.dice)
    types = {kind.name: kind for kind in AppointmentType.objects.all()}
    members = Membership.objects.in_bulk()
    entries = [_entry(one, types[_type_name(one)], members) for one in past]
    enter_appointments(entries, by=admin, at=at)


def _type_name(one: Past) -> str:
    """Most meetings with a client look over what he holds."""
    if one.is_call:
        return "Telefonata commerciale"
    is_review = (one.client_id + one.starts_at.toordinal()) % 5 < 3
    return "Integrazioni / Verifiche di portafoglio" if is_review else "Incontro"


def _relationship(client: Client) -> Relationship:
    aum = client.aum or 0
    yearly_meetings = GOLD if aum > 500_000 else SILVER if aum >= 100_000 else BRONZE
    return Relationship(client.pk, client.advisor_id, yearly_meetings)


def _entry(one: Past, kind: AppointmentType, members: dict[int, Membership]) -> NewAppointment:
    return NewAppointment(
        client_id=one.client_id,
        type=kind,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        place=one.place,
        assignee=members[one.assignee_id] if one.assignee_id else None,
        state=one.state,
    )


def _make_exceptions(admin: Membership, *, at: datetime) -> None:
    """Two clients who asked for something else than their group's number (O-08)."""
    first, second = Client.objects.order_by("-aum", "pk").filter(aum__isnull=False)[20:22]
    set_cadence_exception(
        first, yearly_meetings=12, reason="Successione in corso: ci vediamo ogni mese", by=admin, at=at
    )
    set_cadence_exception(second, yearly_meetings=None, reason="Vive all'estero, chiama lui", by=admin, at=at)
