"""REST: imports of clients. A small file is imported while the caller waits; a large one becomes a job."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients import tasks
from clients.enums import ImportState, OnDuplicate
from clients.imports import checking, jobs, progress, queries
from clients.imports.kinds import CLIENTS
from clients.models import ImportJob, ImportRow, RefusedRow
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now
from web.documents import read_json

# Some thousand rows: about a second.
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
    step_by_step = serializers.BooleanField(
        write_only=True, required=False, default=False, help_text="Only keep the file: check/ and run/ follow."
    )
    layout = serializers.JSONField(read_only=True, help_text="What was recognised: header, samples, columns …")
    on_duplicate = serializers.ChoiceField(choices=OnDuplicate.choices, read_only=True)
    state = serializers.ChoiceField(choices=ImportState.choices, read_only=True)
    rows = serializers.IntegerField(read_only=True, help_text="How many rows have been read so far.")
    created = serializers.IntegerField(read_only=True)
    updated = serializers.IntegerField(read_only=True)
    skipped = serializers.IntegerField(read_only=True)
    warning_count = serializers.IntegerField(read_only=True)
    error_count = serializers.IntegerField(read_only=True)
    failure = serializers.CharField(read_only=True)
    by = member_field(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    undone_at = serializers.DateTimeField(read_only=True, allow_null=True)
    removed = serializers.IntegerField(read_only=True)
    restored = serializers.IntegerField(read_only=True)
    kept = serializers.IntegerField(read_only=True)


class CheckSerializer(StrictSerializer):
    mapping = serializers.JSONField(required=False, help_text="Without one, what was recognised.")


class ImportRowSerializer(serializers.ModelSerializer[ImportRow]):
    """A row between check and import; a refusal's place is the number of its column, null for the whole row."""

    class Meta:
        model = ImportRow
        fields = ("line", "cells", "refusals", "doubts", "corrected", "dropped")


class CorrectionSerializer(StrictSerializer):
    line = serializers.IntegerField(min_value=1)
    column = serializers.CharField(max_length=200, help_text="As the header of the layout names it.")
    value = serializers.CharField(max_length=10_000, allow_blank=True, trim_whitespace=False)


class DroppingSerializer(StrictSerializer):
    line = serializers.IntegerField(min_value=1)
    dropped = serializers.BooleanField()


class ImportReportSerializer(ImportSerializer):
    errors = RefusedRowSerializer(  # type: ignore[assignment]
        many=True, read_only=True, help_text="The first 1,000; all of them at errors/."
    )
    warnings = RefusedRowSerializer(
        many=True, read_only=True, help_text="What was imported and does not fit together; all of it at warnings/."
    )


