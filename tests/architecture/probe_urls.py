"""The product's addresses and a few that do what no page does: write and then refuse, stream, fail."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from crm.urls import handler400, handler403, handler404, handler500
from crm.urls import urlpatterns as product
from tenants.models import Membership
from tenants.requests import FirmRequest, any_member

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@any_member
def write(request: FirmRequest, status: int) -> HttpResponse:
    Membership.objects.filter(pk=request.membership.pk).update(signature="written")
    return HttpResponse(status=status)


@any_member
def fail(request: FirmRequest) -> HttpResponse:
    Membership.objects.filter(pk=request.membership.pk).update(signature="written")
    raise RuntimeError("on purpose")


@any_member
def stream(request: FirmRequest) -> StreamingHttpResponse:
    def names() -> Iterator[str]:
        yield from Membership.objects.order_by("name").values_list("name", flat=True)

    return StreamingHttpResponse(names())


@any_member
def late(request: FirmRequest) -> HttpResponse:
    """A template response that asks the database while it is rendered, as lists do."""
    return HttpResponse(str(list(Membership.objects.values_list("pk", flat=True))))


urlpatterns = [
    path("f/<slug:firm_slug>/probe/write/<int:status>/", write, name="probe_write"),
    path("f/<slug:firm_slug>/probe/fail/", fail, name="probe_fail"),
    path("f/<slug:firm_slug>/probe/stream/", stream, name="probe_stream"),
    path("f/<slug:firm_slug>/probe/late/", late, name="probe_late"),
    *product,
]
