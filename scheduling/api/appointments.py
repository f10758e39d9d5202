"""REST: appointments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.queries import of_found_clients, visible_clients
from clients.selecting import BY_CLIENT
from scheduling import queries, services
from scheduling.enums import AppointmentOrigin, AppointmentState, SeriesScope
from scheduling.models import Appointment
from scheduling.overlaps import OverlapKind, overlaps_of
from scheduling.recurrence import MOST_COUNT, MOST_INTERVAL, Frequency, Repetition
from scheduling.services import AppointmentDetails
from tenants.permissions import Permission
from tenants.rest.fields import DayField, MomentField, RowField, StrictSerializer, member_field
from tenants.rest.keyed import KeyedViewSet
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now

EDITED = ("type", "starts_at", "ends_at", "place", "notes", "assignee")
# A state that a new appointment may come with; a planned one is the rule.
ENTERED = {AppointmentState.HELD: services.mark_held, AppointmentState.NO_SHOW: services.mark_no_show}


class RepetitionSerializer(StrictSerializer):
    """Without ``count`` and ``until`` it goes on until somebody ends it."""

    frequency = serializers.ChoiceField(choices=[each.value for each in Frequency])
    interval = serializers.IntegerField(min_value=1, max_value=MOST_INTERVAL, default=1)
    by_weekday = serializers.BooleanField(default=False, help_text="Monthly: on the second Tuesday, not on the 10th.")
    count = serializers.IntegerField(min_value=1, max_value=MOST_COUNT, allow_null=True, default=None)
    until = DayField(allow_null=True, default=None)


SEEN = "Which version of the whole repetition the caller has seen: another one is refused (412)."


class EndSeriesSerializer(StrictSerializer):
    scope = serializers.ChoiceField(choices=SeriesScope.choices, default=SeriesScope.FOLLOWING)
    seen_series_version = serializers.IntegerField(required=False, help_text=SEEN)


class UndoSeriesSerializer(StrictSerializer):
    series = RowField(queries.visible_series)


class EndedSerializer(serializers.Serializer[Any]):
    ended = serializers.IntegerField(help_text="How many appointments left the Calendar.")


class AppointmentSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    type = RowField(lambda member: queries.appointment_types(), required=False)
    starts_at = MomentField()
    ends_at = MomentField(required=False, help_text="Left out: after the type's usual duration.")
    place = serializers.CharField(max_length=200, allow_blank=True, required=False)
    notes = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    assignee = member_field(required=False, allow_null=True)
    state = serializers.ChoiceField(choices=AppointmentState.choices, required=False)
    origin = serializers.ChoiceField(choices=AppointmentOrigin.choices, read_only=True)
    taken_by = member_field(read_only=True, allow_null=True)
    taken_at = serializers.DateTimeField(read_only=True, allow_null=True)
    external_source = serializers.CharField(max_length=50, allow_blank=True, required=False)
    external_id = serializers.CharField(max_length=100, allow_blank=True, required=False)
    invite = serializers.BooleanField(
        write_only=True,
        required=False,
        help_text="The client receives it, or the change, by e-mail. Left out: only if he was invited before.",
    )
    repeats = RepetitionSerializer(write_only=True, required=False)
    scope = serializers.ChoiceField(
        choices=SeriesScope.choices,
        write_only=True,
        required=False,
        help_text="Of one that repeats, when it is changed: this one, those after it too, all that are to come.",
    )
    series = serializers.IntegerField(source="series_id", read_only=True, allow_null=True)
    series_version = serializers.IntegerField(source="series.version", read_only=True, allow_null=True, default=None)
    seen_series_version = serializers.IntegerField(write_only=True, required=False, help_text=SEEN)
    rule = serializers.CharField(
        source="series.rule", read_only=True, allow_null=True, default=None, help_text="An RRULE of RFC 5545."
    )
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class OverlapSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[each.value for each in OverlapKind])
    title = serializers.CharField(help_text="What the caller may not see is only said to be taken.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    appointment_id = serializers.IntegerField(allow_null=True)


class OverlapsSerializer(serializers.Serializer[Any]):
    overlaps = OverlapSerializer(many=True)


class AppointmentFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    type = filters.NumberFilter(field_name="type_id")
    assignee = filters.NumberFilter(field_name="assignee_id")
    state = filters.ChoiceFilter(choices=AppointmentState.choices)
    starts_from = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")
    external_source = filters.CharFilter()
    external_id = filters.CharFilter()


class AppointmentViewSet(KeyedViewSet):
    """Appointments of clients in the Calendar; every change recomputes the client's plan at once (REL-31)."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.ENTER_APPOINTMENTS,
        "partial_update": Permission.ENTER_APPOINTMENTS,
        "destroy": Permission.ENTER_APPOINTMENTS,
        "bulk": Permission.ENTER_APPOINTMENTS,
        "by_external_id": Permission.ENTER_APPOINTMENTS,
        "overlaps": Permission.VIEW_APPOINTMENTS,
        "hold": Permission.ENTER_APPOINTMENTS,
        "cancel": Permission.ENTER_APPOINTMENTS,
        "no_show": Permission.ENTER_APPOINTMENTS,
        "reopen": Permission.ENTER_APPOINTMENTS,
        "take": Permission.ENTER_APPOINTMENTS,
        "release": Permission.ENTER_APPOINTMENTS,
        "end_series": Permission.ENTER_APPOINTMENTS,
        "undo_series": Permission.ENTER_APPOINTMENTS,
    }
    serializer_class = AppointmentSerializer
    filter_class = AppointmentFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "starts_at": "starts_at", "created_at": "created_at", "updated_at": "updated_at"}
    searchable = True
    usual_ordering = "starts_at"
    has_updates = True

    def get_queryset(self) -> QuerySet[Appointment]:
        return queries.visible_appointments(self.member).select_related("series")

    def search(self, rows: QuerySet[Appointment], text: str) -> QuerySet[Appointment]:
        """By whatever finds the client."""
        found: QuerySet[Appointment] = rows.filter(of_found_clients(self.member, text))
        return found

    def destroy(self, request: Request, pk: str) -> Response:
        """Only what never happened goes; everything else is cancelled (XCT-09)."""
        services.delete_appointment(self.checked(self.get_object()), by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=OverlapsSerializer)
    @action(detail=True, methods=["get"])
    def overlaps(self, request: Request, pk: str) -> Response:
        """What else its person has at that time, and why the day is free of work."""
        found = overlaps_of(self.get_object(), by=self.member)
        return Response(OverlapsSerializer({"overlaps": found}).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """It took place."""
        return self._change(services.mark_held)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._change(services.cancel_appointment)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Request, pk: str) -> Response:
        """The client did not come."""
        return self._change(services.mark_no_show)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Back to planned."""
        return self._change(services.reopen_appointment)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """Take it in charge: exactly one succeeds."""
        return self.answer(self._again(services.take_appointment(self.get_object(), by=self.member, at=now())))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        return self.answer(self._again(services.release_appointment(self.get_object(), by=self.member)))

    @extend_schema(request=EndSeriesSerializer, responses={200: EndedSerializer})
    @action(detail=True, methods=["post"], url_path="end-series")
    def end_series(self, request: Request, pk: str) -> Response:
        """No more of an appointment that repeats: from this one on, or of all that are to come."""
        values = self.read_body(serializer=EndSeriesSerializer)
        row = self.checked(self.get_object())
        ended = services.end_series(
            row,
            scope=SeriesScope(values["scope"]),
            by=self.member,
            at=now(),
            version=self.seen_version(row),
            series_version=values.get("seen_series_version"),
        )
        return Response({"ended": ended})

    @extend_schema(request=UndoSeriesSerializer, responses={204: None})
    @action(detail=False, methods=["post"], url_path="undo-series")
    def undo_series(self, request: Request) -> Response:
        """Take the last change, or the end, of a whole repetition back, but what was changed since."""
        series = self.read_body(serializer=UndoSeriesSerializer)["series"]
        services.undo_series(series, by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def enter(self, item: Any) -> tuple[Appointment, bool]:
        values = self.read(item)
        invite, said = values.pop("invite", None), values.pop("repeats", None)
        values.pop("scope", None)
        values.pop("seen_series_version", None)
        client, state = values.pop("client"), values.pop("state", AppointmentState.PLANNED)
        if state == AppointmentState.CANCELLED:
            raise refusal("state", "invalid_state", _("A new appointment cannot be cancelled already."))
        values["type"] = values.get("type") or queries.default_meeting_type()
        if values["type"] is None:
            raise refusal("type", "required", _("The firm has no type of meeting: name the type."))
        values.setdefault("ends_at", values["starts_at"] + timedelta(minutes=values["type"].duration_minutes))
        details = AppointmentDetails(**values)
        if said is not None:
            rule = _repetition(said)
            series = services.book_series(client, details, rule, by=self.member, at=now(), invite=invite)
            return self._again(queries.occurrences(series)[0]), True
        made = services.book_appointment(
            client, details, by=self.member, at=now(), origin=AppointmentOrigin.API, invite=invite
        )
        if state in ENTERED:
            made = ENTERED[AppointmentState(state)](made, by=self.member, at=now())
        return self._again(made), True

    def correct(self, row: Appointment, values: dict[str, Any]) -> Appointment:
        if values.get("client", row.client) != row.client:
            raise refusal("client", "not_changeable", _("An appointment stays with its client."))
        if values.get("state", row.state) != row.state:
            raise refusal("state", "not_changeable", _("The state is changed by an action such as cancel/."))
        details: dict[str, Any] = {name: values.get(name, getattr(row, name)) for name in EDITED}
        if "starts_at" in values and "ends_at" not in values:
            details["ends_at"] = values["starts_at"] + (row.ends_at - row.starts_at)
        seen, scope = self.seen_version(row), values.get("scope", SeriesScope.ONE)
        if scope != SeriesScope.ONE:
            said = _repetition(values["repeats"]) if "repeats" in values else None
            given = AppointmentDetails(**details)
            made = services.edit_series(
                row,
                given,
                scope=SeriesScope(scope),
                said=said,
                by=self.member,
                at=now(),
                version=seen,
                series_version=values.get("seen_series_version"),
            )
            return self._again(made)
        made = services.edit_appointment(
            row, AppointmentDetails(**details), by=self.member, at=now(), version=seen, invite=values.get("invite")
        )
        return self._again(made)

    def _change(self, change: Callable[..., Appointment]) -> Response:
        appointment = self.checked(self.get_object())
        seen = self.seen_version(appointment)
        return self.answer(self._again(change(appointment, by=self.member, at=now(), version=seen)))

    def _again(self, appointment: Appointment) -> Appointment:
        """As it stands now, even if the caller has just given it out of his sight."""
        found: Appointment = Appointment.objects.select_related("client", "type", "assignee", "series").get(
            pk=appointment.pk
        )
        return found


def _repetition(values: dict[str, Any]) -> Repetition:
    return Repetition(**{**values, "frequency": Frequency(values["frequency"])})
