"""To which company a client is linked at this moment: what every event keeps, so that it stays there (STY-22).

The one place that knows where the link stands.
"""

from __future__ import annotations

from collections.abc import Iterable

from clients.models import Profile


def companies_of(client_ids: Iterable[int]) -> dict[int, int]:
    """The linked company of each client who has one, in one statement."""
    linked = Profile.objects.filter(client__in=set(client_ids), company__isnull=False)
    return dict(linked.values_list("client_id", "company_id"))


def company_of(client_id: int) -> int | None:
    return companies_of([client_id]).get(client_id)


def linked_company(client: str) -> str:
    """The same in a statement: of the client in the column ``client``, with the parameter ``firm``."""
    return f"(SELECT p.company_id FROM clients_profile p WHERE p.firm_id = %(firm)s AND p.client_id = {client})"  # noqa: S608
