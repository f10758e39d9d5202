"""Rows that another system knows by a key of its own (api.md): entered one by one, many at once, or by that key."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.rest.many import ManyViewSet

BY_KEY = r"by-external-id/(?P<source>[^/\x00]{1,50})/(?P<external_id>[^/\x00]{1,100})"


class KeyedViewSet(ManyViewSet):
    """Like ``ManyViewSet``; besides, the key of another system is an address of the row."""

    # For the schema: ``by_external_id`` is described as what it is.
    takes_keys = True

    def create(self, request: Request) -> Response:
        return self._entered(request.data)

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.checked(self.get_object())
        return self.answer(self.correct(row, self.read_body(partial=True)))

    @action(detail=False, methods=["put"], url_path=BY_KEY, url_name="by-external-id")
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Enter the row with this key, or correct it."""
        key = {"external_source": source, "external_id": external_id}
        row = self.get_queryset().filter(**key).first()
        if row is None:
            return self._entered({**request.data, **key} if isinstance(request.data, dict) else request.data)
        self.checked(row)
        return self.answer(self.correct(row, self.read_body(partial=True)))

    def _entered(self, item: Any) -> Response:
        row, created = self.enter(item)
        return self.answer(row, status.HTTP_201_CREATED if created else status.HTTP_200_OK)
