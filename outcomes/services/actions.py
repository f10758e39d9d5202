"""An action that nobody had planned, recorded at once: it stands in the Calendar and in the storico (IFY-04)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Client
from outcomes.models import Activity, Fulfilment, Relation
from outcomes.services.fulfilment import fulfil_appointment
from scheduling.services import AppointmentDetails, book_appointment
from tenants.models import Membership


@transaction.atomic
def record_action(  # noqa: PLR0913 - what one records at once
    client: Client,
    pair: Relation,
    *,
    by: Membership,
    at: datetime,
    ended_at: datetime | None = None,
    note: str = "",
    activity: Activity | None = None,
) -> Fulfilment:
    """What took place just now, or ended a while ago, with its outcome: planned and fulfilled in one step."""
    ended_at = ended_at or at
    if ended_at > at:
        raise ValidationError({"ended_at": ValidationError(_("This is still to come."), code="still_to_come")})
    kind = pair.type
    details = AppointmentDetails(
        type=kind, starts_at=ended_at - timedelta(minutes=kind.duration_minutes), ends_at=ended_at, assignee=by
    )
    appointment = book_appointment(client, details, by=by, at=at)
    return fulfil_appointment(appointment, pair.outcome, by=by, at=at, note=note, activity=activity)
