"""The audit trail is searched by clients as everything else is."""

from __future__ import annotations

from django.db.models import Q

from clients.models import Client
from clients.queries import search_clients, visible_clients
from tenants.models import Membership

# Whoever finds more asks for too little.
MOST = 200


def lines_about(member: Membership, words: str) -> Q:
    """The lines about clients whom these words find, and about what hangs on them and names them."""
    found = search_clients(visible_clients(member), words).order_by().values_list("pk", flat=True)
    ids = list(found[:MOST])
    return Q(target_kind=Client._meta.label_lower, target_id__in=ids) | Q(after__client__in=ids)
