"""Facts announced below that the measures answer at once."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from clients.models import Client
from clients.signals import clients_changed
from portfolios import queries, scoring
from portfolios.services import links
from tenants.binding import bound_firm, local_today

# Of a larger import the new clients wait for the night.
MOST_AT_ONCE = 2_000


@receiver(clients_changed, dispatch_uid="portfolios.links")
def keep_former_portfolio(*, client_ids: list[int], changed: frozenset[str], **facts: Any) -> None:
    """The record was given another main portfolio: the one of before becomes history (O-62)."""
    former = facts.get("before", {}).get("main_portfolio")
    if "main_portfolio" in changed and former is not None:
        [client] = Client.objects.select_related("main_portfolio").filter(pk__in=client_ids)
        links.note_main_portfolio(client, former, today=local_today(bound_firm()))


@receiver(clients_changed, dispatch_uid="portfolios.scores")
def score_new_clients(*, client_ids: list[int], changed: frozenset[str], **_: Any) -> None:
    """A new client has measures wherever the others have; of a merged one's sales the survivor's speak."""
    concerns = changed & {"merged"} or (changed & {"created"} and queries.setting().automatic)
    if concerns and len(client_ids) <= MOST_AT_ONCE:
        scoring.score_clients(client_ids, today=local_today(bound_firm()))
