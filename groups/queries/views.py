"""How viste are read. A member has the supplied ones, those that are shared, and his own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from clients.catalogue import fields, where
from clients.enums import ClientState
from clients.filters.expressions import fields_used
from clients.filters.parsing import parse
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.parameters import parameters
from groups.filtering import problem_text
from groups.models import View
from tenants.models import Membership

# In the member's preferences: with which vista his list begins.
PREFERENCE = "client_view"
STATE = "state"
NOBODY = Q(pk__in=[])


def views_of(member: Membership) -> QuerySet[View]:
    """Those of the member: his own, then what is shared, then what is supplied."""
    views: QuerySet[View] = View.objects.filter(Q(owner=member) | Q(is_shared=True) | Q(owner__isnull=True))
    return views.select_related("owner")


def supplied_and_own(views: Iterable[View], member: Membership) -> tuple[list[View], list[View], list[View]]:
    """His own, those that others share, and the supplied ones."""
    found = list(views)
    own = [view for view in found if view.owner_id == member.pk]
    shared = [view for view in found if view.owner_id not in (None, member.pk)]
    return own, shared, [view for view in found if view.is_supplied]


def default_view(member: Membership) -> int | None:
    """The id of the vista with which the member's list begins, as he chose it; it may be gone."""
    chosen = member.preferences.get(PREFERENCE)
    return chosen if isinstance(chosen, int) else None


def tabs_of(views: Iterable[View], member: Membership, *, current: int | None, most: int) -> list[View]:
    """So many over the list: the default one first, then as ``views_of`` has them; the current one is among them."""
    own, shared, supplied = supplied_and_own(views, member)
    default = default_view(member)
    order = sorted([*own, *shared, *supplied], key=lambda view: view.pk != default)
    shown = order[:most]
    beyond = [view for view in order[most:] if view.pk == current]
    return shown[: most - len(beyond)] + beyond


def condition_of_view(view: View, *, today: date) -> Q:
    """Which clients it shows. Raises FilterInvalid when its filter can no longer be used (REL-14)."""
    condition = where(parse(view.filter, fields()), today=today) if view.filter else Q()
    known = parameters()
    for name, value in view.parameters.items():
        condition &= known[name].condition(value, today) if name in known else NOBODY
    return condition


def says_state(view: View) -> bool:
    """Whether its filter asks for a state itself; else it shows whom the firm serves."""
    try:
        return bool(view.filter) and STATE in fields_used(parse(view.filter, fields()))
    except FilterInvalid:
        return False


def problem_of_view(view: View) -> str:
    """Why its filter can no longer be used, in words; empty when it can."""
    try:
        if view.filter:
            parse(view.filter, fields())
    except FilterInvalid as invalid:
        return problem_text(invalid)
    return ""


def shown_by(view: View, *, today: date) -> Q:
    """Its clients in the states that it means; nobody while its filter cannot be used."""
    try:
        condition = condition_of_view(view, today=today)
    except FilterInvalid:
        return NOBODY
    return condition if says_state(view) else condition & Q(state=ClientState.ACTIVE)


def with_counts(views: Iterable[View], clients: QuerySet[Client], *, today: date) -> dict[int, int]:
    """How many of ``clients`` each vista shows, all of them in one statement."""
    counted = {f"view_{view.pk}": Count("pk", filter=shown_by(view, today=today)) for view in views}
    found = clients.order_by().aggregate(**counted) if counted else {}
    return {int(name.removeprefix("view_")): number for name, number in found.items()}
