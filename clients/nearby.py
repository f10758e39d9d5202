"""Where clients are: whom a list shows on the map, and who is near somebody (STY-15, O-52).

The bounding box is compared on integers, by an index that row-level security may use; the distance is reckoned of the
few that are in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from clients import places_on_earth
from clients.models import Address, Client

MOST_POINTS = 5_000
MOST_NEAR = 100
RADII = (5, 10, 25, 50, 100)


@dataclass(frozen=True)
class Point:
    """A client at his main address."""

    client: Client
    address: Address

    @property
    def place(self) -> tuple[Decimal, Decimal]:
        return self.address.latitude, self.address.longitude


@dataclass(frozen=True)
class Neighbour:
    client: Client
    address: Address
    km: float


def located(clients: QuerySet[Client]) -> list[Point]:
    """Of the clients those whose main address has coordinates, by name."""
    addresses = _located_addresses().filter(client__in=clients.order_by().values("pk"))
    found = addresses.select_related("client", "client__status").order_by("client__name_key", "client_id")
    return [Point(address.client, address) for address in found[:MOST_POINTS]]


def place_of(client: Client) -> tuple[Decimal, Decimal] | None:
    address = _located_addresses().filter(client=client).first()
    return (address.latitude, address.longitude) if address else None


def near(place: tuple[Decimal, Decimal], clients: QuerySet[Client], *, km: float) -> list[Neighbour]:
    """Of the clients those within ``km`` of a place, the nearest first."""
    south, north, west, east = places_on_earth.box(*place, km)
    inside = _located_addresses().filter(
        latitude__gte=south, latitude__lte=north, longitude__gte=west, longitude__lte=east
    )
    seen = inside.filter(client__in=clients.order_by().values("pk")).select_related("client", "client__status")
    return sorted(_within(place, seen[:MOST_POINTS], km), key=lambda each: (each.km, each.client.name_key))[:MOST_NEAR]


def _within(place: tuple[Decimal, Decimal], addresses: Iterable[Address], km: float) -> Iterable[Neighbour]:
    for address in addresses:
        distance = places_on_earth.kilometres(place, (address.latitude, address.longitude))
        if distance <= km:
            yield Neighbour(address.client, address, distance)


def _located_addresses() -> QuerySet[Address]:
    found: QuerySet[Address] = Address.objects.filter(
        position=1, latitude__isnull=False, longitude__isnull=False
    ).order_by()
    return found
