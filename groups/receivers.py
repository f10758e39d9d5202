"""What groups do when something that their filters name changes below them."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.dispatch import receiver
from django.utils import timezone

from clients.catalogue import fields
from clients.filters.rewriting import renamed
from clients.models import ListEntry
from clients.signals import entry_replaced
from groups.models import Group, MarketingList, SavedSearch, View
from tenants import audit
from tenants.models import Membership

# What has a filter, and what the trail calls a change of it.
EDITED: dict[type[Model], str] = {
    Group: "group.edited",
    View: "view.edited",
    SavedSearch: "search.edited",
    MarketingList: "marketinglist.edited",
}


@receiver(entry_replaced)
def ask_for_the_new_entry(old: ListEntry, new: ListEntry, by: Membership | None, **kwargs: Any) -> None:
    """Filters that ask for the replaced entry of a list ask for the other one: their members stay the same."""
    names = {field.name for field in fields().values() if field.list_name == old.list_name}
    for model, action in EDITED.items():
        rows: list[Any] = list(model._default_manager.exclude(filter=None))
        for row in rows:
            document = renamed(row.filter, names, old=old.pk, new=new.pk)
            if document != row.filter:
                before, row.filter = row.filter, document
                row.version += 1
                if isinstance(row, Group):
                    row.changed_at = timezone.now()
                row.save()
                audit.record(action, row, by=by, before={"filter": before}, after={"filter": document})
