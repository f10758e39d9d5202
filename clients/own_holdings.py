"""What clients itself holds about a client."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from clients.models import (
    Address,
    Attachment,
    BulkItem,
    ChangedClient,
    ClaimedClient,
    Client,
    ClientEdit,
    ClientLabel,
    ClientMerge,
    ClientService,
    ClientWord,
    ClientYear,
    CompanyLink,
    Consent,
    CustomValue,
    Email,
    Erasure,
    ExportedClient,
    Filing,
    ImportedClient,
    ImportedRow,
    ManagementEvent,
    NotDuplicate,
    Note,
    NoteVersion,
    Phone,
    Policy,
    Profile,
    StatusChange,
    YearQuantity,
)
from clients.sweeping import discard_files

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
        model=Profile,
        field="parent_company",
        label=_("Companies below"),
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
        model=CustomValue,
        label=_("User fields"),
        on_merge=OnMerge.COPY,
        once=("field",),
        on_import_undo=OnImportUndo.DELETE,
    ),
    *(
        Holding(
            model=model,
            label=model._meta.verbose_name_plural or "",
            on_merge=OnMerge.MOVE,
            once=once,
            on_import_undo=OnImportUndo.DELETE,
        )
        for model, once in (
            (ClientYear, ("year",)),
            (YearQuantity, ("quantity", "year")),
            (Filing, ("type", "year", "period")),
            (ClientService, ("service",)),
            (Policy, ("company_key", "number_key")),
        )
    ),
    Holding(
        model=StatusChange,
        label=_("History of the status"),
        since="at",
        on_erasure=OnErasure.KEEP,
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=StatusChange,
        field="company",
        in_dossier=False,
        on_erasure=OnErasure.UNLINK,
        on_import_undo=OnImportUndo.DELETE,
    ),
    # What is written about him. The company of that time only shows it in its own time line.
    Holding(model=Note, label=_("Notes"), retention=RetentionClass.MIFID, since="at"),
    Holding(model=Note, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    Holding(
        model=NoteVersion,
        label=_("Former versions of notes"),
        retention=RetentionClass.MIFID,
        since="replaced_at",
    ),
    Holding(model=Attachment, label=_("Attachments"), hidden=("stored_as",), discard=discard_files),
    Holding(
        model=ManagementEvent,
        label=_("Management events"),
        hidden=("at",),
        retention=RetentionClass.TAX,
        since="at",
    ),
    Holding(model=ManagementEvent, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    Holding(
        model=CompanyLink,
        label=_("Companies linked so far"),
        once=("until_on",),
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=CompanyLink,
        field="company",
        label=_("Contacts so far"),
        in_dossier=False,
        on_import_undo=OnImportUndo.DELETE,
    ),
    Holding(
        model=Consent,
        label=_("Consents"),
        retention=RetentionClass.CONSENT,
        since="at",
        on_import_undo=OnImportUndo.DELETE,
    ),
    # What was done with the record as a whole. Merges hold facts of both records.
    Holding(
        model=Client,
        field="merged_into",
        label=_("Entries merged before"),
        in_dossier=False,
        on_erasure=OnErasure.UNLINK,
    ),
    Holding(
        model=ClientMerge,
        field="survivor",
        label=_("Merges"),
        on_merge=OnMerge.STAY,
        hidden=("values", "moved", "made", "remembered"),
    ),
    Holding(model=ClientMerge, field="merged", on_merge=OnMerge.STAY, in_dossier=False),
    Holding(model=NotDuplicate, field="first", on_merge=OnMerge.STAY, in_dossier=False),
    Holding(model=NotDuplicate, field="second", on_merge=OnMerge.STAY, in_dossier=False),
    Holding(
        model=Erasure,
        on_merge=OnMerge.STAY,
        in_dossier=False,
        on_erasure=OnErasure.KEEP,
        harmless=("counts",),
    ),
    # Indexes and work lists.
    Holding(
        # Indexed anew once the name is gone, and the variants of its words with it.
        model=ClientWord,
        field="client_id",
        on_merge=OnMerge.STAY,
        in_dossier=False,
        on_erasure=OnErasure.KEEP,
        harmless=("word",),
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
    Holding(
        model=ClientEdit,
        label=_("Changes of the record"),
        since="at",
        on_merge=OnMerge.STAY,
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
    # What it takes to undo an import, and whom an export contains: who is erased comes back by neither.
    *(
        Holding(
            model=model,
            field="client_id",
            on_merge=OnMerge.STAY,
            in_dossier=False,
            on_import_undo=OnImportUndo.DELETE,
        )
        for model in (ImportedClient, ImportedRow, ExportedClient)
    ),
)
