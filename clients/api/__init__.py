"""REST: clients and what their records are made of."""

from __future__ import annotations

from typing import Any

from clients.api.bulk import BulkActionViewSet
from clients.api.choices import LabelViewSet, ListEntryViewSet, StatusViewSet, UserListViewSet
from clients.api.custom import CustomFieldViewSet
from clients.api.imports import ImportViewSet
from clients.api.offered import FieldViewSet
from clients.api.records import ClientViewSet

RESOURCES: dict[str, type[Any]] = {
    "fields": FieldViewSet,
    "custom-fields": CustomFieldViewSet,
    "labels": LabelViewSet,
    "statuses": StatusViewSet,
    "lists": ListEntryViewSet,
    "clients/bulk-actions": BulkActionViewSet,
    "user-lists": UserListViewSet,
    "clients": ClientViewSet,
    "imports": ImportViewSet,
}
