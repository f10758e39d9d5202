"""The firm's own lists (elenchi utente), and putting one entry of a list in the place of another (Sostituisci)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients import lists
from clients.changes import mark_changed
from clients.filters.folding import fold
from clients.models import Client, CustomField, CustomValue, ListEntry, UserList
from clients.normalising import tidy
from clients.signals import clients_changed, entry_replaced
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

# Not the name of a list, since pages of settings are called so.
RESERVED = {"statuses", "labels"}


@dataclass(frozen=True)
class Use:
    """How many rows of one kind name an entry."""

    label: str
    count: int


@transaction.atomic
def create_list(name: str, *, by: Membership | None, entries: Sequence[str] = ()) -> UserList:
    """A list of the firm's own, with its first entries in this order."""
    row = UserList(name=tidy(name))
    row.key = _free_key(row.name)
    settle_list(row)
    row.save(force_insert=True)
    ListEntry.objects.bulk_create(
        ListEntry(list_name=row.key, name=entry, position=position)
        for position, entry in enumerate(_distinct(entries), start=1)
    )
    audit.record("userlist.created", row, by=by, after={"name": row.name, "entries": list(entries)})
    return row


@transaction.atomic
def change_list(row: UserList, values: Mapping[str, Any], *, by: Membership | None) -> UserList:
    before, after = audit.changes(row, values)
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.name = tidy(row.name)
        settle_list(row)
        row.save()
        audit.record("userlist.changed", row, by=by, before=before, after=after)
    return row


@transaction.atomic
def delete_list(row: UserList, *, by: Membership | None) -> Removal:
    """Only while no field uses it and nothing names one of its entries."""
    entries = ListEntry.objects.filter(list_name=row.key)
    used = CustomField.objects.filter(list_name=row.key).exists() or any(
        rows.exists() for _label, rows in _naming(list(entries))
    )
    if used:
        message = _("“%(name)s” is in use: it can be deactivated, not deleted.")
        raise ValidationError(message, code="in_use", params={"name": row.name})
    removal = remove(row, along=entries, by=by)
    audit.record("userlist.deleted", row, by=by, before={"name": row.name})
    return removal


def uses_of(entry: ListEntry) -> list[Use]:
    """What names the entry, to be shown before it is replaced."""
    counted = [Use(label, rows.count()) for label, rows in _naming([entry])]
    return [use for use in counted if use.count]


@transaction.atomic
def replace_entry(old: ListEntry, *, new: ListEntry, by: Membership | None) -> list[Use]:
    """Everything that names ``old`` names ``new`` from now on; ``old`` is kept, not active (STY-14, O-21).

    Refused with itself, with an inactive entry and with one of another list. Groups that ask for the old one are told
    (``entry_replaced``). Returns how many rows of each kind were changed.
    """
    if new.pk == old.pk or new.list_name != old.list_name:
        raise ValidationError({"by": ValidationError(_("Choose another entry of the same list."), code="same")})
    if not new.active:
        message = _("“%(name)s” is no longer in use.")
        raise ValidationError({"by": ValidationError(message, code="inactive", params={"name": new.name})})
    uses = uses_of(old)
    concerned = _clients_with(old)
    _drop_doubles(old, new)
    for reference in _references():
        reference.model.objects.filter(**{reference.name: old}).update(**{reference.name: new})
    old.active = False
    old.save()
    if concerned:
        Client.objects.filter(pk__in=concerned).update(version=F("version") + 1, updated_at=timezone.now())
        mark_changed(concerned)
        clients_changed.send(Client, client_ids=concerned, changed=frozenset({old.list_name}))
    entry_replaced.send(ListEntry, old=old, new=new, by=by)
    counts = {use.label: use.count for use in uses}
    audit.record("listentry.replaced", old, by=by, before={"name": old.name}, after={"name": new.name, **counts})
    return uses


def _references() -> list[Any]:
    """Every foreign key to an entry, whoever declares it."""
    relations: list[Any] = ListEntry._meta.get_fields(include_hidden=True)
    return [each.field for each in relations if each.auto_created and not each.concrete]


def _naming(entries: Sequence[ListEntry]) -> Iterator[tuple[str, QuerySet[Any]]]:
    """For every reference the rows that name one of these."""
    for field in _references():
        label = f"{field.model._meta.verbose_name_plural}: {field.verbose_name}"
        yield label, field.model.objects.filter(**{f"{field.name}__in": entries})


def _clients_with(entry: ListEntry) -> list[int]:
    """Whose facts change: the clients that rows with a client, or the clients themselves, say so of."""
    found: set[int] = set()
    for field in _references():
        names = {each.name for each in field.model._meta.concrete_fields}
        of_client = "pk" if field.model is Client else "client_id" if "client" in names else ""
        if of_client:
            found |= set(field.model.objects.filter(**{field.name: entry}).values_list(of_client, flat=True))
    return sorted(found)


def _drop_doubles(old: ListEntry, new: ListEntry) -> None:
    """Of several choices a client may have both: the new one is enough."""
    has_new = CustomValue.objects.filter(entry=new, field=models.OuterRef("field"), client=models.OuterRef("client"))
    CustomValue.objects.filter(models.Exists(has_new), entry=old).delete()


def settle_list(row: UserList) -> None:
    """Of a new, a changed or a returned list. Raises ValidationError when another has its name."""
    row.clean_fields()
    others = [each for each in lists.all_lists() if each.own != row or each.own is None]
    if fold(row.name) in {fold(str(each.name)) for each in others}:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})


def _free_key(name: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:17].strip("_") or "elenco"
    stem = stem if stem[0].isalpha() else f"elenco_{stem}"[:17]
    taken = lists.names() | RESERVED
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 100))) if key not in taken)


def _distinct(entries: Sequence[str]) -> list[str]:
    named = {fold(entry): tidy(entry)[:100] for entry in reversed(entries) if fold(entry)}
    return list(reversed(named.values()))
