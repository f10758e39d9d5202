"""For how long the firm keeps what the law obliges it to keep (security.md 6)."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clients import retention
from clients.enums import RetentionClass
from clients.models import RetentionPeriod
from tenants import audit
from tenants.models import Membership


@transaction.atomic
def set_retention(years: Mapping[RetentionClass, int], *, by: Membership | None) -> None:
    """Keep these classes for so many years from the next erasure on; what is locked already keeps its day."""
    before = retention.years_of_firm()
    changed = {kept: number for kept, number in years.items() if before[kept] != number}
    _check(changed)
    for kept, number in changed.items():
        if number == retention.YEARS[kept]:
            RetentionPeriod.objects.filter(retention=kept).delete()
        else:
            RetentionPeriod.objects.update_or_create(retention=kept, defaults={"years": number})
    if changed:
        former = {kept.value: before[kept] for kept in changed}
        after = {kept.value: number for kept, number in changed.items()}
        audit.record("retention.changed", None, by=by, before=former, after=after)


def _check(years: Mapping[RetentionClass, int]) -> None:
    refused = {}
    for kept, number in years.items():
        least = retention.LEAST[kept]
        if not least <= number <= retention.MOST:
            told = _("This must be between %(least)s and %(most)s years.")
            params = {"least": least, "most": retention.MOST}
            refused[kept.value] = ValidationError(told, code="out_of_reach", params=params)
    if refused:
        raise ValidationError(refused)
