"""How marketing lists are read."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from clients.catalogue import fields, where
from clients.enums import ClientState
from clients.filters.parsing import parse
from clients.models import Client
from groups.models import MarketingList


def marketing_lists() -> QuerySet[MarketingList]:
    found: QuerySet[MarketingList] = MarketingList.objects.order_by("name", "pk")
    return found


def list_condition(marketing_list: MarketingList, *, today: date) -> Q:
    """Which clients are in it: archived and deceased ones are in none. Raises FilterInvalid."""
    served = Q(state=ClientState.ACTIVE)
    if marketing_list.is_frozen:
        return served & Q(pk__in=marketing_list.members.values("client_id"))
    return served & where(parse(marketing_list.filter, fields()), today=today)


def list_members(marketing_list: MarketingList, clients: QuerySet[Client], *, today: date) -> QuerySet[Client]:
    """Of ``clients`` those in the list: as it was frozen, or by its filter at this moment. Raises FilterInvalid."""
    return clients.filter(list_condition(marketing_list, today=today))
