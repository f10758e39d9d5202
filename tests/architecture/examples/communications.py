"""Rows of communications, for strangers to look for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from communications.models import OutgoingMail
from communications.services import NewMail, post_mails
from tenants.models import Membership
from tests.architecture.examples.example import Example


def mail(admin: Membership) -> dict[str, Any]:
    occasion = f"example {OutgoingMail.objects.count()}"
    given = NewMail(kind="example", occasion=occasion, recipient="boss@firm.example", subject="Punti", body="Dieci")
    post_mails([given], at=timezone.now())
    return {"pk": OutgoingMail.objects.latest("pk").pk}


PAGES: dict[str, Example] = {
    "communications:mail_detail": mail,
    "communications:mail_send_again": mail,
    "communications:mail_settle": mail,
    "communications:mail_cancel": mail,
}

RESOURCES: dict[str, Example] = {"outgoing-mails": mail}
