"""REST: the feed of changes, for synchronisation."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.followed import FOLLOWED
from crm.shown_changes import shown
from tenants.feed import reading
from tenants.feed.notes import Kind
from tenants.feed.reading import Entry
from tenants.models import Change
from tenants.rest import listing
from tenants.rest.problems import refusal
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet

NOW = "now"
RESOURCES = sorted({name for how in FOLLOWED.values() for name in (how.resources.values() or [how.resource])})
TOLD = [kind.value for kind in Kind if kind != Kind.WITHDRAWN]


class CursorForgotten(exceptions.APIException):
    """Read everything anew: first a cursor with ``since=now``, then the lists."""

    status_code = 410
    default_code = "cursor_forgotten"


class ChangeSerializer(serializers.Serializer[Any]):
    cursor = serializers.CharField(help_text="For since, to go on behind this entry.")
    resource = serializers.ChoiceField(choices=RESOURCES, help_text="The path under /api/v1/.")
    id = serializers.IntegerField()
    change = serializers.ChoiceField(choices=TOLD, help_text="Of created and updated: read the row, as it is now.")
    at = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class ChangesSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="Null when nothing more has happened yet.")
    previous = serializers.URLField(allow_null=True, help_text="Always null.")
    cursor = serializers.CharField(help_text="For since, the next time.")
    results = ChangeSerializer(many=True)


class ChangesViewSet(FirmViewSet):
    """Everything created, updated and deleted that the token may see, in the order in which it was committed."""

    permissions = {"list": ANY_MEMBER}
    serializer_class = ChangeSerializer
    # For the schema: pages of its own kind, and one more way to fail.
    shapes_pages = True
    more_problems = {"410": "The feed does not reach back so far"}

    def get_queryset(self) -> QuerySet[Change]:
        rows: QuerySet[Change] = Change.objects.all()
        return rows

    def known_parameters(self) -> set[str]:
        return {"since", "page_size", "resource"}

    @extend_schema(
        operation_id="changes_list",
        parameters=[
            OpenApiParameter("since", str, description="A cursor, or now; left out: as far back as it reaches."),
            OpenApiParameter("resource", str, description="Only these resources, comma separated."),
            OpenApiParameter("page_size", OpenApiTypes.INT, description="1 to 500, usually 50."),
        ],
        responses=ChangesSerializer,
        filters=False,
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Pages may be shorter than asked for, even empty: go on as long as ``next`` is given."""
        listing.refuse_unknown(request, self.known_parameters())
        size = listing.parse(request, usual_ordering="id").size
        since, head = self._since(request.query_params.get("since", "")), reading.head()
        until = min(since + size, head)
        try:
            found = reading.entries(since, until, self._resources(request))
        except reading.ForgottenError:
            raise CursorForgotten(_("The feed does not reach back so far: read the lists anew.")) from None
        return Response(
            {
                "next": self._address(request, until) if until < head else None,
                "previous": None,
                "cursor": str(until),
                "results": [_told(entry, kind) for entry, kind in shown(self.member, found)],
            }
        )

    def _since(self, given: str) -> int:
        if given in ("", NOW):
            return reading.head() if given else reading.oldest()
        if not given.isascii() or not given.isdigit() or int(given[:19]) > reading.head():
            raise refusal("since", "invalid_cursor", _("This cursor does not belong to this list."))
        return int(given)

    def _resources(self, request: Request) -> set[str] | None:
        given = {name.strip() for name in request.query_params.get("resource", "").split(",") if name.strip()}
        if given - set(RESOURCES):
            raise refusal("resource", "unknown_resource", _("There is no resource of this name in the feed."))
        return given or None

    def _address(self, request: Request, cursor: int) -> str:
        query = request.query_params.copy()
        query["since"] = str(cursor)
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _told(entry: Entry, kind: Kind) -> dict[str, Any]:
    return {
        "cursor": str(entry.number),
        "resource": entry.resource,
        "id": entry.row_id,
        "change": kind.value,
        "at": entry.at.isoformat().replace("+00:00", "Z"),
    }
