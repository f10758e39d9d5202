"""What tests of service opportunities need; everything that has a service is made by it."""

from datetime import timedelta
from typing import Any

from clients.catalogue import fields, where
from clients.facts import facts_of
from clients.filters import evaluation
from clients.filters.parsing import parse
from clients.models import Client
from communications.enums import OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.services import Ending, close_opportunity, open_opportunity
from tenants.models import Membership
from tests.clients.builders import NOON, new_client

__all__ = ["LATER", "NOON", "close", "found", "new_client", "propose", "service"]

LATER = NOON + timedelta(days=1)
ACCEPTED, DECLINED, DROPPED = OpportunityState.ACCEPTED, OpportunityState.DECLINED, OpportunityState.DROPPED


def service(key: str = "ltc") -> ServiceOpportunity:
    return ServiceOpportunity.objects.get(key=key)


def propose(client: Client, key: str = "ltc", *, by: Membership, **given: Any) -> ClientOpportunity:
    return open_opportunity(client, service(key), by=by, **{"at": NOON, **given})


def close(
    row: ClientOpportunity, state: OpportunityState = ACCEPTED, *, by: Membership, **given: Any
) -> ClientOpportunity:
    ending = Ending(state=state, **{name: given.pop(name) for name in ("note", "on") if name in given})
    return close_opportunity(row, ending, by=by, **{"at": LATER, **given})


def found(field: str, op: str, value: object = None) -> list[str]:
    """Whom a condition finds, by name: the same in SQL and in memory."""
    expression, today = parse({"field": field, "op": op, "value": value}, fields()), LATER.date()
    rows = Client.objects.filter(where(expression, today=today)).order_by("name")
    every = dict(Client.objects.values_list("pk", "name"))
    facts = facts_of(list(every), today=today)
    in_memory = {every[pk] for pk in every if evaluation.matches(expression, facts[pk], today)}
    assert in_memory == {client.name for client in rows}
    return [client.name for client in rows]
