"""Rows of groups, saved searches, viste and marketing lists, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from groups.enums import GroupKind
from groups.models import Group, MarketingList, SavedSearch, View
from groups.services import (
    GroupDetails,
    ListDetails,
    SearchDetails,
    ViewDetails,
    create_group,
    create_list,
    create_search,
    create_view,
)
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example


def group(admin: Membership) -> dict[str, Any]:
    details = GroupDetails(name=f"Example {Group.objects.count()}", kind=GroupKind.FIXED)
    return {"pk": create_group(details, by=admin, at=timezone.now(), yearly_meetings=2).pk}


def group_without_number(admin: Membership) -> dict[str, Any]:
    """By a filter, so that deleting it can be undone."""
    details = GroupDetails(name=f"Example {Group.objects.count()}", filter={"all": []})
    return {"pk": create_group(details, by=admin, at=timezone.now()).pk}


def client_in_group(admin: Membership) -> dict[str, Any]:
    return {**group(admin), "client_pk": client(admin)["pk"]}


def saved_search(admin: Membership) -> dict[str, Any]:
    rich = {"field": "aum", "op": "gte", "value": "1"}
    details = SearchDetails(name=f"Example {SavedSearch.objects.count()}", filter=rich)
    return {"pk": create_search(details, by=admin).pk}


def view(admin: Membership) -> dict[str, Any]:
    details = ViewDetails(name=f"Example {View.objects.count()}", is_shared=True)
    return {"pk": create_view(details, by=admin).pk}


def marketing_list(admin: Membership) -> dict[str, Any]:
    details = ListDetails(name=f"Example {MarketingList.objects.count()}")
    return {"pk": create_list(details, by=admin, at=timezone.now()).pk}


PAGES: dict[str, Example] = {
    "groups:group_detail": group,
    "groups:group_edit": group,
    "groups:group_activation": group,
    "groups:group_delete": group_without_number,
    "groups:member_add": group,
    "groups:member_remove": group,
    "groups:group_why": client_in_group,
    "groups:search_edit": saved_search,
    "groups:search_delete": saved_search,
    "groups:view_edit": view,
    "groups:view_duplicate": view,
    "groups:view_delete": view,
    "groups:view_default": view,
    "groups:list_detail": marketing_list,
    "groups:list_edit": marketing_list,
    "groups:list_freeze": marketing_list,
    "groups:list_thaw": marketing_list,
    "groups:list_delete": marketing_list,
}

RESOURCES: dict[str, Example] = {
    "groups": group,
    "searches": saved_search,
    "views": view,
    "marketing-lists": marketing_list,
}
