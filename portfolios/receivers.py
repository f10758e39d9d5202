"""Facts announced below that the measures answer at once."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from clients.signals import clients_changed
from portfolios import scoring
from tenants.binding import bound_firm, local_today

# Of a larger import the new clients wait for the night.
MOST_AT_ONCE = 2_000


@receiver(clients_changed, dispatch_uid="portfolios.scores")
def score_new_clients(*, client_ids: list[int], changed: frozenset[str], **_: Any) -> None:
    """A new client has measures wherever the others have; of a merged one's sales the survivor's speak."""
    if changed & {"created", "merged"} and len(client_ids) <= MOST_AT_ONCE:
        scoring.score_clients(client_ids, today=local_today(bound_firm()))
