"""REST: the tables that belong to the system: comuni, provinces, countries (STY-12)."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import communes, places
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet

SEARCH = OpenApiParameter("search", OpenApiTypes.STR, description="Part of the name, or the beginning of a CAP")


class CommuneSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    province = serializers.CharField()
    region = serializers.CharField()
    postal_codes = serializers.ListField(child=serializers.CharField())


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class _FixedViewSet(FirmViewSet):
    """Read only, the same for every firm."""

    permissions: ClassVar[Any] = {"list": ANY_MEMBER}

    def get_queryset(self) -> Any:
        return None

    def known_parameters(self) -> set[str]:
        return {"search", "fields"}


class CommuneViewSet(_FixedViewSet):
    """Italian comuni with province and postal codes: the first that fit the search."""

    serializer_class = CommuneSerializer

    @extend_schema(parameters=[SEARCH], responses=CommuneSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = communes.search(request.query_params.get("search", "")[:100], most=50)
        return self.whole(list(CommuneSerializer(found, many=True).data))


class ProvinceViewSet(_FixedViewSet):
    """Italian provinces."""

    serializer_class = CodeSerializer

    def known_parameters(self) -> set[str]:
        return {"fields"}

    @extend_schema(responses=CodeSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.whole([{"code": code, "name": name} for code, name in places.PROVINCES.items()])


class CountryViewSet(_FixedViewSet):
    """Countries by their ISO codes, named in the caller's language."""

    serializer_class = CodeSerializer

    def known_parameters(self) -> set[str]:
        return {"fields"}

    @extend_schema(responses=CodeSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.whole([{"code": code, "name": name} for code, name in places.country_choices()])
