"""REST: reminders."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.queries import of_found_clients
from clients.selecting import BY_CLIENT
from scheduling import queries, services
from scheduling.enums import ReminderState
from scheduling.models import Reminder
from scheduling.placeholders import filled
from tenants.binding import bound_firm, local_today
from tenants.permissions import Permission
from tenants.rest.fields import DayField, StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, digest, now


class ReminderSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = serializers.IntegerField(source="client_id", read_only=True)
    client_name = serializers.CharField(source="client.name", read_only=True)
    advisor = serializers.IntegerField(source="client.advisor_id", read_only=True, allow_null=True)
    check = serializers.IntegerField(source="check_rule_id", read_only=True)
    text = serializers.SerializerMethodField(help_text="The check's notice, with the days that remain today.")
    due_on = serializers.DateField(read_only=True)
    state = serializers.ChoiceField(choices=ReminderState.choices, read_only=True)
    snoozed_until = serializers.DateField(read_only=True, allow_null=True)
    opened_on = serializers.DateField(read_only=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ended_by = member_field(read_only=True, allow_null=True)

    def get_text(self, reminder: Reminder) -> str:
        today = local_today(bound_firm())
        return filled(reminder.check_rule.text, due_on=reminder.due_on, today=today, client=reminder.client.name)


class SnoozeSerializer(StrictSerializer):
    until = DayField()


class ReminderMailSerializer(StrictSerializer):
    by_mail = serializers.BooleanField(help_text="One mail each morning on which there are reminders.")


class ReminderFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    advisor = filters.NumberFilter(field_name="client__advisor_id")
    check = filters.NumberFilter(field_name="check_rule_id")
    state = filters.ChoiceFilter(choices=ReminderState.choices)
    due_from = filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_until = filters.DateFilter(field_name="due_on", lookup_expr="lte")


class ReminderViewSet(FirmViewSet):
    """What tells an advisor to plan a meeting: opened by the night, closed by itself when its cause ends."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "dismiss": Permission.HANDLE_REMINDERS,
        "snooze": Permission.HANDLE_REMINDERS,
        "reopen": Permission.HANDLE_REMINDERS,
        "mail": Permission.VIEW_APPOINTMENTS,
        "choose_mail": Permission.VIEW_APPOINTMENTS,
    }
    serializer_class = ReminderSerializer
    filter_class = ReminderFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "due_on": "due_on", "opened_on": "opened_on"}
    searchable = True
    usual_ordering = "due_on"

    def get_queryset(self) -> QuerySet[Reminder]:
        return queries.visible_reminders(self.member)

    def search(self, rows: QuerySet[Reminder], text: str) -> QuerySet[Reminder]:
        """By whatever finds the client."""
        found: QuerySet[Reminder] = rows.filter(of_found_clients(self.member, text))
        return found

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """It does not come back for this date, but does for a new one."""
        return self._changed(services.dismiss_reminder(self.get_object(), by=self.member, at=now()))

    @extend_schema(request=SnoozeSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Hide it until that day."""
        until = self.read_body(serializer=SnoozeSerializer)["until"]
        return self._changed(services.snooze_reminder(self.get_object(), until=until, by=self.member, at=now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self._changed(services.reopen_reminder(self.get_object(), by=self.member))

    @extend_schema(responses=ReminderMailSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def mail(self, request: Request) -> Response:
        """Whether one's own reminders come by e-mail every morning."""
        return self._wish(wanted=services.wants_reminder_mail(self.member))

    @extend_schema(request=ReminderMailSerializer, responses=ReminderMailSerializer)
    @mail.mapping.put
    def choose_mail(self, request: Request) -> Response:
        """Ask for that mail, or no longer."""
        self.require_tag(digest(services.wants_reminder_mail(self.member)))
        wanted = self.read_body(serializer=ReminderMailSerializer)["by_mail"]
        services.ask_for_reminder_mail(self.member, wanted=wanted)
        return self._wish(wanted=wanted)

    def _wish(self, *, wanted: bool) -> Response:
        return Response({"by_mail": wanted}, headers={"ETag": digest(wanted)})

    def _changed(self, reminder: Reminder) -> Response:
        return self.answer(self.get_queryset().get(pk=reminder.pk))
