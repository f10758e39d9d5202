"""Facts announced below that outcomes answer (architecture.md section 1)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.utils.translation import gettext as _

from outcomes.models import Fulfilment
from outcomes.services.tallies import tally_anew
from scheduling.models import Appointment
from scheduling.signals import recorded_appointment_changes
from tenants.signals import firm_changed


@receiver(recorded_appointment_changes, dispatch_uid="outcomes.keep_recorded")
def keep_recorded(*, appointment: Appointment, **_kwargs: Any) -> None:
    """What has an outcome keeps its state and its type: the outcome is undone first (O-35)."""
    if Fulfilment.objects.filter(appointment=appointment, undone_at__isnull=True).exists():
        raise ValidationError(
            _("An outcome is recorded for this appointment: an administrator can undo it."), code="has_outcome"
        )


@receiver(firm_changed, dispatch_uid="outcomes.move_days")
def move_days(*, changed: frozenset[str], **_kwargs: Any) -> None:
    """The sums of points are of the firm's days: another zone, other days."""
    if "time_zone" in changed:
        tally_anew()
