"""The kinds of things that clients choose from and a firm looks after: statuses, labels, its own lists (STY-11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients import queries
from clients.enums import ListName
from clients.models import Label, ListEntry, Status, UserList

Choice: TypeAlias = Status | Label | ListEntry


@dataclass(frozen=True)
class ChoiceKind:
    """``slug`` stands in the address of its page."""

    slug: str
    title: str | Promise
    explanation: str | Promise
    rows: Callable[[], QuerySet[Any]]
    new: Callable[[], Choice]
    has_symbol: bool = False
    has_colour: bool = False
    has_order: bool = True
    # Whether one entry can be put in the place of another (Sostituisci), and the row of a list that the firm made.
    replaceable: bool = False
    own: UserList | None = None


def _list(name: ListName, explanation: str | Promise) -> ChoiceKind:
    return ChoiceKind(
        slug=name.value.replace("_", "-"),
        title=name.label,
        explanation=explanation,
        rows=partial(queries.list_entries, name.value),
        new=partial(ListEntry, list_name=name.value),
        replaceable=True,
    )


def _own_list(row: UserList) -> ChoiceKind:
    return ChoiceKind(
        slug=row.key.replace("_", "-"),
        title=row.name,
        explanation=_("A list of the firm's own, for its user fields."),
        rows=partial(queries.list_entries, row.key),
        new=partial(ListEntry, list_name=row.key),
        replaceable=True,
        own=row,
    )


STATUSES = ChoiceKind(
    slug="statuses",
    title=_("Commercial statuses"),
    explanation=_("Where a client stands. Every change of it is kept as history."),
    rows=queries.statuses,
    new=Status,
    has_symbol=True,
    has_colour=True,
)
LABELS = ChoiceKind(
    slug="labels",
    title=_("Labels"),
    explanation=_("Free marks, many for each client, to be used in filters."),
    rows=queries.labels,
    new=Label,
    has_colour=True,
    has_order=False,
)
KINDS = {
    kind.slug: kind
    for kind in (
        STATUSES,
        LABELS,
        _list(ListName.CATEGORY, _("How the firm divides its clients.")),
        _list(ListName.CONTACT_ROLE, _("What a person is in the company to which he is linked.")),
        _list(ListName.RATING, _("How important a client is.")),
        _list(ListName.LINK_TYPE, _("How the client came to the firm.")),
        _list(ListName.RISK_PROFILE, _("How much risk a client accepts, by his MiFID questionnaire.")),
        _list(ListName.HOUSEHOLD_ROLE, _("What a person is in his household.")),
        _list(ListName.ACCOUNTING_REGIME, _("How a client keeps his accounts in a year.")),
        _list(ListName.FILING_TYPE, _("What is filed for clients with the authorities.")),
        _list(ListName.SERVICE, _("What the firm does for its clients against payment.")),
        _list(ListName.POLICY_BRANCH, _("What an insurance policy is about.")),
    )
}


def kinds() -> dict[str, ChoiceKind]:
    """Those of every firm, then the lists that the bound one made itself."""
    own = [_own_list(row) for row in UserList.objects.order_by("name", "id")]
    return KINDS | {kind.slug: kind for kind in own}
