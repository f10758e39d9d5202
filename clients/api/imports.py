"""REST: imports of clients. A small file is imported while the caller waits; a large one becomes a job."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients import tasks
from clients.enums import ImportState, OnDuplicate
from clients.imports import jobs, progress, services
from clients.models import ImportJob, RefusedRow
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now

# Some thousand rows: about a second.
AT_ONCE = 1024 * 1024
# A job that still waits after this long has lost its message: whoever asks for it rings again.
LOST_AFTER = timedelta(seconds=60)
FIRST_ERRORS = 1_000


class RefusedRowSerializer(serializers.ModelSerializer[RefusedRow]):
    class Meta:
        model = RefusedRow
        fields = ("line", "column", "value", "code", "message")


class ImportSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    file = serializers.FileField(write_only=True, required=False, help_text="With multipart/form-data.")
    content = serializers.CharField(write_only=True, required=False, help_text="Instead of file: the CSV as text.")
    file_name = serializers.CharField(max_length=255, required=False)
    mapping = serializers.JSONField(required=False, help_text="Without one the headers are recognised by name.")
    dry_run = serializers.BooleanField(required=False, default=False)
    on_duplicate = serializers.ChoiceField(choices=OnDuplicate.choices, read_only=True)
    state = serializers.ChoiceField(choices=ImportState.choices, read_only=True)
    rows = serializers.IntegerField(read_only=True, help_text="How many rows have been read so far.")
    created = serializers.IntegerField(read_only=True)
    updated = serializers.IntegerField(read_only=True)
    skipped = serializers.IntegerField(read_only=True)
    error_count = serializers.IntegerField(read_only=True)
    failure = serializers.CharField(read_only=True)
    by = member_field(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True)


class ImportReportSerializer(ImportSerializer):
    errors = RefusedRowSerializer(  # type: ignore[assignment]
        many=True, read_only=True, help_text="The first 1,000; all of them at errors/."
    )


class ImportViewSet(FirmViewSet):
    """Files of clients handed in, their progress and report: created, updated, skipped, and each refused row."""

    permissions = {
        "list": Permission.IMPORT_CLIENTS,
        "retrieve": Permission.IMPORT_CLIENTS,
        "create": Permission.IMPORT_CLIENTS,
        "errors": Permission.IMPORT_CLIENTS,
    }
    serializer_class = ImportSerializer
    parser_classes = (JSONParser, MultiPartParser)
    orderings = {"id": "pk", "created_at": "created_at"}
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[ImportJob]:
        """One's own; an administrator sees all of the firm's."""
        jobs: QuerySet[ImportJob] = ImportJob.objects.all()
        return jobs if self.member.can(Permission.VIEW_ALL_CLIENTS) else jobs.filter(by=self.member)

    @extend_schema(responses=ImportReportSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        job = self.get_object()
        if job.state == ImportState.QUEUED and job.created_at < timezone.now() - LOST_AFTER:
            tasks.ring(job)
        return self._report(job, status.HTTP_200_OK)

    @extend_schema(responses={201: ImportReportSerializer, 202: ImportReportSerializer})
    def create(self, request: Request) -> Response:
        values = self.read_body()
        content, name = _content(values)
        mapping = _mapping(values.get("mapping"))
        asked = {"name": name[-255:], "mapping": mapping, "dry_run": values["dry_run"], "by": self.member}
        if len(content) <= AT_ONCE:
            job = services.import_file(io.BytesIO(content), at=now(), **asked)
            return self._report(job, status.HTTP_201_CREATED)
        job = jobs.queue_file(io.BytesIO(content), **asked)
        tasks.ring(job)
        return self._report(job, status.HTTP_202_ACCEPTED)

    @extend_schema(responses=RefusedRowSerializer(many=True))
    @action(detail=True, methods=["get"])
    def errors(self, request: Request, pk: str) -> Response:
        """Every refused cell, in the order of the file."""
        listing.refuse_unknown(request, {"cursor", "page_size"})
        wanted = listing.parse(request, usual_ordering="id")
        page = listing.page_of(RefusedRow.objects.filter(import_job=self.get_object()), wanted, {"id": "pk"})
        return Response(listing.body(request, page, list(RefusedRowSerializer(page.items, many=True).data), total=None))

    def _report(self, job: ImportJob, status_code: int) -> Response:
        answer = self.answer(job, status_code)
        answer.data["rows"] = progress.rows_read(job)
        refused = RefusedRow.objects.filter(import_job=job).order_by("line", "id")[:FIRST_ERRORS]
        answer.data["errors"] = RefusedRowSerializer(refused, many=True).data
        return answer


def _content(values: dict[str, Any]) -> tuple[bytes, str]:
    """The bytes of the file and its name, from either kind of body."""
    file: UploadedFile[Any] | None = values.get("file")
    if (file is None) == ("content" not in values):
        raise refusal("file", "required", _("Give either a file or its content."))
    if file is not None:
        return file.read(), values.get("file_name") or file.name or "clients.csv"
    return values["content"].encode(), values.get("file_name", "clients.csv")


def _mapping(given: Any) -> Any:
    """A form carries the mapping as text."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given) if given.strip() else None
    except ValueError:
        raise refusal("mapping", "not_json", _("The mapping is not JSON.")) from None
