"""The data set: firms made by the product's own services, their clients and appointments by the million in SQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from faker.providers.person.it_IT import Provider
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extras import execute_values

from clients.catalogue import fields
from clients.enums import ListName
from clients.filters.folding import fold
from clients.filters.parsing import parse, to_json
from clients.models import Status
from clients.queries import list_entries
from crm import onboarding
from crm.bench.loading import TABLES, without_indexes
from crm.bench.scale import APPOINTMENTS_EACH, Scale
from groups.models import Group
from portfolios.queries import default_portfolio_id
from scheduling.models import AppointmentType
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership, User

DATA = Path(__file__).parent / "data"
LAST_NAMES = [name for name in dict.fromkeys(Provider.last_names) if len(name) > 1]
FIRST_NAMES = list(dict.fromkeys(Provider.first_names_male + Provider.first_names_female))
CLIENTS_OF_AN_ADVISOR = 1500

# Four that drive a cadence by the wealth of the client, and one that does not, over both tables of the record.
GROUPS: tuple[tuple[str, int | None, dict[str, Any]], ...] = (
    ("Platinum", 6, {"field": "aum", "op": "gte", "value": "1000000"}),
    (
        "Gold",
        4,
        {"all": [{"field": "aum", "op": "gte", "value": "300000"}, {"field": "aum", "op": "lt", "value": "1000000"}]},
    ),
    (
        "Silver",
        2,
        {"all": [{"field": "aum", "op": "gte", "value": "50000"}, {"field": "aum", "op": "lt", "value": "300000"}]},
    ),
    ("Base", 1, {"field": "aum", "op": "lt", "value": "50000"}),
    (
        "Audaci",
        None,
        {
            "all": [
                {"field": "risk_profile", "op": "in", "value": ["dynamic", "aggressive"]},
                {
                    "any": [
                        {"field": "aum", "op": "gte", "value": "100000"},
                        {"field": "marketing_consent", "op": "eq", "value": True},
                    ]
                },
            ]
        },
    ),
)

Announce = Callable[[str], None]


def fill(scale: Scale, admin: Connection, announce: Announce) -> None:
    """Make the whole data set; ``admin`` may look across firms and owns the tables."""
    announce(f"Making {scale}")
    now = timezone.now()
    with admin.cursor() as cursor:
        cursor.execute((DATA / "tools.sql").read_text())
        execute_values(cursor, "INSERT INTO bench_firm VALUES %s", _firms(scale))
        execute_values(cursor, "INSERT INTO bench_name VALUES %s", _names())
        with without_indexes(cursor):
            given = {"last_names": len(LAST_NAMES), "first_names": len(FIRST_NAMES)}
            cursor.execute((DATA / "clients.sql").read_text(), given)
            announce("Making appointments")
            cursor.execute((DATA / "appointments.sql").read_text(), {"each": APPOINTMENTS_EACH, "now": now})
            announce("Making indexes and keys")
        announce("Gathering statistics")
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def _firms(scale: Scale) -> list[tuple[Any, ...]]:
    return [_firm(number, size) for number, size in enumerate(scale.sizes(), start=1)]


def _firm(number: int, size: int) -> tuple[Any, ...]:
    """A firm as the product sets one up, its people and its groups; what the SQL must know of it."""
    firm = onboarding.create_firm(name=f"Studio {number}", slug=f"studio-{number}")
    with use_firm(firm):
        advisors = _people(firm, max(size // CLIENTS_OF_AN_ADVISOR, 1))
        for name, yearly_meetings, document in GROUPS:
            Group.objects.create(name=name, yearly_meetings=yearly_meetings, filter=to_json(parse(document, fields())))
        types = AppointmentType.objects.order_by("position")
        return (
            firm.pk,
            size,
            advisors,
            list(Status.objects.order_by("position").values_list("pk", flat=True)),
            types.get(is_default_meeting=True).pk,
            types.filter(counts_for_cadence=False)[0].pk,
            default_portfolio_id(),
            list(list_entries(ListName.RISK_PROFILE).values_list("pk", flat=True)),
        )


def _people(firm: Firm, advisors: int) -> list[int]:
    """An administrator and the advisors, who cannot log in by password; the ids of the advisors."""
    roles = [Role.ADMIN, *[Role.ADVISOR] * advisors]
    users = User.objects.bulk_create(
        User(email=f"{role}-{place}@{firm.slug}.example", password=make_password(None))
        for place, role in enumerate(roles)
    )
    members = Membership.objects.bulk_create(
        Membership(user=user, name=f"Persona {place}", role=role)
        for place, (user, role) in enumerate(zip(users, roles, strict=True))
    )
    return [member.pk for member in members if member.role == Role.ADVISOR]


def _names() -> list[tuple[str, int, str, str]]:
    return [
        (kind, place, name, fold(name))
        for kind, names in (("last", LAST_NAMES), ("first", FIRST_NAMES))
        for place, name in enumerate(names)
    ]
