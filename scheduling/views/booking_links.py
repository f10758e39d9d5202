"""A link on which a client books by himself: made, shown once, withdrawn."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from clients.queries import visible_clients
from scheduling import queries, services
from scheduling.forms.booking import BookingLinkForm
from scheduling.models import BookingLink
from scheduling.proposals import who_meets
from tenants.answers import address, is_saved, performed
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires

MOST_SHOWN = 5


@requires(Permission.ENTER_APPOINTMENTS)
def booking_link_make(request: FirmRequest, client_pk: int) -> HttpResponse:
    """To whom and for how long; the address itself is shown once."""
    client = get_object_or_404(visible_clients(request.membership).select_related("advisor__user"), pk=client_pk)
    member = who_meets(client, by=request.membership)
    posted = request.POST if request.method == "POST" else None
    form = BookingLinkForm(posted, client=client, usual=services.address_for(client))
    made: list[tuple[BookingLink, str]] = []

    def make() -> None:
        wanted = services.NewLink(client, member, form.cleaned_data["address"])
        days = form.cleaned_data["days"]
        made.extend(services.make_booking_links([wanted], days=days, by=request.membership, at=timezone.now()))

    if posted is not None and form.is_valid():
        is_saved(form, make)
    context = {
        "client": client,
        "member": member,
        "form": form,
        "made": made[0] if made else None,
        "links": _recent(request, client),
        "now": timezone.now(),
    }
    return render(request, "scheduling/booking_link.html", context, status=422 if form.errors else 200)


@requires(Permission.ENTER_APPOINTMENTS)
@require_POST
def booking_link_withdraw(request: FirmRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(queries.visible_booking_links(request.membership), pk=pk)
    return performed(
        request,
        lambda: services.withdraw_booking_links([link.pk], by=request.membership, at=timezone.now()),
        told=_("The link no longer works; what was booked on it stays."),
        back=address(request, "scheduling:booking_link_make", client_pk=link.client_id),
    )


def _recent(request: FirmRequest, client: Client) -> list[BookingLink]:
    return list(queries.visible_booking_links(request.membership).filter(client=client)[:MOST_SHOWN])
