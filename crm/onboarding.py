"""What a new firm receives: each app's defaults, in order (XCT-05)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from django.db import transaction

import clients.defaults
import clients.processing
import communications.defaults
import groups.defaults
import outcomes.defaults
import portfolios.defaults
import scheduling.defaults
from tenants import services
from tenants.binding import use_firm
from tenants.enums import Language
from tenants.models import Firm


class Scheme(StrEnum):
    """The two ways of working that a firm can start from (O-32)."""

    ADVISOR = "advisor"
    INFORYOU = "inforyou"


# Each entry is an app's ``defaults.load``, called with the firm bound.
DEFAULTS: tuple[Callable[[str], None], ...] = (
    clients.defaults.load,
    clients.processing.load,
    groups.defaults.load,
    portfolios.defaults.load,
    communications.defaults.load,
    scheduling.defaults.load,
    outcomes.defaults.load,
)


@transaction.atomic
def create_firm(
    *,
    name: str,
    slug: str,
    scheme: str = Scheme.ADVISOR,
    time_zone: str = "Europe/Rome",
    language: str = Language.ITALIAN,
) -> Firm:
    """A firm with everything that it needs to begin."""
    firm = services.create_firm(name=name, slug=slug, time_zone=time_zone, language=language)
    with use_firm(firm):
        for load in DEFAULTS:
            load(Scheme(scheme))
    return firm
