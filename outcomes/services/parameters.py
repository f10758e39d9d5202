"""Parametri: what holds for all outcomes of the firm (IFY-54 … IFY-56)."""

from __future__ import annotations

from datetime import time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.enums import ListName
from clients.models import ListEntry
from outcomes.models import Parameters
from tenants import audit
from tenants.models import Membership

NAMES = ("standard_time", "charge_days", "call_centre_category")


@transaction.atomic
def edit_parameters(
    *,
    standard_time: time | None,
    charge_days: int | None,
    call_centre_category: ListEntry | None,
    by: Membership,
) -> Parameters:
    """From the next recording on; the charge is reset by the next night."""
    found: Parameters = Parameters.objects.select_for_update().get_or_create()[0]
    if call_centre_category is not None and call_centre_category.list_name != ListName.CATEGORY:
        refusal = ValidationError(_("This is no category of clients."), code="invalid_choice")
        raise ValidationError({"call_centre_category": refusal})
    before = _facts(found)
    found.standard_time, found.charge_days = standard_time, charge_days
    found.call_centre_category = call_centre_category
    found.clean_fields(exclude=["firm", "call_centre_category"])
    found.save()
    if _facts(found) != before:
        audit.record("parameters.changed", found, by=by, before=before, after=_facts(found))
    return found


def _facts(found: Parameters) -> dict[str, object]:
    return {
        "standard_time": found.standard_time and found.standard_time.isoformat("minutes"),
        "charge_days": found.charge_days,
        "call_centre_category": found.call_centre_category and found.call_centre_category.name,
    }
