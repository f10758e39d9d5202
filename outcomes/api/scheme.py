"""REST: the firm's scheme as one document, to take out and to bring in (O-32): ``relations/scheme/``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from outcomes.models import Relation
from outcomes.queries.scheme import stored_scheme
from outcomes.scheme_file import FORMAT, VERSION, Scheme, SchemeError, parse, to_json
from outcomes.scheme_wording import fault_words
from outcomes.services.scheme import Comparison, OnConflict, compare, load_scheme
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet


class SchemeDocumentSerializer(serializers.Serializer[Any]):
    """Rows name each other by name; ids mean nothing in another firm."""

    format = serializers.CharField(help_text=FORMAT)
    version = serializers.IntegerField(help_text=str(VERSION))
    statuses = serializers.ListField(child=serializers.DictField())
    types = serializers.ListField(child=serializers.DictField())
    outcomes = serializers.ListField(child=serializers.DictField())
    activities = serializers.ListField(child=serializers.DictField())
    relations = serializers.ListField(child=serializers.DictField())


class SchemeLoadSerializer(StrictSerializer):
    scheme = serializers.JSONField(help_text="A document as GET answers it.")
    on_conflict = serializers.ChoiceField(
        choices=[str(mode) for mode in OnConflict],
        required=False,
        help_text="What becomes of rows that the firm has with other settings; refuse (the default) changes nothing.",
    )
    exactly = serializers.BooleanField(
        required=False, help_text="What the document does not name is no longer offered; only before the first outcome."
    )
    dry_run = serializers.BooleanField(required=False)


class SchemeConflictSerializer(serializers.Serializer[Any]):
    part = serializers.CharField()
    name = serializers.CharField()
    differs = serializers.ListField(child=serializers.CharField())


class SchemeComparisonSerializer(serializers.Serializer[Any]):
    new = serializers.DictField(child=serializers.IntegerField())
    same = serializers.DictField(child=serializers.IntegerField())
    conflicts = SchemeConflictSerializer(many=True)


class SchemeViewSet(FirmViewSet):
    permissions = {"retrieve": ANY_MEMBER, "load": Permission.CONFIGURE}
    serializer_class = SchemeDocumentSerializer
    is_idempotent = False

    def get_queryset(self) -> QuerySet[Relation]:
        rows: QuerySet[Relation] = Relation.objects.all()
        return rows

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        listing.refuse_unknown(request, set())
        return Response(to_json(stored_scheme()))

    @extend_schema(request=SchemeLoadSerializer, responses=SchemeComparisonSerializer)
    def load(self, request: Request) -> Response:
        """Bring a document in, all or nothing; or, with ``dry_run``, say what that would do."""
        values = self.read_body(serializer=SchemeLoadSerializer)
        scheme = _parsed(values["scheme"])
        if values.get("dry_run"):
            return Response(_told(compare(scheme)))
        mode = OnConflict(values.get("on_conflict", OnConflict.REFUSE))
        return Response(
            _told(load_scheme(scheme, by=self.member, on_conflict=mode, exactly=values.get("exactly", False)))
        )


def _parsed(document: object) -> Scheme:
    try:
        return parse(document)
    except SchemeError as refusal:
        errors = {
            f"scheme.{fault.path}" if fault.path else "scheme": ValidationError(fault_words(fault), code=fault.code)
            for fault in refusal.faults
        }
        raise ValidationError(errors) from None


def _told(compared: Comparison) -> dict[str, Any]:
    return {
        "new": dict(compared.new),
        "same": dict(compared.same),
        "conflicts": [{**asdict(one), "differs": list(one.differs)} for one in compared.conflicts],
    }
