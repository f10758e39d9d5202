"""What happens when a person is invited: a mail, after the commit."""

from __future__ import annotations

from typing import Any

from tenants import mail
from tenants.models import Invitation
from tenants.signals import person_invited


def connect() -> None:
    person_invited.connect(_send_invitation, dispatch_uid="tenants.send_invitation")


def _send_invitation(sender: type[Invitation], *, invitation: Invitation, secret: str, **kwargs: Any) -> None:
    mail.send_invitation(invitation, secret)
