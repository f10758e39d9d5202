"""What happens when a person is invited: a mail, after the commit; and that a log-in counts as its first use."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

from tenants import mail
from tenants.chain import Report
from tenants.models import Invitation, Membership, TrailState, User
from tenants.sessions import AGENT, LAST_USED, LONGEST_AGENT
from tenants.signals import person_invited, trail_damaged


def connect() -> None:
    person_invited.connect(_send_invitation, dispatch_uid="tenants.send_invitation")
    trail_damaged.connect(_tell_administrators, dispatch_uid="tenants.tell_administrators")
    user_logged_in.connect(_note_use, dispatch_uid="tenants.note_use")


def _send_invitation(sender: type[Invitation], *, invitation: Invitation, secret: str, **kwargs: Any) -> None:
    mail.send_invitation(invitation, secret)


def _tell_administrators(sender: type[TrailState], *, report: Report, people: list[Membership], **kwargs: Any) -> None:
    for member in people:
        mail.send_trail_damaged(member, report.found)


def _note_use(sender: type[User], *, request: HttpRequest, **kwargs: Any) -> None:
    request.session[LAST_USED] = int(timezone.now().timestamp())
    request.session[AGENT] = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
