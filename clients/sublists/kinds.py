"""The lists that belong to a client, each described once: for pages, API, import and catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import ClientService, ClientYear, Filing, Policy


@dataclass(frozen=True)
class Sublist:
    """``fields`` are the columns of a row, ``key`` those by which a row is known among the client's."""

    name: str
    title: str | Promise
    add: str | Promise
    model: type[Any]
    fields: tuple[str, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def related(self) -> str:
        """From the client to the rows."""
        return str(self.model._meta.get_field("client").remote_field.related_name)


YEARS = Sublist(
    name="years",
    title=_("Financial years"),
    add=_("Add a year"),
    model=ClientYear,
    fields=("year", "regime", "closes_on"),
    key=("year",),
    order=("-year",),
)
FILINGS = Sublist(
    name="filings",
    title=_("Filings"),
    add=_("Add a filing"),
    model=Filing,
    fields=("type", "year", "period", "state", "due_on"),
    key=("type", "year", "period"),
    order=("-year", "period", "id"),
)
SERVICES = Sublist(
    name="services",
    title=_("Services"),
    add=_("Add a service"),
    model=ClientService,
    fields=("service", "since", "ended_on"),
    key=("service",),
    order=("service__position", "id"),
)
POLICIES = Sublist(
    name="policies",
    title=_("Insurance policies"),
    add=_("Add a policy"),
    model=Policy,
    fields=("company", "branch", "number", "premium", "expires_on"),
    key=("company", "number"),
    order=("expires_on", "id"),
)
SUBLISTS = {each.name: each for each in (YEARS, FILINGS, SERVICES, POLICIES)}
MOST_ROWS = 200
