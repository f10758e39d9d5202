"""What the people of the demo recorded in the last months, and what they play for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from outcomes.models import Outcome
from outcomes.services import Recording, enter_fulfilments
from outcomes.services.challenges import ChallengeDetails, save_challenge
from scheduling.enums import AppointmentState
from scheduling.models import Appointment
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

SPAN = timedelta(days=90)
# Of so many meetings one ended with a signature; the outcome of the others is still to be recorded.
ONE_OF = 3


def record(admin: Membership, *, at: datetime) -> None:
    """Signatures of the last three months, each by who held the meeting, and a challenge that runs this month."""
    held = Appointment.objects.filter(
        type__name="Incontro", state=AppointmentState.HELD, starts_at__gte=at - SPAN, assignee__isnull=False
    )
    meetings: Sequence[Appointment] = list(held.select_related("assignee").order_by("starts_at", "pk"))[::ONE_OF]
    signed = Outcome.objects.filter(name="Sottoscrive").first()
    if signed is not None and meetings:
        enter_fulfilments([_recording(meeting, signed) for meeting in meetings], at=at)
    today = local_today(bound_firm(), at=at)
    first = today.replace(day=1)
    details = ChallengeDetails(
        name="Sfida del mese",
        starts_on=first,
        ends_on=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1),
        target=100,
        prize="Cena per due al Lago",
    )
    save_challenge(None, details, by=admin)


def _recording(meeting: Appointment, outcome: Outcome) -> Recording:
    return Recording(appointment=meeting, outcome=outcome, by=meeting.assignee, at=meeting.ends_at)
