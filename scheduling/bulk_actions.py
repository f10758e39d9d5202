"""Sending many clients a link on which each books with his advisor, as an action of the client list (SIS-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import Argument, Before, BulkAction, Heading, Reason, register
from clients.enums import ClientState
from clients.models import Client, Email
from communications.addresses import must_choose, reachable
from communications.models import Suppression
from scheduling.forms.booking import ManyLinksForm
from scheduling.models import BookingLink, ClientPlan
from scheduling.services import NewLink, make_booking_links, withdraw_booking_links
from tenants.models import Membership
from tenants.permissions import Permission


class _Digest(Func):
    """Of a folded address, as ``communications.addresses.digest_of`` has it."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()


def _suppressed() -> Q:
    """The address that would be written to has been unsubscribed, or does not exist."""
    others = Email.objects.filter(client=OuterRef("client_id")).exclude(pk=OuterRef("pk"))
    used = Email.objects.filter(Q(for_communications=True) | ~Exists(others)).annotate(own=_Digest("address_key"))
    return Q(pk__in=used.filter(own__in=Suppression.objects.values("digest")).values("client_id"))


def _left_out(argument: Argument) -> Iterable[Reason]:
    planned = ClientPlan.objects.filter(next_meeting_at__isnull=False)
    return [
        Reason("not_active", _("are archived or deceased"), ~Q(state=ClientState.ACTIVE)),
        Reason("no_advisor", _("have no advisor"), Q(advisor__isnull=True) | Q(advisor__is_active=False)),
        Reason("planned", _("have a meeting planned already"), Q(pk__in=planned.values("client_id"))),
        Reason("no_address", _("have no e-mail address"), ~Q(pk__in=Email.objects.values("client_id"))),
        Reason("must_choose", _("have several addresses of which none is chosen"), must_choose()),
        Reason("suppressed", _("have an address that must not be written to"), _suppressed()),
    ]


def _send(clients: QuerySet[Client], argument: Argument, by: Membership, at: datetime) -> Before:
    chosen = clients.select_related("advisor__user").prefetch_related("emails").order_by("pk")
    wanted = [NewLink(client, client.advisor, reachable(client.emails.all()).address) for client in chosen]
    made = make_booking_links(wanted, days=argument["days"], by=by, at=at)
    return {link.client_id: link.pk for link, _url in made}


def _withdraw(before: Before, argument: Argument, by: Membership, at: datetime) -> list[int]:
    """What has been booked stays booked; a mail that has left cannot be called back, its link is dead."""
    unused = BookingLink.objects.filter(pk__in=list(before.values()), appointment__isnull=True)
    return withdraw_booking_links(list(unused.values_list("pk", flat=True)), by=by, at=at)


register(
    [
        BulkAction(
            code="send_booking_link",
            label=_("Send a booking link"),
            icon="calendar-plus",
            heading=Heading.OTHER,
            permission=Permission.ENTER_APPOINTMENTS,
            form=ManyLinksForm,
            left_out=_left_out,
            apply=_send,
            revert=_withdraw,
        )
    ]
)
