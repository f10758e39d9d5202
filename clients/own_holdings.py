"""What clients itself holds about a client."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from clients.models import (
    Address,
    BulkItem,
    ChangedClient,
    ClaimedClient,
    ClientLabel,
    ClientWord,
    Email,
    Phone,
    Profile,
    StatusChange,
)

register(
    # The record: what of it the survivor of a merge takes over is chosen field by field.
    Holding(
        model=Profile,
        label=_("Profile"),
        on_merge=OnMerge.STAY,
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=Profile,
        field="company",
        label=_("Contacts of the company"),
        once=("client",),
        in_dossier=False,
        on_erasure=OnErasure.UNLINK,
    ),
    Holding(
        model=Email,
        label=_("E-mail addresses"),
        on_merge=OnMerge.COPY,
        once=("address_key",),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=Phone,
        label=_("Telephones"),
        on_merge=OnMerge.COPY,
        once=("number",),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=Address,
        label=_("Addresses"),
        on_merge=OnMerge.COPY,
        once=("street", "postal_code", "city_key", "country"),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=ClientLabel,
        label=_("Labels"),
        on_merge=OnMerge.COPY,
        once=("label",),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=StatusChange,
        label=_("History of the status"),
        since="at",
        on_erasure=OnErasure.KEEP,
        on_import_undo=OnImportUndo.DELETE,
    ),
    # Indexes and work lists.
    Holding(
        model=ClientWord,
        field="client_id",
        on_merge=OnMerge.STAY,
        in_dossier=False,
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=ChangedClient,
        field="client_id",
        on_merge=OnMerge.DERIVED,
        in_dossier=False,
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=ClaimedClient,
        field="client_id",
        on_merge=OnMerge.DERIVED,
        in_dossier=False,
        on_import_undo=OnImportUndo.DELETE,
    ),
    # That he was among those whom an action on many concerned: ids and codes.
    Holding(
        model=BulkItem,
        field="client_id",
        on_merge=OnMerge.STAY,
        in_dossier=False,
        on_erasure=OnErasure.KEEP,
        harmless=("outcome", "before"),
        on_import_undo=OnImportUndo.DELETE,
    ),
)
