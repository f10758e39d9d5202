"""REST: clients who may have been entered twice, what a merge would do, the merge and its undo."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import duplicates, merging, profiles, queries, services
from clients.api.people import OfAClient
from clients.duplicates import WEIGHTS, Pair
from clients.merging import Choice, Going, Side
from clients.models import Client, ClientMerge
from clients.queries import visible_clients
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import LARGEST_ID, RowField, StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, now

SIDES = [side.value for side in Side]


class TwinSerializer(serializers.Serializer[Client]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PairSerializer(serializers.Serializer[Pair]):
    first = TwinSerializer()
    second = TwinSerializer()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=list(WEIGHTS)))


class TwinsSerializer(StrictSerializer):
    first = RowField(visible_clients)
    second = RowField(visible_clients)


class OneSerializer(StrictSerializer):
    client = RowField(visible_clients)


class DuplicateViewSet(FirmViewSet):
    """Pairs of clients who may be one, the surest first; both of a pair are in the caller's sight."""

    permissions: ClassVar = dict.fromkeys(("list", "dismiss", "restore"), Permission.MERGE_CLIENTS)
    serializer_class = PairSerializer

    def get_queryset(self) -> QuerySet[Client]:
        return visible_clients(self.member)

    def known_parameters(self) -> set[str]:
        return {"client", "fields"}

    @extend_schema(
        parameters=[OpenApiParameter("client", OpenApiTypes.INT64, description="Only the pairs of this client.")],
        responses=PairSerializer(many=True),
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The first 200."""
        listing.refuse_unknown(request, self.known_parameters())
        pairs: Any = duplicates.find_pairs(self.member, client=self._only(request.query_params.get("client")))
        return self.whole(list(PairSerializer(pairs, many=True).data))

    @extend_schema(request=TwinsSerializer, responses={204: None})
    @action(detail=False, methods=["post"])
    def dismiss(self, request: Request) -> Response:
        """They are two: the pair is not named again."""
        pair = self.read_body(serializer=TwinsSerializer)
        services.keep_apart(pair["first"], pair["second"], by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=TwinsSerializer, responses={204: None})
    @action(detail=False, methods=["post"])
    def restore(self, request: Request) -> Response:
        """The pair may be named again."""
        pair = self.read_body(serializer=TwinsSerializer)
        services.forget_apart(pair["first"], pair["second"], by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _only(self, given: str | None) -> Client | None:
        if given is None:
            return None
        asked = int(given) if given.isascii() and given.isdigit() else given
        client: Client = self.read({"client": asked}, serializer=OneSerializer)["client"]
        return client


class MergeSerializer(StrictSerializer):
    """``sides`` names the facts whose value is not the survivor's own: theirs, or both texts."""

    id = serializers.IntegerField(read_only=True)
    other = RowField(visible_clients, source="merged")
    sides = serializers.DictField(child=serializers.ChoiceField(choices=SIDES), required=False, write_only=True)
    at = serializers.DateTimeField(read_only=True)
    by = member_field(read_only=True)
    undone_at = serializers.DateTimeField(read_only=True)


class WithWhomSerializer(StrictSerializer):
    other = RowField(visible_clients)


class DifferingFactSerializer(serializers.Serializer[Choice]):
    name = serializers.CharField(help_text="What ``sides`` calls the fact.")
    label = serializers.CharField()  # type: ignore[assignment]
    mine = serializers.SerializerMethodField(help_text="In words; empty when there is nothing.")
    theirs = serializers.SerializerMethodField(help_text="In words.")
    proposed = serializers.ChoiceField(choices=SIDES)
    may_be_joined = serializers.BooleanField(help_text="Whether ``both`` is possible.")

    def get_mine(self, choice: Choice) -> str:
        return profiles.in_words(choice.mine)

    def get_theirs(self, choice: Choice) -> str:
        return profiles.in_words(choice.theirs)


class GoingSerializer(serializers.Serializer[Going]):
    label = serializers.CharField()  # type: ignore[assignment]
    rows = serializers.IntegerField(help_text="How many go over to the survivor.")
    kept = serializers.IntegerField(help_text="How many stay behind, since the survivor has the same.")


class MergePreviewSerializer(serializers.Serializer[Any]):
    choices = DifferingFactSerializer(many=True)
    going = GoingSerializer(many=True)


class UndoMergeSerializer(StrictSerializer):
    merge = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class ClientMergeViewSet(OfAClient):
    """What was merged into the client; merge another one into him, or take a merge back."""

    permissions: ClassVar = {
        "list": Permission.VIEW_CLIENTS,
        "create": Permission.MERGE_CLIENTS,
        "preview": Permission.MERGE_CLIENTS,
        "undo": Permission.MERGE_CLIENTS,
    }
    serializer_class = MergeSerializer
    sublists = {"list": listing.Sublist(orderings={"at": "at"}, usual_ordering="-at")}

    @extend_schema(responses=MergeSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.subpage(queries.merges_of(self.client), self.represent)

    def create(self, request: Request, pk: str) -> Response:
        client, given = self.client, self.read_body()
        sides = {name: Side(side) for name, side in given.get("sides", {}).items()}
        merge = services.merge_clients(client, given["merged"], sides, by=self.member, at=now())
        return Response(self.represent([merge])[0], status.HTTP_201_CREATED)

    @extend_schema(request=WithWhomSerializer, responses={200: MergePreviewSerializer})
    def preview(self, request: Request, pk: str) -> Response:
        """What differs and what would go over; nothing is written."""
        client, given = self.client, self.read_body(serializer=WithWhomSerializer)
        other = queries.with_record(visible_clients(self.member)).get(pk=given["other"].pk)
        services.check_merge(client, other)
        found = {"choices": merging.choices(client, other), "going": merging.preview(client, other)}
        return Response(MergePreviewSerializer(found).data)

    @extend_schema(request=UndoMergeSerializer, responses=MergeSerializer)
    def undo(self, request: Request, pk: str) -> Response:
        """Make them two again; facts changed since stay as they are."""
        client, given = self.client, self.read_body(serializer=UndoMergeSerializer)
        merge = ClientMerge.objects.filter(pk=given["merge"], survivor=client).first()
        if merge is None:
            raise Http404
        services.undo_merge(merge, by=self.member, at=now())
        return Response(self.represent([ClientMerge.objects.get(pk=merge.pk)])[0])
