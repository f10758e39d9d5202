"""REST: notes about clients, and the files on them."""

from __future__ import annotations

from typing import Any, cast

import django_filters as filters
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients import queries, services
from clients.attachments.serving import download
from clients.models import Attachment, Client, Note
from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from clients.services import NoteContent
from tenants.permissions import Permission
from tenants.rest.fields import LARGEST_ID, MomentField, RowField, StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class AttachmentSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients, read_only=True)
    note = RowField(queries.visible_notes, required=False, allow_null=True)
    file = serializers.FileField(write_only=True, max_length=300, help_text="With multipart/form-data.")
    name = serializers.CharField(read_only=True)
    content_type = serializers.CharField(read_only=True, help_text="By its content.")
    size = serializers.IntegerField(read_only=True)
    digest = serializers.CharField(read_only=True, help_text="SHA-256 of the content.")
    created_by = member_field(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


class NoteSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients, read_only=True)
    company = serializers.IntegerField(
        source="company_id",
        read_only=True,
        allow_null=True,
        help_text="The one to which the client was linked at that time.",
    )
    at = MomentField(required=False, help_text="When it was taken; left out: now.")
    title = serializers.CharField(max_length=200, allow_blank=True, required=False)
    text = serializers.CharField(max_length=100_000)
    attachments = AttachmentSerializer(many=True, read_only=True)
    created_by = member_field(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class NoteFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    company = filters.NumberFilter(field_name="company_id")


class NoteViewSet(FirmViewSet):
    """All notes that the caller may see; a new one is written at ``clients/{id}/notes/``."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "destroy": Permission.EDIT_CLIENTS,
        "restore": Permission.EDIT_CLIENTS,
    }
    serializer_class = NoteSerializer
    searched = ("title", "text")
    filter_class = NoteFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "at": "at", "updated_at": "updated_at"}
    usual_ordering = "-at"
    has_updates = True

    def get_queryset(self) -> QuerySet[Note]:
        return with_files(queries.visible_notes(self.member))

    def partial_update(self, request: Request, pk: str) -> Response:
        """The former version is kept."""
        note = self.checked(self.get_object())
        values = {"title": note.title, "text": note.text} | self.read_body(partial=True)
        services.change_note(note, NoteContent(**values), by=self.member, at=now(), version=self.seen_version(note))
        return self.answer(self.get_object())

    def destroy(self, request: Request, pk: str) -> Response:
        """It can be taken back for a month."""
        services.delete_note(self.checked(self.get_object()), by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Undo of a deletion."""
        gone = queries.visible_notes(self.member, deleted=True).filter(pk=min(int(pk), LARGEST_ID)).first()
        services.restore_note(gone or self.get_object(), by=self.member)
        return self.answer(self.get_object())


class OfClient(FirmViewSet):
    """What hangs on the client named in the address; 404 for one whom the caller may not see."""

    def client(self) -> Client:
        pk = int(self.kwargs["pk"])
        client = visible_clients(self.member).filter(pk=pk).first() if pk <= LARGEST_ID else None
        if client is None:
            raise Http404
        return client


class ClientNoteViewSet(OfClient):
    """The notes of one client, latest first."""

    permissions = {"list": Permission.VIEW_CLIENTS, "create": Permission.EDIT_CLIENTS}
    serializer_class = NoteSerializer
    searched = ("title", "text")
    orderings = {"id": "pk", "at": "at", "updated_at": "updated_at"}
    usual_ordering = "-at"
    has_updates = True

    def get_queryset(self) -> QuerySet[Note]:
        return with_files(queries.visible_notes(self.member))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.page(self.get_queryset().filter(client=self.client()))

    def create(self, request: Request, pk: str) -> Response:
        client = self.client()
        note = services.create_note(client, NoteContent(**self.read_body()), by=self.member, at=now())
        answer = self.answer(note, status.HTTP_201_CREATED)
        answer["Location"] = request.build_absolute_uri(f"/api/v1/notes/{note.pk}/")
        return answer


class AttachmentViewSet(FirmViewSet):
    """Files on notes: what is known of them, and the content as a download."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "destroy": Permission.EDIT_CLIENTS,
        "content": Permission.VIEW_CLIENTS,
    }
    serializer_class = AttachmentSerializer
    orderings = {"id": "pk", "created_at": "created_at"}
    searched = ("name", "note__title")

    def get_queryset(self) -> QuerySet[Attachment]:
        return queries.visible_attachments(self.member)

    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_attachment(self.checked(self.get_object()), by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: str) -> HttpResponse:
        """The file itself: always a download."""
        return cast("HttpResponse", download(self.get_object()))


class ClientAttachmentViewSet(OfClient):
    """The files of one client."""

    permissions = {"list": Permission.VIEW_CLIENTS, "create": Permission.EDIT_CLIENTS}
    serializer_class = AttachmentSerializer
    parser_classes = (MultiPartParser,)
    orderings = {"id": "pk", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[Attachment]:
        return queries.visible_attachments(self.member)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.page(self.get_queryset().filter(client=self.client()))

    def create(self, request: Request, pk: str) -> Response:
        """On the note that the form names by its id, or on the client himself."""
        client = self.client()
        values = self.read(_fields(request.data))
        file, note = values["file"], values.get("note")
        if note is not None and note.client_id != client.pk:
            raise refusal("note", "does_not_exist", _("There is no such row."))
        if note is not None:
            made = services.attach(note, file, name=file.name, by=self.member)
        else:
            made = services.attach_to_client(client, file, name=file.name, by=self.member)
        answer = self.answer(made, status.HTTP_201_CREATED)
        answer["Location"] = request.build_absolute_uri(f"/api/v1/attachments/{made.pk}/")
        return answer


def _fields(form: Any) -> dict[str, Any]:
    """A form carries numbers as text."""
    given = dict(form.items())
    note = str(given.get("note") or "")
    if note.isascii() and note.isdigit():
        given["note"] = int(note)
    return given


def with_files(notes: QuerySet[Note]) -> QuerySet[Note]:
    kept = Attachment.objects.filter(deleted_at__isnull=True).order_by("id")
    return notes.prefetch_related(Prefetch("attachments", kept))