class ImportViewSet(FirmViewSet):
    """Files of clients handed in, their progress and report: created, updated, skipped, and each refused row."""

    permissions = dict.fromkeys(
        (
            "list",
            "retrieve",
            "create",
            "errors",
            "warnings",
            "check",
            "rows",
            "correct",
            "drop",
            "run",
            "cancel",
            "undo",
        ),
        Permission.IMPORT_CLIENTS,
    )
    serializer_class = ImportSerializer
    sublists = {
        "errors": listing.Sublist(),
        "warnings": listing.Sublist(),
        "rows": listing.Sublist(listing.PAGED | {"only_refused"}, orderings={"line": "line"}, usual_ordering="line"),
    }
    parser_classes = (JSONParser, MultiPartParser)
    orderings = {"id": "pk", "created_at": "created_at"}
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[ImportJob]:
        """One's own; an administrator sees all of the firm's."""
        return queries.imports_of(self.member)

    @extend_schema(responses=ImportReportSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        job = self.get_object()
        if job.state in ImportState.under_way() and job.created_at < timezone.now() - LOST_AFTER:
            tasks.ring(job)
        return self._report(job, status.HTTP_200_OK)

    @extend_schema(responses={201: ImportReportSerializer, 202: ImportReportSerializer})
    def create(self, request: Request) -> Response:
        values = self.read_body()
        content, name = _content(values)
        mapping = _mapping(values.get("mapping"))
        if values["step_by_step"]:
            draft = jobs.hand_in(io.BytesIO(content), name=name, by=self.member, at=now())
            return self._report(draft, status.HTTP_201_CREATED)
        asked = {"name": name[-255:], "mapping": mapping, "dry_run": values["dry_run"], "by": self.member}
        job = CLIENTS.import_or_queue(io.BytesIO(content), at=now(), **asked)
        return self._report(job, status.HTTP_201_CREATED if job.finished_at else status.HTTP_202_ACCEPTED)

    @extend_schema(responses=RefusedRowSerializer(many=True))
    @action(detail=True, methods=["get"])
    def errors(self, request: Request, pk: str) -> Response:
        """Every refused cell, in the order of the file."""
        rows = queries.refused_of(self.get_object())
        return self.subpage(rows, lambda refused: RefusedRowSerializer(refused, many=True).data)

    @extend_schema(responses=RefusedRowSerializer(many=True))
    @action(detail=True, methods=["get"])
    def warnings(self, request: Request, pk: str) -> Response:
        """Every cell that went in although it does not fit the others, in the order of the file."""
        rows = queries.doubted_of(self.get_object())
        return self.subpage(rows, lambda doubted: RefusedRowSerializer(doubted, many=True).data)

    @extend_schema(request=CheckSerializer, responses={202: ImportReportSerializer})
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Say where the columns go and have the rows checked; nothing is written yet."""
        job = self.get_object()
        mapping = _mapping(self.read_body(serializer=CheckSerializer).get("mapping"))
        jobs.choose_mapping(job, mapping or job.mapping)
        return self._wake(job)

    @extend_schema(
        parameters=[OpenApiParameter("only_refused", OpenApiTypes.BOOL)], responses=ImportRowSerializer(many=True)
    )
    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: str) -> Response:
        """The rows after the check, in the order of the file."""
        rows = queries.rows_of(self.get_object(), only_refused=request.query_params.get("only_refused") == "true")
        return self.subpage(rows, lambda kept: ImportRowSerializer(kept, many=True).data)

    @extend_schema(request=CorrectionSerializer, responses=ImportRowSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Correct one cell; the answer is its row, read again."""
        job, values = self.get_object(), self.read_body(serializer=CorrectionSerializer)
        header = job.layout.get("header", [])
        if values["column"] not in header:
            raise refusal("column", "unknown_column", _("The file has no such column."))
        row = checking.correct_cell(job, values["line"], header.index(values["column"]), values["value"])
        return Response(ImportRowSerializer(row).data)

    @extend_schema(request=DroppingSerializer, responses=ImportRowSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Leave a row out, or take it in again."""
        job, values = self.get_object(), self.read_body(serializer=DroppingSerializer)
        row = checking.drop_row(job, values["line"], dropped=values["dropped"])
        return Response(ImportRowSerializer(row).data)

    @extend_schema(request=None, responses={202: ImportReportSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Import what has been checked."""
        job = self.get_object()
        jobs.start(job)
        return self._wake(job)

    @extend_schema(request=None, responses={202: ImportReportSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it; nothing of an import that has not come to its end stays."""
        job = self.get_object()
        jobs.cancel(job)
        return self._report(job, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: ImportReportSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the whole import back."""
        job = self.get_object()
        jobs.ask_for_undo(job, by=self.member)
        return self._wake(job)

    def _wake(self, job: ImportJob) -> Response:
        tasks.ring(job)
        return self._report(job, status.HTTP_202_ACCEPTED)

    def _report(self, job: ImportJob, status_code: int) -> Response:
        answer = self.answer(job, status_code)
        answer.data["rows"] = progress.rows_read(job)
        for name, rows in (("errors", queries.refused_of(job)), ("warnings", queries.doubted_of(job))):
            first = rows.order_by("line", "id")[:FIRST_ERRORS]
            answer.data[name] = RefusedRowSerializer(first, many=True).data
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
        return read_json(given) if given.strip() else None
    except ValueError:
        raise refusal("mapping", "not_json", _("The mapping is not JSON.")) from None
