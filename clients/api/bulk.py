"""REST: one action on many clients, its progress, and its undo."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.bulk import queries, services
from clients.bulk.actions import BulkAction, actions, actions_of
from clients.enums import BulkState
from clients.models import BulkJob, Client
from clients.queries import visible_clients
from clients.refused_filters import condition_of
from clients.tasks import ring_bulk
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now

MOST_IDS = 10_000


class LeftOutSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    count = serializers.IntegerField()
    words = serializers.CharField()


class BulkPreviewSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    concerned = serializers.IntegerField()
    left_out = LeftOutSerializer(many=True)


class OfferedActionSerializer(serializers.Serializer[Any]):
    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    values = serializers.ListField(child=serializers.CharField(), help_text="What `values` has to name.")


class BulkJobSerializer(StrictSerializer):
    """Whom (``clients`` or ``filter``), what (``action``) and with what (``values``); the rest is read-only."""

    id = serializers.IntegerField(read_only=True)
    action = serializers.CharField(max_length=60)
    values = serializers.DictField(required=False, help_text='Such as {"advisor": 3}; null for none.')
    clients = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        write_only=True,
        required=False,
        max_length=MOST_IDS,
    )
    filter = serializers.JSONField(
        write_only=True, required=False, help_text="Instead of clients: the filter language."
    )
    dry_run = serializers.BooleanField(write_only=True, required=False, help_text="Only say what would happen.")
    state = serializers.ChoiceField(choices=BulkState.choices, read_only=True)
    total = serializers.IntegerField(read_only=True)
    handled = serializers.IntegerField(read_only=True)
    changed = serializers.IntegerField(read_only=True)
    restored = serializers.IntegerField(read_only=True)
    failure = serializers.CharField(read_only=True)
    by = member_field(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: BulkJob) -> dict[str, Any]:
        instance.values = instance.argument  # type: ignore[attr-defined]
        return dict(super().to_representation(instance))


class OutcomeSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField()
    outcome = serializers.CharField(help_text="changed, restored, kept, or why the client was left out.")


class BulkActionViewSet(FirmViewSet):
    """One thing done with many clients: up to 200 at once, more in the background. Taken back as a whole."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.EDIT_CLIENTS,
        "cancel": Permission.EDIT_CLIENTS,
        "undo": Permission.EDIT_CLIENTS,
        "outcomes": Permission.VIEW_CLIENTS,
        "offered": Permission.VIEW_CLIENTS,
    }
    serializer_class = BulkJobSerializer
    usual_ordering = "-id"
    sublists = {"outcomes": listing.WHOLE, "offered": listing.WHOLE}

    def get_queryset(self) -> QuerySet[BulkJob]:
        return queries.finished_jobs(self.member).order_by()

    @extend_schema(
        responses={200: BulkPreviewSerializer, 201: BulkJobSerializer, 202: BulkJobSerializer},
        description="Does it, queues it (202), or with dry_run says what would happen (200).",
    )
    def create(self, request: Request) -> Response:
        body = self.read_body()
        chosen = self._action(body["action"])
        argument = self._argument(chosen, body.get("values", {}))
        job = services.freeze(chosen, self._chosen(body), by=self.member, at=now())
        if body.get("dry_run"):
            return self._preview(job, list(chosen.left_out(argument)))
        job = services.confirm(job, argument, at=now())
        if job.state != BulkState.QUEUED:
            return self.answer(job, status.HTTP_201_CREATED)
        transaction.on_commit(partial(ring_bulk, job), robust=True)
        return self.answer(job, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=BulkJobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it; what is done stays, and can be taken back."""
        job = self.get_object()
        services.cancel(job, at=now())
        return self.answer(self.get_queryset().get(pk=job.pk))

    @extend_schema(request=None, responses={200: BulkJobSerializer, 202: BulkJobSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Give every client what he had before, unless that was changed since."""
        job = self.get_object()
        self._action(job.action)
        job = services.undo(job, by=self.member, at=now())
        if job.state != BulkState.UNDOING:
            return self.answer(job)
        transaction.on_commit(partial(ring_bulk, job), robust=True)
        return self.answer(job, status.HTTP_202_ACCEPTED)

    @extend_schema(responses=OutcomeSerializer(many=True))
    @action(detail=True, methods=["get"])
    def outcomes(self, request: Request, pk: str) -> Response:
        """What became of each client that the caller sees."""
        return Response(
            [{"client": pk, "outcome": outcome} for pk, outcome in queries.each(self.get_object(), self.member)]
        )

    @extend_schema(responses=OfferedActionSerializer(many=True))
    @action(detail=False, methods=["get"])
    def offered(self, request: Request) -> Response:
        """The actions that the caller may use."""
        return Response(
            [
                {"action": each.code, "label": each.label, "values": list(each.parse(None, self.member).fields)}
                for each in actions_of(self.member)
            ]
        )

    def _action(self, code: str) -> BulkAction:
        if code not in actions():
            raise refusal("action", "does_not_exist", _("There is no such action."))
        if not self.member.can(actions()[code].permission):
            raise exceptions.PermissionDenied
        return actions()[code]

    def _argument(self, chosen: BulkAction, values: dict[str, Any]) -> dict[str, Any]:
        """What the action needs, no more and no less: who forgets to name an advisor does not mean nobody."""
        form = chosen.parse({name: "" if value is None else value for name, value in values.items()}, self.member)
        for name in {*values, *form.fields}:
            if (name in values) != (name in form.fields):
                raise refusal(
                    f"values.{name}"[:100], "required_or_unknown", _("This is missing, or has no place here.")
                )
        if not form.is_valid():
            name, errors = next(iter(form.errors.as_data().items()))
            raise refusal(f"values.{name}", errors[0].code or "invalid", " ".join(errors[0].messages))
        return dict(form.cleaned_data)

    def _chosen(self, body: dict[str, Any]) -> QuerySet[Client]:
        visible = visible_clients(self.member)
        if ("clients" in body) == ("filter" in body):
            raise refusal("clients", "one_of", _("Name either the clients or a filter."))
        if "filter" in body:
            return visible.filter(condition_of(body["filter"], today=local_today(self.firm)))
        return visible.filter(pk__in=body["clients"])

    def _preview(self, job: BulkJob, reasons: list[Any]) -> Response:
        found = queries.preview(job, reasons, by=self.member)
        job.delete()
        return Response(BulkPreviewSerializer(found).data)
