"""What the people of the demo recorded in the last year, the activities they follow, and what they play for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from django.db.models import QuerySet

from clients.models import Client
from outcomes import services
from outcomes.models import Activity, ActivityKind, Outcome
from outcomes.services import ActivityDetails, KindDetails, Recording, enter_fulfilments
from outcomes.services.challenges import ChallengeDetails, save_challenge
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.models import Appointment, AppointmentType
from tenants.binding import bound_firm, local_today
from tenants.enums import Role
from tenants.models import Membership

Endings = Mapping[str, Sequence[tuple[str, float]]]
SPAN = timedelta(days=365)
# Of each type what share ends how; the rest was held and nobody said how it went.
ENDINGS = {
    "Incontro": (("Sottoscrive", 0.42), ("Non sottoscrive", 0.03)),
    "Integrazioni / Verifiche di portafoglio": (("Interessato", 0.4), ("Non interessato", 0.45)),
    "Telefonata commerciale": (("Interessato", 0.12), ("Non interessato", 0.04)),
}
# A call that ended well is followed by a meeting, and most of those are held.
AFTER_A_CALL = (("Sottoscrive", 0.6), ("Non sottoscrive", 0.1))
KINDS = (
    ("Rinnovo mandato", ("Incontro", "Telefonata commerciale", "Rinnovo mandato")),
    ("Nuovo investimento", ("Incontro", "Telefonata commerciale", "Proposta")),
)
ACTIVITIES, CLOSED = 24, 9


def record(admin: Membership, *, at: datetime, seed: int) -> None:
    """Outcomes of a year, each by who held the meeting; what follows from them; activities and two challenges."""
    dice = Random(seed)  # noqa: S311 - believable, not secret
    activities = _open_activities(admin, at=at)
    held = Appointment.objects.filter(
        state=AppointmentState.HELD, starts_at__gte=at - SPAN, assignee__isnull=False, type__name__in=ENDINGS
    )
    _enter(held, ENDINGS, dice, at=at)
    due = Appointment.objects.filter(origin=AppointmentOrigin.FOLLOW_UP, ends_at__lt=at, state=AppointmentState.PLANNED)
    _enter(due, {"Incontro": AFTER_A_CALL}, dice, at=at)
    for activity in activities[:CLOSED]:
        services.close_activity(activity, by=admin, at=at, reason="Firmato")
    _challenges(admin, at=at)


def _enter(appointments: QuerySet[Appointment], endings: Endings, dice: Random, *, at: datetime) -> None:
    outcomes = {outcome.name: outcome for outcome in Outcome.objects.all()}
    rows = appointments.select_related("assignee", "type").order_by("starts_at", "pk")
    if recordings := list(_recordings(rows, endings, outcomes, dice)):
        enter_fulfilments(recordings, at=at)


def _recordings(
    appointments: QuerySet[Appointment],
    endings: Endings,
    outcomes: dict[str, Outcome],
    dice: Random,
) -> Iterator[Recording]:
    """Half of the calls are the operator's."""
    operator = Membership.objects.filter(role=Role.OPERATOR).first()
    for appointment in appointments:
        name = _drawn(endings[appointment.type.name], dice)
        is_operators = operator is not None and not appointment.type.counts_for_cadence and dice.random() < 0.5
        by = operator if is_operators else appointment.assignee
        if name is not None:
            yield Recording(appointment=appointment, outcome=outcomes[name], by=by, at=appointment.ends_at)


def _drawn(endings: Sequence[tuple[str, float]], dice: Random) -> str | None:
    left = dice.random()
    for name, share in endings:
        left -= share
        if left < 0:
            return name
    return None


def _open_activities(admin: Membership, *, at: datetime) -> list[Activity]:
    types = {kind.name: kind for kind in AppointmentType.objects.all()}
    kinds: list[ActivityKind] = [
        services.create_kind(KindDetails(name=name, types=[types[one] for one in own]), by=admin) for name, own in KINDS
    ]
    clients = Client.objects.filter(aum__isnull=False).select_related("advisor").order_by("-aum", "pk")[:ACTIVITIES]
    return [
        services.open_activity(
            client,
            kinds[place % len(kinds)],
            ActivityDetails(owner=client.advisor),
            by=admin,
            at=at - timedelta(days=20 + 11 * place),
        )
        for place, client in enumerate(clients)
    ]


def _challenges(admin: Membership, *, at: datetime) -> None:
    """One that runs this month, and last month's."""
    first = local_today(bound_firm(), at=at).replace(day=1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    last = first - timedelta(days=1)
    for name, starts_on, ends_on in (
        ("Sfida del mese scorso", last.replace(day=1), last),
        ("Sfida del mese", first, end),
    ):
        details = ChallengeDetails(
            name=name, starts_on=starts_on, ends_on=ends_on, target=100, prize="Cena per due al Lago"
        )
        save_challenge(None, details, by=admin)
