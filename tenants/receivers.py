"""What happens when a person is invited: a mail, after the commit; that a log-in counts as its first use and is told;
that the trail of each firm of a person tells of his second step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from allauth.mfa import signals as steps
from allauth.mfa.models import Authenticator
from django.contrib.auth import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from tenants import audit, mail
from tenants.binding import use_firm
from tenants.chain import Report
from tenants.models import Invitation, Membership, TrailState, User
from tenants.sessions import AGENT, LAST_USED, LONGEST_AGENT
from tenants.signals import person_invited, trail_damaged
from tenants.unbound import firms_of_user


def connect() -> None:
    person_invited.connect(_send_invitation, dispatch_uid="tenants.send_invitation")
    trail_damaged.connect(_tell_administrators, dispatch_uid="tenants.tell_administrators")
    user_logged_in.connect(_note_use, dispatch_uid="tenants.note_use")
    for change, signal in (("added", steps.authenticator_added), ("removed", steps.authenticator_removed)):
        signal.connect(_note_step(change), dispatch_uid=f"tenants.second_step_{change}", weak=False)
    steps.authenticator_reset.connect(_note_step("renewed"), dispatch_uid="tenants.second_step_renewed", weak=False)
    user_logged_in.connect(_tell_log_in, dispatch_uid="tenants.tell_log_in")
    user_login_failed.connect(_tell_failure, dispatch_uid="tenants.tell_failure")
    user_logged_out.connect(_tell_log_out, dispatch_uid="tenants.tell_log_out")


log = structlog.get_logger("cadenza.access")


def _tell_log_in(sender: type[User], *, user: User, **kwargs: Any) -> None:
    """In the log of the installation: a log-in is of no firm yet (ASVS 16.3.1)."""
    log.info("log_in", user=user.pk)


def _tell_failure(sender: Any, **kwargs: Any) -> None:
    """Without the address that was tried: it may be a password, typed into the wrong field."""
    log.warning("log_in_failed")


def _tell_log_out(sender: Any, *, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        log.info("log_out", user=user.pk)


def _send_invitation(sender: type[Invitation], *, invitation: Invitation, secret: str, **kwargs: Any) -> None:
    mail.send_invitation(invitation, secret)


def _tell_administrators(sender: type[TrailState], *, report: Report, people: list[Membership], **kwargs: Any) -> None:
    for member in people:
        mail.send_trail_damaged(member, report.found)


def _note_use(sender: type[User], *, request: HttpRequest, **kwargs: Any) -> None:
    request.session[LAST_USED] = int(timezone.now().timestamp())
    request.session[AGENT] = request.headers.get("User-Agent", "")[:LONGEST_AGENT]


def _note_step(change: str) -> Callable[..., None]:
    def note(sender: type[Authenticator], *, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
        """An account belongs to no firm; each firm that it opens is told."""
        for firm in firms_of_user(user.pk):
            with use_firm(firm.firm_id):
                member = Membership.objects.get(pk=firm.membership_id)
                audit.record(f"member.second_step_{change}", member, by=member, after={"way": authenticator.type})

    return note
