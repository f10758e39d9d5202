"""REST: clients and what their records are made of."""

from __future__ import annotations

from typing import Any

from clients.api.bulk import BulkActionViewSet
from clients.api.choices import LabelViewSet, ListEntryViewSet, StatusViewSet, UserListViewSet
from clients.api.companies import CompanyGroupViewSet, CompanyLinkViewSet
from clients.api.custom import CustomFieldViewSet
from clients.api.exports import ExportViewSet
from clients.api.imports import ImportViewSet
from clients.api.management import ManagementEventViewSet
from clients.api.merging import ClientMergeViewSet, DuplicateViewSet
from clients.api.notes import AttachmentViewSet, ClientAttachmentViewSet, ClientNoteViewSet, NoteViewSet
from clients.api.offered import FieldViewSet
from clients.api.people import (
    ClientConsentViewSet,
    ClientRightsViewSet,
    HouseholdViewSet,
)
from clients.api.places import CommuneViewSet, CountryViewSet, ProvinceViewSet
from clients.api.processing import ProcessingViewSet, RegisterViewSet
from clients.api.protection import RESOURCES as PROTECTION
from clients.api.protection import AlertRulesViewSet
from clients.api.records import ClientViewSet
from clients.api.retention import RetentionViewSet
from clients.api.sublists import OF_A_CLIENT as SUBLISTS
from clients.api.sublists import QuantityViewSet
from clients.api.timeline import TimelineViewSet

__all__ = ["OF_A_CLIENT", "AlertRulesViewSet", "RESOURCES", "RegisterViewSet", "RetentionViewSet"]

RESOURCES: dict[str, type[Any]] = {
    "fields": FieldViewSet,
    "custom-fields": CustomFieldViewSet,
    "labels": LabelViewSet,
    "statuses": StatusViewSet,
    "lists": ListEntryViewSet,
    "quantities": QuantityViewSet,
    "communes": CommuneViewSet,
    "provinces": ProvinceViewSet,
    "countries": CountryViewSet,
    "clients/bulk-actions": BulkActionViewSet,
    "user-lists": UserListViewSet,
    "clients": ClientViewSet,
    "exports": ExportViewSet,
    "imports": ImportViewSet,
    "notes": NoteViewSet,
    "households": HouseholdViewSet,
    "duplicates": DuplicateViewSet,
    "attachments": AttachmentViewSet,
    "management-events": ManagementEventViewSet,
    **PROTECTION,
    "processing-activities": ProcessingViewSet,
}

# ``clients/{id}/…/``
OF_A_CLIENT: dict[str, tuple[type[Any], dict[str, str]]] = {
    "timeline": (TimelineViewSet, {"get": "list"}),
    "merge": (ClientMergeViewSet, {"get": "list", "post": "create"}),
    "merge-preview": (ClientMergeViewSet, {"post": "preview"}),
    "undo-merge": (ClientMergeViewSet, {"post": "undo"}),
    "company-group": (CompanyGroupViewSet, {"get": "retrieve", "put": "update"}),
    "company-links": (CompanyLinkViewSet, {"get": "list"}),
    "consents": (ClientConsentViewSet, {"get": "list", "post": "create"}),
    "dossier": (ClientRightsViewSet, {"get": "retrieve"}),
    "erase": (ClientRightsViewSet, {"post": "create"}),
    "notes": (ClientNoteViewSet, {"get": "list", "post": "create"}),
    "attachments": (ClientAttachmentViewSet, {"get": "list", "post": "create"}),
    **SUBLISTS,
}
