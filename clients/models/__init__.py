"""The people a firm serves.

``Client`` is the narrow row that lists, filters, counts, search and the night read; ``Profile`` is the wide one that
the client's page shows. No fact stands in both (docs/decisions/0001).
"""

from clients.models.accounts import ClientService, ClientYear, Filing, Policy, Quantity, YearQuantity
from clients.models.alerts import AccessAlert, AlertRules
from clients.models.belongings import Address, ClientLabel, Email, Phone, StatusChange
from clients.models.bulk import BulkItem, BulkJob
from clients.models.choices import Label, ListEntry, Status
from clients.models.clients import Client, ClientWord
from clients.models.custom import CustomField, CustomValue, SheetDefault, UserList
from clients.models.edits import ClientEdit
from clients.models.exports import ExportedClient, ExportJob, ExportPiece
from clients.models.imports import (
    ImportedClient,
    ImportedRow,
    ImportJob,
    ImportPiece,
    ImportRow,
    RefusedRow,
    SavedMapping,
)
from clients.models.management import ManagementEvent
from clients.models.merging import ClientMerge, NotDuplicate
from clients.models.notes import Attachment, Note, NoteVersion
from clients.models.processing import Processing, ProcessingRegister
from clients.models.profiles import Profile
from clients.models.relations import CompanyLink, Household
from clients.models.rights import Access, Consent, Erasure, LockedRecord, RetentionPeriod
from clients.models.words import NoteWord, WordVariant
from clients.models.worklist import ChangedClient, ClaimedClient

__all__ = [
    "Access",
    "AccessAlert",
    "AlertRules",
    "Address",
    "BulkItem",
    "BulkJob",
    "Attachment",
    "ChangedClient",
    "ClaimedClient",
    "Client",
    "ClientEdit",
    "ClientLabel",
    "ClientService",
    "ClientMerge",
    "ClientWord",
    "ClientYear",
    "CustomField",
    "CustomValue",
    "CompanyLink",
    "Consent",
    "Email",
    "Erasure",
    "Household",
    "ExportJob",
    "ExportPiece",
    "ExportedClient",
    "Filing",
    "ImportJob",
    "ImportPiece",
    "ImportRow",
    "ImportedClient",
    "ImportedRow",
    "Label",
    "ListEntry",
    "ManagementEvent",
    "Note",
    "NoteVersion",
    "NoteWord",
    "LockedRecord",
    "NotDuplicate",
    "Phone",
    "Policy",
    "Quantity",
    "Processing",
    "ProcessingRegister",
    "Profile",
    "RefusedRow",
    "SavedMapping",
    "RetentionPeriod",
    "Status",
    "SheetDefault",
    "StatusChange",
    "UserList",
    "WordVariant",
    "YearQuantity",
]
