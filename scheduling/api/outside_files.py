"""REST: one's own feed for the telephone, and calendar files of other programs."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling import services
from scheduling.ical import MOST_BYTES
from scheduling.models import CalendarFeed, CalendarFile
from scheduling.services import reason
from tenants.binding import bound_firm_id
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class CalendarFeedSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True)


class MadeFeedSerializer(CalendarFeedSerializer):
    url = serializers.URLField(read_only=True, help_text="Shown only now. Whoever has it reads your appointments.")


class RefusedEventSerializer(serializers.Serializer[object]):
    number = serializers.IntegerField(help_text="Its place in the file, from 1 on.")
    uid = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class CalendarFileSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    file = serializers.FileField(write_only=True, help_text="An .ics file, with multipart/form-data.")
    name = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    made = serializers.IntegerField(read_only=True, help_text="How many times it takes of yours.")
    refused = serializers.SerializerMethodField(help_text="The events that were left out, with the reason.")

    @extend_schema_field(RefusedEventSerializer(many=True))
    def get_refused(self, file: CalendarFile) -> list[dict[str, object]]:
        return [{"number": n, "uid": uid, "code": code, "reason": reason(code)} for n, uid, code in file.refused]


class CalendarFeedViewSet(FirmViewSet):
    """The secret address at which one's telephone reads one's appointments: one at most, shown when it is made."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.VIEW_APPOINTMENTS,
        "destroy": Permission.VIEW_APPOINTMENTS,
    }
    serializer_class = CalendarFeedSerializer
    orderings = {"id": "pk"}
    is_idempotent = False

    def get_queryset(self) -> QuerySet[CalendarFeed]:
        feeds: QuerySet[CalendarFeed] = CalendarFeed.objects.filter(member=self.member)
        return feeds

    @extend_schema(request=None, responses={201: MadeFeedSerializer})
    def create(self, request: Request) -> Response:
        """A new address; the one before is dead. There is nothing to choose."""
        self.read_body()
        secret = services.make_feed(self.member, at=now())
        url = f"{settings.SITE_URL.rstrip('/')}/calendar/{bound_firm_id()}-{secret}.ics"
        made = CalendarFeedSerializer(self.get_queryset().get()).data
        return Response({**made, "url": url}, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        self.checked(self.get_object())
        services.revoke_feed(self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CalendarFileViewSet(FirmViewSet):
    """Calendar files (.ics) of other programs, whose events take time of one's own."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.VIEW_APPOINTMENTS,
        "destroy": Permission.VIEW_APPOINTMENTS,
    }
    serializer_class = CalendarFileSerializer
    parser_classes = (MultiPartParser,)
    orderings = {"id": "pk", "at": "at"}
    searched = ("name",)
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[CalendarFile]:
        files: QuerySet[CalendarFile] = CalendarFile.objects.filter(member=self.member)
        return files

    def create(self, request: Request) -> Response:
        """An event that was there before is replaced; one that cannot be read is left out with its reason."""
        file = self.read_body()["file"]
        if file.size > MOST_BYTES:
            raise refusal("file", "too_large", reason("too_large"))
        made = services.import_calendar(self.member, file.read(), name=file.name, at=now())
        return self.answer(made, status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """All that it took of one's time is free again."""
        services.remove_calendar_file(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
