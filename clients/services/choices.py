"""What a firm lets its clients choose from: commercial statuses, labels, and the entries of its own lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, ProtectedError, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.catalogue import forget_fields
from clients.changes import mark_changed
from clients.filters.folding import fold
from clients.models import Client, Label, ListEntry, Status
from clients.normalising import tidy
from clients.services.order import move
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

Choice = TypeVar("Choice", bound=Status | Label | ListEntry)
Ordered = TypeVar("Ordered", Status, ListEntry)


@transaction.atomic
def create_choice(choice: Choice, *, by: Membership | None) -> Choice:
    """Add a status, label or list entry; one with a place in an order goes last (IFY-22, STY-11)."""
    _clean(choice)
    if isinstance(choice, Status | ListEntry):
        choice.position = (_siblings(choice).aggregate(last=Max("position"))["last"] or 0) + 1
    choice.save(force_insert=True)
    audit.record(f"{choice._meta.model_name}.created", choice, by=by, after={"name": choice.name})
    return choice


@transaction.atomic
def change_choice(choice: Choice, values: Mapping[str, str | bool], *, by: Membership | None) -> Choice:
    """Rename, recolour, deactivate (clients that have it keep it) or take it back into use (IFY-23, STY-14)."""
    before, after = audit.changes(choice, values)
    for name, value in after.items():
        setattr(choice, name, value)
    if after:
        _clean(choice)
        choice.save()
        if isinstance(choice, Label) and "name" in after:
            # Filters may call a label by its name.
            mark_changed(Client.objects.filter(client_labels__label=choice))
        audit.record(f"{choice._meta.model_name}.changed", choice, by=by, before=before, after=after)
    return choice


@transaction.atomic
def delete_choice(choice: Any, *, by: Membership | None) -> Removal:
    """Delete what nothing names. What has been used is deactivated instead, so that no history loses its words."""
    try:
        removal = remove(choice, by=by)
    except ProtectedError:
        message = _("“%(name)s” has been used: it can be deactivated, not deleted.")
        raise ValidationError(message, code="in_use", params={"name": choice.name}) from None
    forget_fields()
    audit.record(f"{choice._meta.model_name}.deleted", choice, by=by, before={"name": choice.name})
    return removal


def settle_choice(choice: Any) -> None:
    """One that is back from a deletion. Raises ValidationError when another has its name by now."""
    _clean(choice)
    forget_fields()


@transaction.atomic
def move_choice(choice: Ordered, *, steps: int, by: Membership | None) -> None:
    """Move a status or list entry up (negative) or down among its like."""
    before = {"position": choice.position}
    move(choice, _siblings(choice), steps=steps)
    after = {"position": choice.position}
    audit.record(f"{choice._meta.model_name}.moved", choice, by=by, before=before, after=after)


def _siblings(choice: Choice) -> QuerySet[Choice]:
    everything: QuerySet[Choice] = type(choice).objects.all()
    return everything.filter(list_name=choice.list_name) if isinstance(choice, ListEntry) else everything


def _clean(choice: Choice) -> None:
    choice.name = tidy(choice.name)
    choice.clean_fields()
    taken = {fold(name) for name in _siblings(choice).exclude(pk=choice.pk).values_list("name", flat=True)}
    if fold(choice.name) in taken:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})
