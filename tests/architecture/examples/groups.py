"""Rows of groups and saved searches, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from groups.enums import GroupKind
from groups.models import Group, SavedSearch
from groups.services import GroupDetails, SearchDetails, create_group, create_search
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example


def group(admin: Membership) -> dict[str, Any]:
    details = GroupDetails(name=f"Example {Group.objects.count()}", kind=GroupKind.FIXED)
    return {"pk": create_group(details, by=admin, at=timezone.now(), yearly_meetings=2).pk}


def client_in_group(admin: Membership) -> dict[str, Any]:
    return {**group(admin), "client_pk": client(admin)["pk"]}


def saved_search(admin: Membership) -> dict[str, Any]:
    rich = {"field": "aum", "op": "gte", "value": "1"}
    details = SearchDetails(name=f"Example {SavedSearch.objects.count()}", filter=rich)
    return {"pk": create_search(details, by=admin).pk}


PAGES: dict[str, Example] = {
    "groups:group_detail": group,
    "groups:group_edit": group,
    "groups:group_activation": group,
    "groups:group_delete": group,
    "groups:member_add": group,
    "groups:member_remove": group,
    "groups:group_why": client_in_group,
    "groups:search_edit": saved_search,
    "groups:search_delete": saved_search,
}

RESOURCES: dict[str, Example] = {
    "groups": group,
    "searches": saved_search,
}
