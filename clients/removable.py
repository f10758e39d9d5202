"""What this app says of its settings that are deleted with a way back (tenants/removals.py)."""

from __future__ import annotations

from clients.models import CustomField, Label, ListEntry, Processing, Quantity, Status, UserList
from clients.services.choices import settle_choice
from clients.services.custom_fields import settle_custom_field
from clients.services.lists import settle_list
from clients.services.processing import settle_processing
from clients.services.sublists import settle_quantity
from tenants import removals


def register() -> None:
    for kind in (Label, ListEntry, Status):
        removals.allow(kind, settle=settle_choice)
    removals.allow(CustomField, settle=settle_custom_field)
    removals.allow(Processing, settle=settle_processing)
    removals.allow(Quantity, settle=settle_quantity)
    removals.allow(UserList, settle=settle_list)
