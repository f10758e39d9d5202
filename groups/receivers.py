"""What groups do when something that their filters name changes below them."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from clients.catalogue import fields
from clients.filters.rewriting import renamed
from clients.models import ListEntry
from clients.signals import entry_replaced
from groups.models import Group
from tenants import audit
from tenants.models import Membership


@receiver(entry_replaced)
def ask_for_the_new_entry(old: ListEntry, new: ListEntry, by: Membership | None, **kwargs: Any) -> None:
    """Filters that ask for the replaced entry of a list ask for the other one: their members stay the same."""
    names = {field.name for field in fields().values() if field.list_name == old.list_name}
    for group in Group.objects.exclude(filter=None):
        document = renamed(group.filter, names, old=old.pk, new=new.pk)
        if document != group.filter:
            before, group.filter, group.changed_at = group.filter, document, timezone.now()
            group.version += 1
            group.save()
            audit.record("group.edited", group, by=by, before={"filter": before}, after={"filter": document})
