"""What ``firm/`` shows of scheduling: when the reminder to plan a meeting comes (REL-41, REL-47)."""

from __future__ import annotations

from typing import Any

from scheduling.enums import CheckKind
from scheduling.models import Check
from tenants.firm_parameters import Parameters, contribute


def _planning() -> dict[str, Any]:
    check = Check.objects.get(kind=CheckKind.PLANNING)
    return {"check": check.pk, "active": check.active, "lead_days": check.lead_days, "text": check.text}


def register() -> None:
    contribute(Parameters("planning", _planning))
