"""REST: the register of processing activities (GDPR, art. 30)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import processing
from clients.models import Processing, ProcessingRegister
from clients.models.processing import LONGEST
from clients.services.processing import change_processing, create_processing, delete_processing, set_register
from tenants.permissions import Permission
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import FirmViewSet


def _text() -> Any:
    return serializers.CharField(required=False, allow_blank=True, max_length=LONGEST)


class ProcessingSerializer(StrictSerializer):
    """``categories`` and ``erased_after`` follow from what the product holds and from the firm's periods."""

    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=150)
    purpose = _text()
    basis = _text()
    subjects = _text()
    data = _text()
    recipients = _text()
    transfers = _text()
    periods = _text()
    categories = serializers.SerializerMethodField()
    erased_after = serializers.SerializerMethodField()
    position = serializers.IntegerField(read_only=True)
    version = serializers.IntegerField(read_only=True)

    def get_categories(self, row: Processing) -> list[str]:
        return processing.categories_of(row)

    def get_erased_after(self, row: Processing) -> list[str]:
        return processing.periods_of(row)


class ProcessingViewSet(DeletableViewSet):
    permissions: ClassVar = dict.fromkeys(
        ("list", "retrieve", "create", "bulk", "partial_update", "destroy"), Permission.PROTECT_PERSONS
    )
    serializer_class = ProcessingSerializer
    orderings: ClassVar = {"id": "pk", "position": "position", "name": "name"}
    searched = ("name",)
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[Processing]:
        found: QuerySet[Processing] = Processing.objects.all()
        return found

    def add(self, values: dict[str, Any]) -> Processing:
        return create_processing(values, by=self.member)

    def change(self, row: Processing, values: dict[str, Any]) -> Processing:
        return change_processing(row, values, by=self.member)

    def remove(self, row: Processing) -> None:
        delete_processing(row, by=self.member)


class RegisterSerializer(StrictSerializer):
    controller = _text()
    representative = _text()
    officer = _text()
    processors = _text()
    measures = _text()


class RegisterViewSet(FirmViewSet):
    """What holds for the whole register; its activities are in ``processing-activities/``."""

    permissions: ClassVar = {"retrieve": Permission.PROTECT_PERSONS, "partial_update": Permission.PROTECT_PERSONS}
    serializer_class = RegisterSerializer

    def get_queryset(self) -> QuerySet[ProcessingRegister]:
        found: QuerySet[ProcessingRegister] = ProcessingRegister.objects.all()
        return found

    def get_object(self) -> ProcessingRegister:
        return processing.register_of_firm()

    @extend_schema(request=RegisterSerializer, responses=RegisterSerializer)
    def partial_update(self, request: Request) -> Response:
        self.checked(self.get_object())
        return self.answer(set_register(self.read_body(), by=self.member))
