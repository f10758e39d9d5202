"""The base of every resource: permission and scope for each action, lists, retries, stale writes, bulk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import FilterSet
from rest_framework import exceptions, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from tenants.enums import Scope
from tenants.feed import reading
from tenants.feed.followed import followed_resources
from tenants.models import ApiToken, Firm, FirmOwned, Membership
from tenants.permissions import Permission
from tenants.rest import idempotency, listing
from tenants.rest.fields import LARGEST_ID
from tenants.rest.problems import PreconditionFailed, TooLarge, Unprocessable, problem_of

# For every active member, whatever his role.
ANY_MEMBER = "any_member"
READING = frozenset({"GET", "HEAD"})
# What these permissions allow needs the scope ``admin`` when it changes something.
ADMINISTRATION = frozenset(
    {
        Permission.CONFIGURE,
        Permission.MANAGE_PEOPLE,
        Permission.MANAGE_TOKENS,
        Permission.PROTECT_PERSONS,
        Permission.RUN_NIGHT,
    }
)
MOST_AT_ONCE = 500
# A body of JSON is read whole, into memory: 500 items with room to spare. Files may be as large as the settings say.
MOST_JSON = 5 * 1024 * 1024
# Rows as JSON.
Represent = Callable[[list[Any]], Any]


class FirmViewSet(GenericViewSet[Any]):
    """Subclasses say who may do what (``permissions``), and return what the caller may see (``get_queryset``)."""

    permission_classes = (IsAuthenticated,)
    permissions: ClassVar[Mapping[str, Permission | str]] = {}
    # Names for ``?ordering=`` with the paths of the ORM, and the usual one.
    orderings: ClassVar[Mapping[str, str]] = {"id": "pk"}
    usual_ordering: ClassVar[str] = "id"
    filter_class: ClassVar[type[FilterSet] | None] = None
    narrowings: ClassVar[Sequence[listing.Narrowing]] = ()
    # Actions whose list is not the resource's own.
    sublists: ClassVar[Mapping[str, listing.Sublist]] = {}
    # Where ``?search=`` looks for each of its words; a list that searches otherwise is ``searchable``.
    searched: ClassVar[Sequence[str]] = ()
    searchable: ClassVar[bool] = False
    has_updates: ClassVar[bool] = False
    is_idempotent: ClassVar[bool] = True
    lookup_value_regex = r"[0-9]{1,19}"

    _claimed: int | None = None

    @property
    def member(self) -> Membership:
        member: Membership = self.request._request.membership  # type: ignore[attr-defined]
        return member

    @property
    def firm(self) -> Firm:
        firm: Firm = self.request._request.firm  # type: ignore[attr-defined]
        return firm

    # Who may

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not isinstance(request.auth, ApiToken):
            raise exceptions.NotAuthenticated(_("A valid token is required."))
        if self.action is None:
            raise exceptions.MethodNotAllowed(request.method or "")
        self._require(request)
        self._refuse_too_large(request)
        if self.action in self.sublists:
            listing.refuse_unknown(request, self.sublists[self.action].parameters)
        if request.method == "POST" and self.is_idempotent:
            self._claim(request)

    def _require(self, request: Request) -> None:
        if self.action not in self.permissions:
            raise ImproperlyConfigured(f"{type(self).__name__} does not say who may {self.action}.")
        permission = self.permissions[self.action]
        scope = Scope.READ
        if request.method not in READING:
            scope = Scope.ADMIN if permission in ADMINISTRATION else Scope.WRITE
        token: Any = request.auth
        if not token.has_scope(scope):
            raise exceptions.PermissionDenied
        if permission != ANY_MEMBER and not self.member.can(Permission(permission)):
            raise exceptions.PermissionDenied

    def _refuse_too_large(self, request: Request) -> None:
        """A body is read whole: one that says how large it is need not be read to be refused."""
        takes_files = any(issubclass(each, MultiPartParser) for each in self.parser_classes)
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if takes_files else MOST_JSON
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdigit() and int(said[:20]) > most:
            raise TooLarge

    # Retries

    def _claim(self, request: Request) -> None:
        try:
            self._claimed = idempotency.claim(request)
        except idempotency.KeyMisusedError:
            message = _("This Idempotency-Key is not readable, or came with another request.")
            raise Unprocessable(message, code="idempotency_key") from None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request._request, "rate_limit", {}).items():
            answer.headers.setdefault(name, value)
        if self._claimed is not None and answer.status_code < 400:
            idempotency.keep(self._claimed, answer)
        return answer

    # Reading

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if hasattr(self.request, "_request") and hasattr(self.request._request, "membership"):
            context["member"] = self.member
        return context

    def get_object(self) -> Any:
        """The row among those that the caller may see; 404 for any other."""
        pk = int(self.kwargs[self.lookup_url_kwarg or self.lookup_field])
        row = self.get_queryset().filter(pk=pk).first() if pk <= LARGEST_ID else None
        if row is None:
            raise Http404
        return row

    def represent(self, rows: list[Any]) -> list[dict[str, Any]]:
        """The rows as JSON."""
        serialized: list[dict[str, Any]] = self.get_serializer(rows, many=True).data
        return serialized

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.page(self.get_queryset())

    def page(self, rows: QuerySet[Any]) -> Response:
        """One page of ``rows``, narrowed and ordered as the parameters say."""
        listing.refuse_unknown(self.request, self.known_parameters())
        wanted = listing.parse(self.request, usual_ordering=self.usual_ordering)
        rows = self.narrow(rows, wanted)
        page = listing.page_of(rows, wanted, self.orderings)
        total = rows.order_by().count() if wanted.count else None
        results = self.represent(page.items)
        if wanted.fields:
            results = listing.narrowed(results, wanted.fields, self.field_names())
        return Response(listing.body(self.request, page, results, total=total))

    def whole(self, results: Sequence[dict[str, Any]]) -> Response:
        """A list that comes without pages, with the fields that were asked for."""
        listing.refuse_unknown(self.request, self.known_parameters())
        names = listing.parse(self.request, usual_ordering=self.usual_ordering).fields
        if names:
            results = listing.narrowed(results, names, self.field_names())
        return Response({"next": None, "previous": None, "results": results})

    def subpage(self, rows: QuerySet[Any], represent: Represent) -> Response:
        """One page of the action's own list."""
        kept = self.sublists[str(self.action)]
        wanted = listing.parse(self.request, usual_ordering=kept.usual_ordering)
        page = listing.page_of(rows, wanted, kept.orderings)
        total = rows.order_by().count() if wanted.count else None
        return Response(listing.body(self.request, page, list(represent(page.items)), total=total))

    def field_names(self) -> frozenset[str]:
        shape: Any = self.get_serializer()
        return frozenset(shape.fields)

    def known_parameters(self) -> set[str]:
        known = {"cursor", "page_size", "ordering", "fields", "count"}
        known |= {"search"} if self.searchable or self.searched else set()
        known |= {"updated_since"} if self.has_updates or self.is_followed else set()
        known |= set(self.filter_class.base_filters if self.filter_class else ())
        return known.union(*(each.parameters() for each in self.narrowings))

    def narrow(self, rows: QuerySet[Any], wanted: listing.Wanted) -> QuerySet[Any]:
        if wanted.updated_since is not None:
            rows = self.updated(rows, wanted.updated_since)
        if wanted.search:
            rows = self.search(rows, wanted.search)
        for each in self.narrowings:
            rows = each.narrow(rows, self.request.query_params, by=self.member)
        if self.filter_class is None:
            return rows
        filters = self.filter_class(self.request.query_params, queryset=rows, request=self.request._request)
        if not filters.is_valid():
            raise ValidationError(filters.errors.as_data())
        narrowed: QuerySet[Any] = filters.qs
        return narrowed

    @property
    def is_followed(self) -> bool:
        """Whether the feed of changes tells of this resource."""
        return self.basename in followed_resources()

    def updated(self, rows: QuerySet[Any], since: datetime) -> QuerySet[Any]:
        """Those that changed since, as the feed tells; where it does not reach, by their own stamp, else all."""
        if self.is_followed and reading.reaches(since):
            return rows.filter(pk__in=reading.changed_since(str(self.basename), since))
        return rows.filter(updated_at__gte=since) if self.has_updates else rows

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        for word in text.split():
            rows = rows.filter(Q(*((f"{path}__icontains", word) for path in self.searched), _connector=Q.OR))
        return rows

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def answer(self, row: Any, status_code: int = status.HTTP_200_OK) -> Response:
        """One row, with the tag that a later change may name."""
        [data] = self.represent([row])
        headers = {"ETag": self.tag_of(row)}
        if status_code == status.HTTP_201_CREATED and "id" in data:
            headers["Location"] = self.request.build_absolute_uri(f"{self.request.path}{data['id']}/")
        return Response(data, status_code, headers=headers)

    # Writing

    def tag_of(self, row: Any) -> str:
        """The version of the row, else a digest of what is shown of it."""
        if hasattr(row, "version"):
            return f'"{row.version}"'
        return digest(self.represent([row]))

    def checked(self, row: Any) -> Any:
        """The row, unless the caller has seen another state of it (``If-Match``).

        A row with a version is compared once more by its service, under the lock; any other is locked here, so that of
        two who have seen the same only one goes on.
        """
        if self._seen_tags is not None:
            if not hasattr(row, "version"):
                row = self.held(row)
            self.require_tag(self.tag_of(row))
        return row

    def held(self, row: Any) -> Any:
        """The row as it stands once no other request can change it.

        What is no row of its own, being composed or not stored yet, is held with the firm's.
        """
        own: Any = row if isinstance(row, FirmOwned) and row.pk is not None else self.firm
        own.refresh_from_db(from_queryset=type(own)._base_manager.select_for_update(of=("self",), no_key=True))
        return row if own is row else self.get_object()

    def require_tag(self, tag: str) -> None:
        """Refuse a caller who has seen another one."""
        if self._seen_tags is not None and tag not in self._seen_tags:
            raise PreconditionFailed

    @property
    def _seen_tags(self) -> set[str] | None:
        wanted = self.request.headers.get("If-Match", "*").strip()
        return None if wanted == "*" else {tag.strip().removeprefix("W/") for tag in wanted.split(",")}

    def seen_version(self, row: Any) -> int | None:
        """What a service compares under its lock: the row's version, if the caller said which one he has seen."""
        return row.version if self._seen_tags is not None else None

    def read_body(
        self, *, partial: bool = False, serializer: type[BaseSerializer[Any]] | None = None
    ) -> dict[str, Any]:
        """The body as the serializer of the action reads it, refused as a whole when anything in it is wrong."""
        return self.read(self.request.data, partial=partial, serializer=serializer)

    def read(
        self, data: Any, *, partial: bool = False, serializer: type[BaseSerializer[Any]] | None = None
    ) -> dict[str, Any]:
        kind = serializer or self.get_serializer_class()
        reading = kind(data=data, partial=partial, context=self.get_serializer_context())
        reading.is_valid(raise_exception=True)
        return dict(reading.validated_data)

    def each(self, write: Callable[[Any], tuple[Any, bool]]) -> Response:
        """``write`` on each item of the body, which gives the row and whether it is new; one refused stops none."""
        items = self.request.data
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_AT_ONCE:
            message = _("This must be a list of 1 to %(most)s items.") % {"most": MOST_AT_ONCE}
            raise exceptions.ValidationError({"": [exceptions.ErrorDetail(message, code="not_a_list")]})
        return Response({"results": [self._one(item, write) for item in items]})

    def _one(self, item: Any, write: Callable[[Any], tuple[Any, bool]]) -> dict[str, Any]:
        try:
            with transaction.atomic():
                row, created = write(item)
        except Exception as refused:
            problem = problem_of(refused)
            if problem is None:
                raise
            return {"status": problem.status, "id": None, "errors": problem.body()["errors"]}
        return {"status": 201 if created else 200, "id": row.pk, "errors": []}


def digest(shown: Any) -> str:
    """A tag of what is shown."""
    return f'"{sha256(repr(shown).encode()).hexdigest()[:32]}"'


def now() -> Any:
    """The time of a request, read once by the view."""
    return timezone.now()
