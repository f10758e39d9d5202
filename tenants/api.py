"""REST: who calls and for which firm, its people, tokens and audit trail."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import firm_parameters, queries, services
from tenants.binding import local_today
from tenants.enums import Language, Role, Scope, Theme
from tenants.models import ApiToken, AuditEvent, Firm, Membership
from tenants.permissions import Permission
from tenants.rest.fields import MomentField, StrictSerializer, member_field
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet, now


class MeSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    permissions = serializers.SerializerMethodField()
    scopes = serializers.SerializerMethodField()
    firm = serializers.SerializerMethodField()
    language = serializers.ChoiceField(choices=Language.choices)
    theme = serializers.ChoiceField(choices=Theme.choices)
    signature = serializers.CharField(allow_blank=True, max_length=5_000)

    def get_permissions(self, member: Membership) -> list[str]:
        return sorted(permission for permission in Permission if member.can(permission))

    def get_scopes(self, member: Membership) -> list[str]:
        return list(self.context["request"].auth.scopes)

    def get_firm(self, member: Membership) -> str:
        return member.firm.slug


class MeViewSet(FirmViewSet):
    """The caller: the member whose token it is, his role, and what he may do."""

    permissions = {"retrieve": ANY_MEMBER, "partial_update": ANY_MEMBER}
    serializer_class = MeSerializer

    def get_object(self) -> Membership:
        return self.member

    def partial_update(self, request: Request) -> Response:
        self.checked(self.member)
        services.change_own_settings(self.member, **self.read_body(partial=True))
        return self.answer(self.member)


class FirmSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    slug = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=200)
    time_zone = serializers.CharField(max_length=64)
    language = serializers.ChoiceField(choices=Language.choices)
    currency = serializers.CharField(read_only=True)
    holiday_province = serializers.CharField(max_length=2, allow_blank=True)
    requires_second_step = serializers.BooleanField(
        help_text="Whoever has no second step of the log-in is led to set one up before a page of the firm opens."
    )
    requires_single_sign_on = serializers.BooleanField(
        help_text="The firm opens by its identity provider alone; to one administrator, who is whoever requires it, by "
        "the password too. It can be required once somebody has logged in by the provider."
    )
    today = serializers.SerializerMethodField()
    parameters = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": {}}})
    def get_parameters(self, firm: Firm) -> dict[str, Any]:
        """Of each part of the product, as far as the caller may know them; changed at their own addresses."""
        return dict(firm_parameters.shown_to(self.context["member"]))

    @extend_schema_field(OpenApiTypes.DATE)
    def get_today(self, firm: Firm) -> str:
        """The firm's local date (XCT-06)."""
        return local_today(firm).isoformat()


class FirmSettingsViewSet(FirmViewSet):
    """The firm's settings."""

    permissions = {"retrieve": ANY_MEMBER, "partial_update": Permission.CONFIGURE}
    serializer_class = FirmSerializer

    def get_object(self) -> Firm:
        return self.firm

    def partial_update(self, request: Request) -> Response:
        self.checked(self.firm)
        values = self.read_body(partial=True)
        required = values.pop("requires_single_sign_on", self.firm.requires_single_sign_on)
        services.change_firm(self.firm, by=self.member, **values)
        if required and not self.firm.requires_single_sign_on:
            services.require_single_sign_on(self.firm, emergency=self.member, by=self.member)
        elif not required:
            services.release_single_sign_on(self.firm, by=self.member)
        return self.answer(self.firm)


class UserSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)
    is_active = serializers.BooleanField()
    enters_appointments = serializers.BooleanField()
    edits_groups = serializers.BooleanField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class InvitationSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=Role.choices)
    expires_at = serializers.DateTimeField(read_only=True)


class UserFilters(filters.FilterSet):
    role = filters.ChoiceFilter(choices=Role.choices)
    is_active = filters.BooleanFilter()


