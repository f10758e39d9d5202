"""Values entered by hand: each of the four wins until it is cleared (GAT-16, 10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.models import Client
from portfolios import scoring
from portfolios.enums import Measure
from portfolios.models import ManualValue, Typology
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

Values = Mapping[str, int | Decimal | None]


@transaction.atomic
def set_values(
    client: Client, typology: Typology, values: Values, *, by: Membership, at: datetime, note: str | None = None
) -> None:
    """Enter what ``values`` names of recency (days), frequency, monetary and potentiality; None: back to automatic.

    ``note`` says why; left out, the one of before stays.
    """
    if not typology.active:
        raise ValidationError({"typology": ValidationError(_("This typology is not active."), code="inactive")})
    Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    row = ManualValue.objects.filter(client=client, typology=typology).first()
    row = row or ManualValue(client=client, typology=typology)
    told: dict[str, object] = {measure.value: values[measure] for measure in Measure if measure in values}
    before, after = audit.changes(row, told if note is None else told | {"note": note.strip()})
    if not after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.by = by
    row.clean_fields(exclude={"firm", "client", "typology", "by"})
    _keep(row)
    scoring.score_clients([client.pk], today=local_today(bound_firm(), at=at))
    audit.record("score.entered", client, by=by, before=_plain(before), after=_plain(after))


def _keep(row: ManualValue) -> None:
    """A row in which nothing is left says nothing."""
    if any(getattr(row, measure) is not None for measure in Measure):
        row.version += 1 if row.pk else 0
        row.save()
    elif row.pk:
        row.delete()


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
