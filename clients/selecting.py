"""Clients selected anywhere by ``?filter=`` and ``?group=`` (api.md): in their own list, and in what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes

from clients import queries
from clients.parameters import Parameter, parameters
from clients.refused_filters import condition_of
from tenants.binding import local_today
from tenants.models import Membership
from tenants.rest.problems import refusal
from web.documents import read_json

LONGEST_FILTER = 50_000
FILTER = "filter"


@dataclass(frozen=True)
class ClientSelection:
    """``path`` leads from a row to its client; empty where the rows are the clients. ``names``: which parameters."""

    path: str = ""
    names: frozenset[str] | None = None

    def parameters(self) -> dict[str, tuple[str, Any]]:
        known = {FILTER: ("Of these clients: a filter as JSON, in the filter language", OpenApiTypes.STR)}
        return known | {name: (str(each.label), OpenApiTypes.STR) for name, each in self._known().items()}

    def narrow(self, rows: QuerySet[Any], given: Mapping[str, str], *, by: Membership) -> QuerySet[Any]:
        condition = self._condition(given, today=local_today(by.firm))
        if not condition:
            return rows
        if not self.path:
            return rows.filter(condition)
        # Of the clients whom he sees: by what a filter finds nothing else may become known about anybody.
        selected = queries.visible_clients(by).filter(condition)
        return rows.filter(**{f"{self.path}__in": selected.order_by().values("pk")})

    def _known(self) -> dict[str, Parameter]:
        return {name: each for name, each in parameters().items() if self.names is None or name in self.names}

    def _condition(self, given: Mapping[str, str], *, today: date) -> Q:
        condition = Q()
        if given.get(FILTER):
            condition &= condition_of(_document(given[FILTER]), today=today)
        for name, parameter in self._known().items():
            if given.get(name):
                condition &= _of_parameter(parameter, given[name], today=today)
        return condition


# In the list of the clients themselves, and in lists of what hangs on a client.
OF_CLIENTS = ClientSelection()
BY_CLIENT = ClientSelection("client", frozenset({"group"}))


def _document(text: str) -> object:
    """The filter of the address, or a refusal that names the path inside it."""
    try:
        return read_json(text[: LONGEST_FILTER + 1])
    except ValueError:
        raise refusal(FILTER, "not_json", _("The filter is not JSON.")) from None


def _of_parameter(parameter: Parameter, value: str, *, today: date) -> Q:
    fits = value in dict(parameter.options)
    if parameter.rows is not None:
        is_id = value.isascii() and value.isdigit() and len(value) < 19
        fits = is_id and parameter.rows().filter(pk=int(value)).exists()
    if not fits:
        raise refusal(parameter.name, "does_not_exist", _("There is no such row."))
    return parameter.condition(value, today)