class UserViewSet(FirmViewSet):
    """The members of the firm. Their ids are what other resources name people by."""

    permissions = {
        "list": ANY_MEMBER,
        "retrieve": ANY_MEMBER,
        "create": Permission.MANAGE_PEOPLE,
        "partial_update": Permission.MANAGE_PEOPLE,
    }
    serializer_class = UserSerializer
    filter_class = UserFilters
    orderings = {"id": "pk", "name": "name", "created_at": "created_at", "updated_at": "updated_at"}
    searched = ("name", "user__email")
    usual_ordering = "name"
    has_updates = True

    def get_queryset(self) -> QuerySet[Membership]:
        return queries.members()

    @extend_schema(request=InvitationSerializer, responses={201: InvitationSerializer})
    def create(self, request: Request) -> Response:
        """Invite somebody by e-mail; he is a member once he has accepted."""
        values = self.read_body(serializer=InvitationSerializer)
        invitation = services.invite(values.pop("email"), **values, by=self.member, at=now())
        return Response(InvitationSerializer(invitation).data, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        member = self.checked(self.get_object())
        values = self.read_body(partial=True)
        active = values.pop("is_active", member.is_active)
        if active and not member.is_active:
            services.reactivate_member(member, by=self.member)
        services.change_rights(member, by=self.member, **values)
        if member.is_active and not active:
            services.deactivate_member(member, by=self.member, at=now())
        return self.answer(self.get_object())


class TokenSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    user = member_field(source="member", required=False)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False)
    expires_at = MomentField(required=False, allow_null=True)
    hint = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)
    revoked_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NewTokenSerializer(TokenSerializer):
    token = serializers.CharField(read_only=True, help_text="Shown this once.")


class TokenViewSet(FirmViewSet):
    """Tokens for the API: one's own, for an administrator those of the firm. The secret is shown once."""

    permissions = {
        "list": Permission.MANAGE_TOKENS,
        "retrieve": Permission.MANAGE_TOKENS,
        "create": Permission.MANAGE_TOKENS,
        "destroy": Permission.MANAGE_TOKENS,
    }
    serializer_class = TokenSerializer
    orderings = {"id": "pk", "created_at": "created_at", "last_used_at": "last_used_at"}
    searched = ("name",)
    # An answer that holds a secret is not kept for a second try.
    is_idempotent = False

    def get_queryset(self) -> QuerySet[ApiToken]:
        return queries.tokens_of(self.member)

    @extend_schema(responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        values = self.read_body()
        owner = values.pop("member", self.member)
        if owner.pk != self.member.pk and not self.member.can(Permission.MANAGE_PEOPLE):
            raise exceptions.PermissionDenied
        made = services.create_token(owner, by=self.member, **values)
        answer = self.answer(made.row, status.HTTP_201_CREATED)
        answer.data["token"] = made.secret
        return answer

    def destroy(self, request: Request, pk: str) -> Response:
        services.revoke_token(self.checked(self.get_object()), by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AuditSerializer(serializers.ModelSerializer[AuditEvent]):
    by = member_field(read_only=True, allow_null=True)

    class Meta:
        model = AuditEvent
        fields: ClassVar[list[str]] = ["id", "at", "by", "action", "target_kind", "target_id", "before", "after"]


class AuditFilters(filters.FilterSet):
    action = filters.CharFilter()
    by = filters.NumberFilter(field_name="by_id")
    target_kind = filters.CharFilter()
    target_id = filters.NumberFilter()
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")


class AuditViewSet(FirmViewSet):
    """Who changed what, and when; latest first."""

    permissions = {"list": Permission.VIEW_AUDIT, "retrieve": Permission.VIEW_AUDIT}
    serializer_class = AuditSerializer
    filter_class = AuditFilters
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return queries.audit_trail()


RESOURCES: dict[str, type[Any]] = {
    "users": UserViewSet,
    "tokens": TokenViewSet,
    "audit": AuditViewSet,
}
