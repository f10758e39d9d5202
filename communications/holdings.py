"""What communications holds about a client."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.holdings import Holding, OnErasure, register
from communications.models import ClientOpportunity

register(
    Holding(
        model=ClientOpportunity,
        label=_("Service opportunities"),
        since="opened_at",
        # Open twice is what the table refuses; two that ended at the same moment are one.
        once=("opportunity", "closed_at"),
        on_erasure=OnErasure.EMPTY,
        emptied=("notes", "outcome_note", "external_id"),
        harmless=("external_source",),
    ),
    Holding(model=ClientOpportunity, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
)
