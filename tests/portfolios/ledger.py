"""Clients, sales and scores as tests make and read them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from clients.models import Client
from portfolios.models import Sale, Score, Typology
from tests.portfolios.oracle import Measures

Purchase = tuple[str, date, Decimal]


def stored(purchases: Sequence[Purchase], typology: Typology) -> dict[str, int]:
    """The purchases as sales of clients whose external id is the customer's; their ids by it."""
    ids = stored_customers(purchases)
    Sale.objects.bulk_create(sale(ids[customer], typology, day, amount) for customer, day, amount in purchases)
    Typology.objects.filter(pk=typology.pk).update(is_automatic=True)
    typology.is_automatic = True
    return ids


def stored_customers(purchases: Sequence[Purchase]) -> dict[str, int]:
    """Clients whose external id is the customer's; their ids by it."""
    customers = list(dict.fromkeys(customer for customer, _day, _amount in purchases))
    made = Client.objects.bulk_create(
        [Client(name=customer, last_name=customer, external_id=customer) for customer in customers]
    )
    return {client.external_id: int(client.pk) for client in made}


def sale(client: int, typology: Typology, day: date, amount: Decimal) -> Sale:
    kind = "refund" if amount < 0 else "subscription"
    return Sale(client_id=client, typology=typology, date=day, amount=amount, kind=kind)


def scores(today: date, position: int = 1) -> dict[int, tuple[Measures, tuple[int | None, ...]]]:
    """Measures and levels of each client, as they stand in the table."""
    return {
        row.client_id: (
            Measures(
                row.last_sale_on and (today - row.last_sale_on).days, row.frequency or 0, row.monetary or Decimal(0)
            ),
            (row.recency_level, row.frequency_level, row.monetary_level),
        )
        for row in Score.objects.filter(position=position)
    }
