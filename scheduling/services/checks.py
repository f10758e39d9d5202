"""The predefined check that asks for a new meeting: how many days ahead, and in which words (REL-41, REL-47)."""

from __future__ import annotations

from django.db import transaction

from scheduling.models import Check
from tenants import audit
from tenants.models import Membership


@transaction.atomic
def edit_planning_check(check: Check, *, lead_days: int, text: str, active: bool, by: Membership) -> Check:
    """From the next night on, which then computes every client anew (O-16)."""
    before = _facts(check)
    check.lead_days, check.text, check.active = lead_days, text.strip(), active
    check.full_clean()
    check.save(update_fields=["lead_days", "text", "active"])
    if _facts(check) != before:
        audit.record("check.edited", check, by=by, before=before, after=_facts(check))
    return check


def _facts(check: Check) -> dict[str, object]:
    return {"lead_days": check.lead_days, "text": check.text, "active": check.active}
