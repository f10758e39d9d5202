"""The actions that clients itself brings: responsibilities, status, labels, archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, Heading, Reason, register
from clients.enums import ClientState, ListName, StatusCause
from clients.models import Client, ClientLabel, Label, ListEntry, Status
from clients.services import batches
from tenants.models import Membership
from tenants.permissions import Permission

Rows = Callable[[], QuerySet[Any]]


class NothingToSay(forms.Form):
    """Of an action that needs nothing beside the selection."""

    def __init__(self, data: Any, member: Membership) -> None:
        super().__init__(data)


# Any: the stubs of form fields know lazy texts by another name.
def one_of(name: str, label: Any, rows: Rows, *, empty: Any = None) -> Any:
    """The form of an action that needs one row of the firm; ``empty`` names the choice of none, where there is one."""

    class OneRowForm(forms.Form):
        def __init__(self, data: Any, member: Membership) -> None:
            super().__init__(data)
            self.fields[name] = forms.ModelChoiceField(
                rows(), label=label, required=empty is None, empty_label=empty or _("Choose…")
            )

    return OneRowForm


def own_actions() -> Iterator[BulkAction]:
    for name, label, icon in (
        ("advisor", _("Assign advisor"), "user-round"),
        ("contact", _("Assign contact"), "user-check"),
        ("specialist", _("Assign specialist"), "user-cog"),
    ):
        yield _assigning(name, label, icon)
    yield _giving_status()
    yield _giving_category()
    yield _labelling()
    yield _unlabelling()
    yield _archiving()
    yield _reactivating()


def _assigning(name: str, label: str | Promise, icon: str) -> BulkAction:
    members: Rows = lambda: Membership.objects.filter(is_active=True).order_by("name", "id")  # noqa: E731
    return _setting(
        name,
        code=f"assign_{name}",
        label=label,
        icon=icon,
        heading=Heading.RESPONSIBLE,
        prominent=name == "advisor",
        form=one_of(name, capfirst(_field(name).verbose_name), members, empty=_("Nobody")),
    )


def _field(name: str) -> models.Field[Any, Any]:
    field: Any = Client._meta.get_field(name)
    return field  # type: ignore[no-any-return]


def _setting(name: str, **named: Any) -> BulkAction:
    """An action that gives a column of the narrow row one value."""

    def apply(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
        moved = batches.set_column(clients, name, argument[name], at=at)
        batches.announce(moved, name)
        return moved

    def revert(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
        back = batches.give_back(name, before, argument[name], at=at)
        batches.announce(back, name)
        return list(back)

    def left_out(argument: Argument) -> list[Reason]:
        return [Reason("already", _("already have it"), _has(name, argument[name]))]

    return BulkAction(permission=Permission.EDIT_CLIENTS, apply=apply, revert=revert, left_out=left_out, **named)


def _has(name: str, value: Any) -> Q:
    return Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})


def _giving_category() -> BulkAction:
    rows: Rows = lambda: ListEntry.objects.filter(active=True, list_name=ListName.CATEGORY)  # noqa: E731
    return _setting(
        "category",
        code="set_category",
        label=_("Set category"),
        icon="list",
        heading=Heading.STATUS,
        form=one_of("category", _("Category"), rows, empty=_("None")),
    )


def _giving_status() -> BulkAction:
    def apply(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
        moved = batches.give_status(clients, to=argument["status"], by=by, at=at, cause=StatusCause.MANUAL)
        batches.announce(moved, "status")
        return moved

    def revert(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
        """The history keeps both changes, as when one client's status is taken back."""
        given = argument["status"]
        back = batches.give_back("status", before, given, at=at)
        batches.note_statuses({pk: (given, old) for pk, old in back.items()}, by=by, at=at, cause=StatusCause.MANUAL)
        batches.announce(back, "status")
        return list(back)

    return BulkAction(
        code="change_status",
        prominent=True,
        label=_("Change status"),
        icon="tag",
        heading=Heading.STATUS,
        permission=Permission.EDIT_CLIENTS,
        form=one_of("status", _("Commercial status"), lambda: Status.objects.filter(active=True), empty=_("None")),
        left_out=lambda argument: [Reason("already", _("already have it"), _has("status", argument["status"]))],
        apply=apply,
        revert=revert,
    )


def _active_labels() -> QuerySet[Label]:
    found: QuerySet[Label] = Label.objects.filter(active=True).order_by("name_key")
    return found


def _every_label() -> QuerySet[Label]:
    found: QuerySet[Label] = Label.objects.order_by("name_key")
    return found


def _carrying(label: Label) -> Q:
    return Q(pk__in=ClientLabel.objects.filter(label=label).values("client_id"))


def _labelling() -> BulkAction:
    return BulkAction(
        code="add_label",
        label=_("Add label"),
        icon="tag",
        heading=Heading.LABELS,
        permission=Permission.EDIT_CLIENTS,
        form=one_of("label", _("Label"), _active_labels),
        left_out=lambda argument: [Reason("already", _("already carry it"), _carrying(argument["label"]))],
        apply=_put_label,
        revert=_take_label_off,
    )


def _unlabelling() -> BulkAction:
    return BulkAction(
        code="remove_label",
        label=_("Remove label"),
        icon="x",
        heading=Heading.LABELS,
        permission=Permission.EDIT_CLIENTS,
        form=one_of("label", _("Label"), _every_label),
        left_out=lambda argument: [Reason("already", _("do not carry it"), ~_carrying(argument["label"]))],
        apply=_take_label,
        revert=_put_label_back,
    )


def _put_label(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
    chosen = batches.put_label(clients, argument["label"], at=at)
    batches.announce(chosen, "labels")
    return dict.fromkeys(chosen)


def _take_label(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
    chosen = batches.take_label(clients, argument["label"], at=at)
    batches.announce(chosen, "labels")
    return dict.fromkeys(chosen)


def _take_label_off(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
    return _with_label(batches.take_label, before, argument, at)


def _put_label_back(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
    return _with_label(batches.put_label, before, argument, at)


def _with_label(change: Callable[..., list[int]], before: Before, argument: Argument, at: datetime) -> list[int]:
    """A label that was deactivated since is given back all the same; one that was deleted cannot be."""
    label = Label.objects.filter(pk=argument["label"]).first()
    if label is None:
        return []
    chosen = change(Client.objects.filter(pk__in=list(before)), label, at=at)
    batches.announce(chosen, "labels")
    return chosen


def _archiving() -> BulkAction:
    return _moving(
        ClientState.ARCHIVED,
        code="archive",
        is_grave=True,
        label=_("Archive"),
        icon="inbox",
        left_out=lambda argument: [
            Reason("already", _("are archived already"), Q(state=ClientState.ARCHIVED)),
            Reason("deceased", _("are marked as deceased"), Q(state=ClientState.DECEASED)),
        ],
    )


def _reactivating() -> BulkAction:
    return _moving(
        ClientState.ACTIVE,
        code="reactivate",
        label=_("Reactivate"),
        icon="rotate-ccw",
        left_out=lambda argument: [Reason("already", _("are served already"), Q(state=ClientState.ACTIVE))],
    )


def _moving(state: ClientState, **named: Any) -> BulkAction:
    def apply(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
        moved = batches.move(clients, state, at=at)
        batches.announce(moved, "state")
        return moved

    def revert(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
        back = batches.give_back("state", before, state.value, at=at)
        batches.announce(back, "state")
        return list(back)

    permission = Permission.ARCHIVE_CLIENTS
    return BulkAction(
        heading=Heading.STATE, permission=permission, form=NothingToSay, apply=apply, revert=revert, **named
    )


register(own_actions())
