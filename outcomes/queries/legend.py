"""The legend: by which symbol each type, outcome and status is known (IFY-07)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import Status
from outcomes.models import Outcome
from scheduling.models import AppointmentType

PARTS: tuple[tuple[str | Promise, Any], ...] = (
    (_("Types/Actions"), AppointmentType),
    (_("Outcomes"), Outcome),
    (_("Commercial statuses"), Status),
)


@dataclass(frozen=True, slots=True)
class Part:
    label: str | Promise
    rows: list[Any]


def legend() -> list[Part]:
    """Those that are offered, in the firm's order: three statements."""
    return [Part(label, list(model.objects.filter(active=True).order_by("position", "pk"))) for label, model in PARTS]
