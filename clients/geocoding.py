"""Finding the coordinates of an address by a service that the installation chooses; none by default (O-52).

``GEOCODER`` in the settings names a function from an address in words to ``(latitude, longitude)`` or None. It is
called when somebody asks for it, never by itself: it may leave the house.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from clients import places, queries
from clients.models import Address, Client
from clients.services.records import update_client
from tenants.models import Membership

Geocoder = Callable[[str], tuple[Decimal, Decimal] | None]


def is_installed() -> bool:
    return bool(settings.GEOCODER)


def locate(client: Client, *, by: Membership, at: datetime) -> Client:
    """Fill the coordinates of the main address. Raises ValidationError when there is nobody to ask, or no answer."""
    if not is_installed():
        raise ValidationError(_("No geocoder is installed."), code="no_geocoder")
    addresses = queries.record_of(client, ["addresses"])["addresses"]
    first = client.addresses.order_by("position").first()
    geocoder: Geocoder = import_string(settings.GEOCODER)
    found = geocoder(in_words(first)) if first else None
    if found is None:
        raise ValidationError(_("The address was not found."), code="not_found")
    addresses[0] |= {"latitude": found[0], "longitude": found[1]}
    return update_client(client, {"addresses": addresses}, version=None, by=by, at=at)


def in_words(address: Address) -> str:
    town = f"{address.postal_code} {address.city}".strip()
    return ", ".join(
        part for part in (address.street, town, address.province, places.country_name(address.country)) if part
    )
