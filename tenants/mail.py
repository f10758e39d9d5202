"""Identity mail: invitations and forgotten passwords. Links start with SITE_URL, never with the Host of a request."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail.message import make_msgid
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from kombu.exceptions import OperationalError

from tenants import tasks
from tenants.binding import bound_firm
from tenants.models import Invitation, Membership, User

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, secret: str) -> None:
    """In the firm's language: nobody knows yet which one the person prefers."""
    path = reverse("tenants:invitation_accept", kwargs={"firm_id": invitation.firm_id, "secret": secret})
    with translation.override(invitation.firm.language):
        _send_after_commit(invitation.email, "invitation", {"invitation": invitation, "link": absolute(path)})


def send_password_reset(user: User, link: str) -> None:
    _send_after_commit(user.email, "password_reset", {"link": link})


def send_log_in_changed(user: User, what: str) -> None:
    context = {"email": user.email, "what": what, "link": absolute(reverse("mfa_index"))}
    _send_after_commit(user.email, "log_in_changed", context)


def send_trail_damaged(member: Membership, found: int) -> None:
    firm = bound_firm()
    link = absolute(reverse("tenants:audit_list", kwargs={"firm_slug": firm.slug}))
    with translation.override(member.language):
        _send_after_commit(member.user.email, "trail_damaged", {"firm": firm, "found": found, "link": link})


def send_access_alerts(member: Membership, raised: int, *, path: str) -> None:
    """``path`` is the page that tells of them."""
    context = {"firm": bound_firm(), "raised": raised, "link": absolute(path)}
    with translation.override(member.language):
        _send_after_commit(member.user.email, "access_alerts", context)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _send_after_commit(to: str, name: str, context: dict[str, Any]) -> None:
    subject = render_to_string(f"tenants/mail/{name}_subject.txt", context)
    message = {
        "subject": " ".join(subject.split()),
        "body": render_to_string(f"tenants/mail/{name}.txt", context).strip() + "\n",
        "to": to,
        # The same at each attempt, so that a mail that was sent twice is seen as one.
        "message_id": make_msgid(domain="cadenza"),
    }
    transaction.on_commit(lambda: _enqueue(message), robust=True)


def _enqueue(message: dict[str, str]) -> None:
    try:
        tasks.send_mail.delay(**message)
    except OperationalError:
        # Without the broker the person who waits for the link is served by this process.
        logger.warning("The broker is away: identity mail is sent at once.")
        tasks.send_mail(**message)
