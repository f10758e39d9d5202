"""Sending what is in the outbox: claim one, commit, send, mark, commit (security.md 4.3).

The claim is committed before the message leaves, with a lease and a token: a sender that dies leaves a row whose lease
ends. What was promised to arrive at least once is then sent again under the same Message-ID; what was promised to
arrive at most once is left for a person as uncertain.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from random import uniform
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from communications import client_mails, deliveries, pace, providers
from communications.enclosures import Enclosed, enclosed_with
from communications.enums import MailState, Promise
from communications.models import OutgoingMail
from communications.smtp import DeliveryUncertainError
from tenants.binding import use_firm

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
PATIENCE = timedelta(hours=24)
MOST_ATTEMPTS = 20
LONGEST_ERROR = 1000
# What hears what has become of a mail of its kind.
FOLLOWERS = {deliveries.KIND: deliveries.follow, client_mails.KIND: client_mails.follow}
# How many one task sends before it lets others have the worker.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this process, and for the length of its lease no other, may send."""

    firm_id: int
    pk: int
    token: UUID
    mail: OutgoingMail


def firms_with_mail_due(at: datetime) -> list[int]:
    """The firms that have something to send: the only question asked with no firm bound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT firm_id FROM app.firms_with_work_due('mail', %s)", [at])
        return [int(firm_id) for (firm_id,) in cursor.fetchall()]


def send_due(firm_id: int) -> int:
    """Send what is due of one firm, oldest first; how many left."""
    sent = 0
    for _number in range(MOST_AT_ONCE):
        claimed = claim(firm_id)
        if claimed is None:
            break
        sent += deliver(claimed)
    return sent


def claim(firm_id: int) -> Claimed | None:
    """Take the mail that has waited longest; what others hold is passed over. Committed before it is sent."""
    with use_firm(firm_id):
        _give_up_lost()
        mail = _next_due()
        if mail is None:
            return None
        mail.state, mail.attempts, mail.lease_token = MailState.SENDING, mail.attempts + 1, uuid4()
        token = mail.lease_token
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state=mail.state, attempts=mail.attempts, lease_token=token, lease_until=Now() + settings.MAIL_LEASE
        )
        return Claimed(firm_id, mail.pk, token, mail)


def _next_due() -> OutgoingMail | None:
    """The oldest that may leave now; of communications as many as their pace allows, if nothing speaks against them."""
    due = OutgoingMail.objects.select_for_update(skip_locked=True).filter(_is_due()).order_by("available_at", "pk")
    for _number in range(MOST_AT_ONCE):
        mail: OutgoingMail | None = due.first()
        if mail is None or mail.kind != deliveries.KIND:
            return mail
        if not pace.take(at=timezone.now()):
            due = due.exclude(kind=deliveries.KIND)
        elif _is_composed(mail):
            return mail
    return None


def _is_composed(mail: OutgoingMail) -> bool:
    """A text that cannot be made, as when its template names a field that is gone, stops this mail and no other."""
    try:
        with transaction.atomic():
            return deliveries.compose(mail, at=timezone.now())
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must say so and let the others go on
        told = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
        OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.DEAD, last_error=told)
        deliveries.follow([mail.pk])
        return False


def deliver(claimed: Claimed) -> bool:
    """Send it and write down what became of it; whether the server took it."""
    try:
        with use_firm(claimed.firm_id):
            enclosed = enclosed_with(claimed.mail)
        _message(claimed.mail, enclosed).send()
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must say so and let the others go on
        _mark(claimed, _after(claimed.mail, error, at=timezone.now()))
        logger.warning("Mail %s of firm %s: %s", claimed.pk, claimed.firm_id, type(error).__name__)
        return False
    _mark(claimed, {"state": MailState.SENT, "sent_at": timezone.now(), "last_error": ""})
    return True


def _is_due() -> Q:
    """By the database's clock: waiting and available, or left behind by a sender that was promised to be replaced."""
    waiting = Q(state=MailState.PENDING, available_at__lte=Now())
    return waiting | Q(state=MailState.SENDING, lease_until__lte=Now(), promise=Promise.AT_LEAST_ONCE)


def _give_up_lost() -> None:
    """What nobody will send any more by himself."""
    lost = OutgoingMail.objects.filter(state=MailState.SENDING, lease_until__lte=Now())
    doubtful = list(lost.filter(promise=Promise.AT_MOST_ONCE).select_for_update().values_list("pk", flat=True))
    if doubtful:
        OutgoingMail.objects.filter(pk__in=doubtful).update(
            state=MailState.UNCERTAIN, lease_token=None, last_error="The sender was lost."
        )
        deliveries.follow(doubtful)
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=MailState.DEAD, lease_token=None, last_error="Too many senders were lost."
    )


def _mark(claimed: Claimed, values: Mapping[str, object]) -> None:
    """Fence: a sender whose lease has gone to another writes nothing."""
    with use_firm(claimed.firm_id):
        mine = OutgoingMail.objects.filter(pk=claimed.pk, lease_token=claimed.token, state=MailState.SENDING)
        if mine.update(lease_token=None, lease_until=None, **values) and claimed.mail.kind in FOLLOWERS:
            FOLLOWERS[claimed.mail.kind]([claimed.pk])


def _after(mail: OutgoingMail, error: Exception, *, at: datetime) -> dict[str, object]:
    """What becomes of a mail after an error: tried again later, left as uncertain, or given up."""
    told = {"last_error": f"{type(error).__name__}: {error}"[:LONGEST_ERROR]}
    is_uncertain = isinstance(error, DeliveryUncertainError) or _code_of(error) == -1 or providers.is_uncertain(error)
    if is_uncertain and mail.promise == Promise.AT_MOST_ONCE:
        return {"state": MailState.UNCERTAIN, **told}
    is_final = _is_refused_for_good(error) or at - mail.posted_at >= PATIENCE or mail.attempts >= MOST_ATTEMPTS
    if is_final:
        return {"state": MailState.DEAD, **told}
    return {"state": MailState.PENDING, "available_at": at + pause_after(mail.attempts), **told}


def pause_after(attempts: int) -> timedelta:
    """Twice as long after each attempt, with jitter, so that a server that comes back is not overrun."""
    whole = min(LONGEST_PAUSE, FIRST_PAUSE * float(2 ** min(attempts - 1, 10)))
    return whole * uniform(0.5, 1)  # noqa: S311 - no secret


def _is_refused_for_good(error: Exception) -> bool:
    """A 5xx about this sender, recipient or text; one about log-in is the installation's fault and may be mended."""
    if providers.is_of_a_provider(error):
        return providers.is_refused_for_good(error)
    if isinstance(error, OSError | smtplib.SMTPException):
        about_the_mail = (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
        return isinstance(error, about_the_mail) and 500 <= _code_of(error) < 600
    # No answer of a server at all: the message cannot be built.
    return True


def _code_of(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _text in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def _message(mail: OutgoingMail, enclosed: Enclosed) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id}
    if mail.unsubscribe_url:
        # RFC 8058: one click, without a log-in.
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        mail.subject,
        mail.body,
        from_email=_sender(mail),
        to=[mail.recipient],
        bcc=list(enclosed.bcc),
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in enclosed.files:
        message.attach(file.name, file.content, file.content_type)
    return message


def _sender(mail: OutgoingMail) -> str | None:
    """The firm's name before the address of the installation; the usual sender where the mail names none."""
    if not mail.sender_name:
        return None
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((mail.sender_name, address))
