"""How the schema describes what DRF does not know: pages by key, problem details, tokens, parameters of lists."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from tenants.rest.listing import Sublist

# So many orders of rows are named one by one at most; beyond, an example has to do.
MOST_ORDERINGS = 120
PROBLEM_STATUSES = {
    "400": "Refused: errors names the fields",
    "401": "No valid token",
    "403": "The token or its member may not do this",
    "404": "There is nothing at this address",
    "429": "Too many requests",
}
WRITING = {"409": "Another row has this key", "413": "The body is too large", "415": "Not JSON"}
CHANGING = ("PUT", "PATCH", "DELETE")
IF_MATCH = "The ETag that was seen: 412 where it is another by now. Without it the last one wins"
LISTING = {
    "cursor": ("Where the page begins: taken from next or previous", OpenApiTypes.STR),
    "page_size": ("1 to 500, usually 50", OpenApiTypes.INT),
    "fields": ("Only these fields, comma separated", OpenApiTypes.STR),
    "count": ("Whether to count all rows", OpenApiTypes.BOOL),
    "search": ("Words to look for", OpenApiTypes.STR),
    "updated_since": ("Only what was changed since", OpenApiTypes.DATETIME),
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "tenants.rest.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cdz_<firm>_<secret>"}


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="A path inside the body; empty for the whole.")
    code = serializers.CharField(help_text="Stable.")
    message = serializers.CharField(help_text="In the language of Accept-Language.")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField()


class BulkItemSerializer(serializers.Serializer[Any]):
    status = serializers.IntegerField()
    id = serializers.IntegerField(allow_null=True)
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]


class BulkResultSerializer(serializers.Serializer[Any]):
    results = BulkItemSerializer(many=True)


class FirmSchema(AutoSchema):
    """Adds to each operation what the base viewset does."""

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = list(super().get_override_parameters())
        if self.method == "GET" and self._is_list_view() and hasattr(self.view, "known_parameters"):
            parameters += self._of_lists()
        if self.method == "POST":
            parameters.append(OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER))
        if self.method in CHANGING:
            parameters.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=IF_MATCH))
        return parameters

    def get_request_serializer(self) -> Any:
        view: Any = self.view
        if getattr(view, "takes_many", False) and view.action == "bulk":
            return view.get_serializer_class()(many=True)
        return super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        view: Any = self.view
        if getattr(view, "takes_many", False) and view.action == "bulk":
            return BulkResultSerializer
        if getattr(view, "takes_keys", False) and view.action == "by_external_id":
            return dict.fromkeys((200, 201), view.get_serializer_class())
        return super().get_response_serializers()

    def _of_lists(self) -> list[OpenApiParameter]:
        view: Any = self.view
        own: Sublist | None = view.sublists.get(view.action)
        known, orderings = (own.parameters, own.orderings) if own else (view.known_parameters(), view.orderings)
        found = [
            OpenApiParameter(name, kind, description=words) for name, (words, kind) in LISTING.items() if name in known
        ]
        if "ordering" in known:
            names = [sign + name for name in orderings for sign in ("", "-")]
            found.append(_ordering(names))
        if own:
            return found
        filters = view.filter_class.base_filters if view.filter_class else {}
        found += [OpenApiParameter(name, _kind(each)) for name, each in filters.items()]
        more: dict[str, Any] = getattr(view, "more_parameters", dict)()
        for each in view.narrowings:
            more |= each.parameters()
        return found + [OpenApiParameter(name, kind, description=words) for name, (words, kind) in more.items()]

    def _get_paginator(self) -> None:
        return None

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        view: Any = self.view
        if self.method == "GET" and self._is_list_view() and hasattr(view, "known_parameters") and "200" in bodies:
            own: Sublist | None = view.sublists.get(view.action)
            if (own is None or own.is_paged) and not getattr(view, "shapes_pages", False):
                _page(bodies["200"])
        problems = PROBLEM_STATUSES | (WRITING if self.method in ("POST", "PUT", "PATCH") else {})
        if self.method == "POST":
            problems["422"] = "The Idempotency-Key came with another request"
        if self.method in CHANGING:
            problems["412"] = "The record was changed in the meantime"
        problems |= getattr(view, "more_problems", {})
        schema = self.resolve_serializer(ProblemSerializer, direction).ref
        for code, words in problems.items():
            bodies[code] = {"content": {"application/problem+json": {"schema": schema}}, "description": words}
        return dict(sorted(bodies.items()))


def _page(answer: dict[str, Any]) -> None:
    for media in answer.get("content", {}).values():
        rows = media["schema"]
        address = {"type": ["string", "null"], "format": "uri"}
        media["schema"] = {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": rows, "count": {"type": "integer"}},
        }


def _ordering(names: list[str]) -> OpenApiParameter:
    if len(names) < MOST_ORDERINGS:
        return OpenApiParameter("ordering", str, enum=names)
    words = "A sortable field of fields/, or - and the field for the other way round"
    return OpenApiParameter("ordering", str, description=words, examples=[OpenApiExample(names[0], names[0])])


def _kind(field: Any) -> Any:
    kinds = {
        "NumberFilter": OpenApiTypes.INT64,
        "BooleanFilter": OpenApiTypes.BOOL,
        "DateFilter": OpenApiTypes.DATE,
        "IsoDateTimeFilter": OpenApiTypes.DATETIME,
    }
    return kinds.get(type(field).__name__, OpenApiTypes.STR)
