"""Rows that are added, changed and removed one at a time."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.permissions import Permission
from tenants.rest.many import ManyViewSet
from tenants.rest.viewsets import ANY_MEMBER

# What a firm configures: read by everybody, changed by who configures the firm.
CONFIGURED = {
    "list": ANY_MEMBER,
    "retrieve": ANY_MEMBER,
    "create": Permission.CONFIGURE,
    "bulk": Permission.CONFIGURE,
    "partial_update": Permission.CONFIGURE,
    "destroy": Permission.CONFIGURE,
}


class EditableViewSet(ManyViewSet):
    """Subclasses write ``add`` and ``change``, which take what the caller gave and return the row as it is then."""

    def add(self, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def change(self, row: Any, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def enter(self, item: Any) -> tuple[Any, bool]:
        return self.add(self.read(item)), True

    def correct(self, row: Any, values: dict[str, Any]) -> Any:
        return self.change(row, values)

    def create(self, request: Request) -> Response:
        return self.answer(self.add(self.read_body()), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.checked(self.get_object())
        return self.answer(self.change(row, self.read_body(partial=True)))


class DeletableViewSet(EditableViewSet):
    """``remove`` refuses a row that is in use."""

    def remove(self, row: Any) -> None:
        raise NotImplementedError

    def destroy(self, request: Request, pk: str) -> Response:
        self.remove(self.checked(self.get_object()))
        return Response(status=status.HTTP_204_NO_CONTENT)
