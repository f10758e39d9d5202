"""REST: communications, and their generation: ``communications/`` and ``communication-runs/``."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import django_filters as filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.refused_filters import read_filter
from clients.selecting import BY_CLIENT
from communications import audiences, queries, services
from communications.enums import CommunicationState, RunState, TemplateKind
from communications.models import Communication, CommunicationRun, CommunicationTemplate
from communications.services import generation
from communications.tasks import ring_generation, ring_outbox
from groups.queries import active_groups, views_of
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.fields import RowField, StrictSerializer
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now

MOST_AT_ONCE = 1_000
LONGEST_AUDIENCE = 20_000


class CommunicationSerializer(serializers.Serializer[Any]):
    """What one client is told by e-mail."""

    id = serializers.IntegerField()
    run = serializers.IntegerField(source="run_id")
    client = serializers.IntegerField(source="client_id")
    address = serializers.CharField(help_text="Frozen when it was generated.")
    state = serializers.ChoiceField(choices=CommunicationState.choices)
    stale = serializers.BooleanField(source="is_stale", help_text="Unsent; the client has another address now.")
    subject = serializers.CharField(help_text="Empty until it leaves.")
    problem = serializers.CharField(help_text="Why it was left out when it was to leave, or what the server said.")
    generated_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class RunSerializer(serializers.Serializer[Any]):
    """A generation: a dry run at first."""

    id = serializers.IntegerField()
    template = serializers.IntegerField(source="template_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=TemplateKind.choices)
    opportunity = serializers.IntegerField(source="opportunity_id", allow_null=True)
    audience = serializers.CharField(help_text="In words.")
    state = serializers.ChoiceField(choices=RunState.choices)
    total = serializers.IntegerField()
    included = serializers.IntegerField()
    generated = serializers.IntegerField()
    left_out = serializers.SerializerMethodField(help_text="How many clients by each reason.")
    created_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)

    def get_left_out(self, run: CommunicationRun) -> dict[str, int]:
        return {reason: number for reason, number in queries.reasons_of(run).items() if reason}


def _templates(member: Any) -> QuerySet[CommunicationTemplate]:
    found: QuerySet[CommunicationTemplate] = CommunicationTemplate.objects.filter(active=True)
    return found


class GenerationSerializer(StrictSerializer):
    """For whom is said by one of ``view``, ``group``, ``filter`` and ``audience``."""

    template = RowField(_templates)
    view = RowField(views_of, required=False)
    group = RowField(lambda member: active_groups(), required=False)
    filter = serializers.JSONField(required=False, help_text="The filter language.")
    audience = serializers.CharField(
        max_length=LONGEST_AUDIENCE,
        required=False,
        help_text="all, client:<id>, group:<id>, view:<id>, list:<id>, search:<id> or filter:<JSON>.",
    )
    opportunity = RowField(
        lambda member: queries.offered_services(),
        required=False,
        help_text="The service that is offered, where the template is for any.",
    )
    dry_run = serializers.BooleanField(default=True, help_text="false: generate at once what the dry run would list.")

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("view", "group", "filter", "audience") if name in said]
        if len(named) != 1:
            raise refusal("audience", "one_of", _("Say whom it is for by one of view, group, filter and audience."))
        if "filter" in said:
            read_filter(said["filter"])
        template, offered = said["template"], said.get("opportunity")
        if offered is not None:
            is_for_any = template.kind == TemplateKind.OFFER and template.opportunity_id is None
            if not is_for_any and template.opportunity_id != offered.pk:
                raise refusal("opportunity", "other_service", _("The template is not for this service."))
            # For this generation; the template itself stays one for any service.
            template.opportunity = offered
        return {**said, "audience": _code(named[0], said[named[0]])}


def _code(name: str, value: Any) -> str:
    if name == "audience":
        return str(value)
    return f"{name}:{json.dumps(value) if name == 'filter' else value.pk}"


class SelectionSerializer(StrictSerializer):
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=MOST_AT_ONCE)


class ActedSerializer(serializers.Serializer[Any]):
    """What became of the given ones."""

    done = serializers.IntegerField()
    stale = serializers.IntegerField(help_text="They have to be generated again first.")


class CommunicationFilters(filters.FilterSet):
    state = filters.ChoiceFilter(
        choices=[*CommunicationState.choices, (queries.STALE, "stale")],
        method=lambda rows, name, state: queries.in_state(rows, state),
    )
    client = filters.NumberFilter()
    run = filters.NumberFilter()


class CommunicationViewSet(FirmViewSet):
    """What was generated, and what became of it."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "generate": Permission.EDIT_CLIENTS,
        "send": Permission.EDIT_CLIENTS,
        "regenerate": Permission.EDIT_CLIENTS,
        "cancel": Permission.EDIT_CLIENTS,
        "restore": Permission.EDIT_CLIENTS,
    }
    serializer_class = CommunicationSerializer
    narrowings = (BY_CLIENT,)
    filter_class = CommunicationFilters
    orderings = {"id": "pk"}
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[Communication]:
        return queries.with_staleness(queries.visible_communications(self.member))

    @extend_schema(request=GenerationSerializer, responses={201: RunSerializer})
    @action(detail=False, methods=["post"])
    def generate(self, request: Request) -> Response:
        """Who would be written to, who is left out and why; confirmed at once if that is asked for."""
        said = self.read_body(serializer=GenerationSerializer)
        run = generation.prepare(
            said["template"],
            audiences.clients_of(said["audience"], by=self.member, today=local_today(self.firm)),
            audience_name=audiences.name_of(said["audience"], by=self.member),
            replaces=said["audience"].startswith(audiences.ONE),
            by=self.member,
            at=now(),
        )
        if not said["dry_run"]:
            run = confirmed(run)
        return Response(RunSerializer(run).data, status.HTTP_201_CREATED)

    @extend_schema(request=SelectionSerializer, responses=ActedSerializer)
    @action(detail=False, methods=["post"])
    def send(self, request: Request) -> Response:
        """Those that were generated, or failed, and are not stale; never one that has left."""
        sent = services.send(self._chosen(), by=self.member, at=now())
        ring_outbox()
        return Response({"done": sent.posted, "stale": sent.stale})

    @extend_schema(request=SelectionSerializer, responses=ActedSerializer)
    @action(detail=False, methods=["post"])
    def regenerate(self, request: Request) -> Response:
        """For the address that the client has now, where that is another one."""
        return Response({"done": len(services.regenerate(self._chosen(), by=self.member, at=now())), "stale": 0})

    @extend_schema(request=SelectionSerializer, responses=ActedSerializer)
    @action(detail=False, methods=["post"])
    def cancel(self, request: Request) -> Response:
        return Response({"done": len(services.cancel_communications(self._chosen(), by=self.member)), "stale": 0})

    @extend_schema(request=SelectionSerializer, responses=ActedSerializer)
    @action(detail=False, methods=["post"])
    def restore(self, request: Request) -> Response:
        """Take cancelled ones back."""
        return Response({"done": len(services.restore(self._chosen(), by=self.member)), "stale": 0})

    def _chosen(self) -> QuerySet[Communication]:
        ids = self.read_body(serializer=SelectionSerializer)["ids"]
        return queries.visible_communications(self.member).filter(pk__in=ids)


class RunViewSet(FirmViewSet):
    """Generations: of each who is written to, who is left out and why."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "confirm": Permission.EDIT_CLIENTS,
        "stop": Permission.EDIT_CLIENTS,
    }
    serializer_class = RunSerializer
    orderings = {"id": "pk"}
    searched = ("name",)
    usual_ordering = "-id"

    def get_queryset(self) -> QuerySet[CommunicationRun]:
        return queries.runs_of(self.member)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Generate exactly what the dry run listed."""
        return self.answer(confirmed(self.get_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        generation.stop(self.get_object(), by=self.member, at=now())
        return self.answer(self.get_object())


def confirmed(run: CommunicationRun) -> CommunicationRun:
    run = generation.confirm(run, at=now())
    if run.is_busy:
        transaction.on_commit(partial(ring_generation, run.pk), robust=True)
    return run
