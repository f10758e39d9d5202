"""Rows that are entered one by one or many at once (api.md): ``POST <resource>/bulk/``."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.rest.fields import LARGEST_ID
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet


class ManyViewSet(FirmViewSet):
    """Subclasses write ``enter`` and ``correct``, which take what the caller gave and return the row as it is then."""

    # For the schema: ``bulk`` is described as what it is.
    takes_many = True

    def enter(self, item: Any) -> tuple[Any, bool]:
        """One new row from its JSON: the row, and whether it is new."""
        raise NotImplementedError

    def correct(self, row: Any, values: dict[str, Any]) -> Any:
        """The row with these values, read by the serializer."""
        raise NotImplementedError

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Up to 500 at once, each with its own status; an item with an ``id`` changes that row."""
        return self.each(self._written)

    def _written(self, item: Any) -> tuple[Any, bool]:
        if not isinstance(item, dict) or "id" not in item:
            return self.enter(item)
        if "partial_update" not in self.permissions:
            raise refusal("id", "not_changeable", _("What was entered here is not changed."))
        values = self.read({name: value for name, value in item.items() if name != "id"}, partial=True)
        return self.correct(self._named(item["id"]), values), False

    def _named(self, pk: Any) -> Any:
        """Among the rows that the caller may see."""
        known = isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk <= LARGEST_ID
        row = self.get_queryset().filter(pk=pk).first() if known else None
        if row is None:
            raise refusal("id", "does_not_exist", _("There is no such row."))
        return row
