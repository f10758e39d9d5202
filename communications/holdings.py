"""What communications holds about a client."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from communications.models import ClientOpportunity, Enablement, Suppression

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
    # A decision about this very entry; the survivor has his own.
    Holding(
        model=Enablement,
        label=_("Enabled for e-mail"),
        on_merge=OnMerge.STAY,
        on_import_undo=OnImportUndo.DELETE,
    ),
    # Whoever did not want to be written to is remembered by a digest when he is erased (security.md 6).
    Holding(
        model=Suppression,
        label=_("Addresses not to write to"),
        hidden=("digest",),
        on_erasure=OnErasure.EMPTY,
        emptied=("address", "note"),
        harmless=("digest",),
    ),
)
