"""Rows of communications, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

import communications.services
from communications.models import OutgoingMail, ServiceOpportunity, Suppression
from communications.services import NewMail, ServiceDetails, post_mails
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example
from tests.clients.builders import new_client


def mail(admin: Membership) -> dict[str, Any]:
    occasion = f"example {OutgoingMail.objects.count()}"
    given = NewMail(kind="example", occasion=occasion, recipient="boss@firm.example", subject="Punti", body="Dieci")
    post_mails([given], at=timezone.now())
    return {"pk": OutgoingMail.objects.latest("pk").pk}


def service(admin: Membership) -> dict[str, Any]:
    details = ServiceDetails(name=f"Example {ServiceOpportunity.objects.count()}")
    return {"pk": communications.services.create_service(details, by=admin).pk}


def opportunity(admin: Membership) -> dict[str, Any]:
    own, offered = new_client(advisor=admin), ServiceOpportunity.objects.get(**service(admin))
    made = communications.services.open_opportunity(own, offered, by=admin, at=timezone.now())
    return {"pk": made.pk}


def suppression(admin: Membership) -> dict[str, Any]:
    address = f"example{Suppression.objects.count()}@firm.example"
    made = communications.services.enter_suppression(address, note="", by=admin, at=timezone.now())
    return {"pk": made.pk}


def of_client(admin: Membership) -> dict[str, Any]:
    return {"client_pk": client(admin)["pk"]}


PAGES: dict[str, Example] = {
    "communications:address_choose": of_client,
    "communications:client_enable": of_client,
    "communications:suppression_lift": suppression,
    "communications:service_edit": service,
    "communications:service_duplicate": service,
    "communications:service_switch": service,
    "communications:service_move": service,
    "communications:service_delete": service,
    "communications:opportunity_create": lambda admin: {"client_pk": client(admin)["pk"]},
    "communications:opportunity_detail": opportunity,
    "communications:opportunity_close": opportunity,
    "communications:opportunity_reopen": opportunity,
    "communications:opportunity_delete": opportunity,
    "communications:mail_detail": mail,
    "communications:mail_send_again": mail,
    "communications:mail_settle": mail,
    "communications:mail_cancel": mail,
}

RESOURCES: dict[str, Example] = {
    "outgoing-mails": mail,
    "service-opportunities": service,
    "client-opportunities": opportunity,
    "suppressions": suppression,
}
