"""What follows from sales that came or went: the measures of whoever they concern, and the beginning of a typology."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from clients.worklist import EVERYBODY, Selection
from portfolios import queries, scoring
from portfolios.models import Typology

# Beyond so many clients it is cheaper to look at everybody.
MOST_AT_ONCE = 20_000


def follow_sales(client_ids: Sequence[int], typology_ids: Iterable[int], *, today: date) -> None:
    """Measure these clients in the typologies that are concerned; with its first sale a typology is automatic (O-65).

    Then everybody has measures in it.
    """
    selection = EVERYBODY if len(client_ids) > MOST_AT_ONCE else Selection(client_ids)
    for typology in Typology.objects.filter(pk__in=set(typology_ids)).order_by("position"):
        begins = _begin(typology)
        scoring.score_at_once(typology, today=today, clients=EVERYBODY if begins else selection)


def _begin(typology: Typology) -> bool:
    begun = Typology.objects.filter(pk=typology.pk, is_automatic=False).update(is_automatic=True)
    if begun:
        typology.is_automatic = True
        queries.forget_setting()
    return bool(begun)
