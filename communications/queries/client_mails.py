"""How mails by hand are read."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from clients.models import Client, Email
from clients.visibility import of_visible_clients
from communications.models import ClientMail, MailFile
from tenants.models import Membership


def visible_client_mails(membership: Membership) -> QuerySet[ClientMail]:
    """Those to the clients whom the member may see, latest first, with their files and their fate."""
    files = MailFile.objects.select_related("attachment").filter(attachment__deleted_at__isnull=True)
    rows = ClientMail.objects.select_related("client", "outgoing", "sent_by").prefetch_related(Prefetch("files", files))
    return rows.filter(of_visible_clients(membership)).order_by("-at", "-id")


def addresses_of(client: Client) -> list[Email]:
    """The one for communications first, then in the client's order (SIS-19)."""
    return sorted(Email.objects.filter(client=client), key=lambda each: (not each.for_communications, each.position))
