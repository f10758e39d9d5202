"""REST: a file in the body of a request, imported while the caller waits or, when it is large, by a worker."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.response import Response

from clients.imports import queries
from clients.imports.kinds import ImportKind
from clients.models import ImportJob, RefusedRow
from tenants.models import Membership
from tenants.rest.fields import StrictSerializer
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now
from web.documents import read_json

FIRST_ERRORS = 1_000


class HandedInSerializer(StrictSerializer):
    file = serializers.FileField(write_only=True, required=False, help_text="With multipart/form-data.")
    content = serializers.CharField(write_only=True, required=False, help_text="Instead of file: the CSV as text.")
    file_name = serializers.CharField(max_length=255, required=False)
    mapping = serializers.JSONField(required=False, help_text="Without one the headers are recognised by name.")
    dry_run = serializers.BooleanField(required=False, default=False)


class RefusedLineSerializer(serializers.ModelSerializer[RefusedRow]):
    class Meta:
        model = RefusedRow
        fields = ("line", "column", "value", "code", "message")


class FileReportSerializer(serializers.Serializer[ImportJob]):
    """What became of the file; of a large one more at ``imports/{id}/``."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    dry_run = serializers.BooleanField()
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    skipped = serializers.IntegerField()
    error_count = serializers.IntegerField()
    errors = RefusedLineSerializer(  # type: ignore[assignment]
        many=True, help_text="The first 1,000; all of them at imports/{id}/errors/."
    )


def imported(values: dict[str, Any], kind: ImportKind, *, usual_name: str, by: Membership) -> Response:
    content, name = _content(values, usual_name)
    job = kind.import_or_queue(
        io.BytesIO(content),
        name=name,
        mapping=_mapping(values.get("mapping")),
        dry_run=values["dry_run"],
        by=by,
        at=now(),
    )
    code = status.HTTP_201_CREATED if job.finished_at else status.HTTP_202_ACCEPTED
    return Response(_report(job), code)


def _report(job: ImportJob) -> Any:
    job.errors = queries.refused_of(job).order_by("line", "id")[:FIRST_ERRORS]  # type: ignore[attr-defined]
    return FileReportSerializer(job).data


def _content(values: dict[str, Any], usual_name: str) -> tuple[bytes, str]:
    """The bytes of the file and its name, from either kind of body."""
    file: UploadedFile[Any] | None = values.get("file")
    if (file is None) == ("content" not in values):
        raise refusal("file", "required", _("Give either a file or its content."))
    if file is not None:
        return file.read(), values.get("file_name") or file.name or usual_name
    return values["content"].encode(), values.get("file_name", usual_name)


def _mapping(given: Any) -> Any:
    """A form carries the mapping as text."""
    if not isinstance(given, str):
        return given
    try:
        return read_json(given) if given.strip() else None
    except ValueError:
        raise refusal("mapping", "not_json", _("The mapping is not JSON.")) from None
