"""A mail to one client by hand, free or from a template, through the outbox (STY-37 … STY-39).

It is service mail: somebody who knows the client writes to him, so marketing consent is not asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.attachments import storage
from clients.company_links import company_of
from clients.filters.folding import fold
from clients.models import Attachment, Client, Email
from clients.services import attach_to_client
from communications.client_mails import KIND
from communications.enums import CANCELLABLE, MailState, Promise, TemplateKind
from communications.letters import check, frame_in_force
from communications.models import ClientMail, MailFile, OutgoingMail
from communications.placeholders import values_of
from communications.rendering import Frame, compile_letter, one_line
from communications.services.mail import NewMail, post_mails
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

MOST_FILES = 10
MOST_BYTES = 15 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClientMail:
    """What is written, in the language of templates. The same ``token`` sends nothing twice (a second click)."""

    recipient: str
    subject: str
    text: str
    copy_to_me: bool = False
    files: Sequence[tuple[str, IO[bytes]]] = ()
    attachments: Sequence[Attachment] = ()
    token: UUID = field(default_factory=uuid4)


def send_client_mail(client: Client, new: NewClientMail, *, by: Membership, at: datetime) -> ClientMail:
    """Into the outbox, in one transaction with the line of the time line; a refusal leaves no file behind."""
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            return _send(client, new, kept, by=by, at=at)
    except BaseException:
        for attachment in kept:
            storage.forget(attachment.stored_as)
        raise


@transaction.atomic
def cancel_client_mail(mail: ClientMail, *, by: Membership) -> ClientMail:
    """As long as it has not left; the writer may call back what he wrote, without being who configures."""
    outgoing: OutgoingMail = OutgoingMail.objects.select_for_update().get(pk=mail.outgoing_id)
    if outgoing.state not in CANCELLABLE:
        raise ValidationError(_("This mail can no longer be called back."), code="not_cancellable")
    outgoing.state = MailState.CANCELLED
    outgoing.save(update_fields=["state"])
    audit.record("clientmail.cancelled", mail, by=by, before={"subject": mail.subject})
    return mail


def _send(client: Client, new: NewClientMail, kept: list[Attachment], *, by: Membership, at: datetime) -> ClientMail:
    _check_recipient(client, new.recipient)
    _check_words(new)
    rendered = _rendered(client, new, by=by, at=at)
    kept += [attach_to_client(client, file, name=name, by=by) for name, file in new.files]
    files = [*new.attachments, *kept]
    _check_files(files)
    outgoing = _posted(new, rendered, by=by, at=at)
    mail = ClientMail(client=client, company_id=company_of(client.pk), at=at, recipient=new.recipient, sent_by=by)
    mail.subject, mail.text, mail.outgoing = rendered[0], _own_words(client, new, by=by, at=at), outgoing
    mail.bcc = by.user.email if new.copy_to_me else ""
    mail.save(force_insert=True)
    MailFile.objects.bulk_create(MailFile(mail=mail, attachment=file) for file in files)
    facts = {"client": client.name, "recipient": mail.recipient, "subject": mail.subject}
    audit.record("clientmail.written", mail, by=by, after=facts)
    return mail


def _check_recipient(client: Client, recipient: str) -> None:
    own = {fold(address) for address in Email.objects.filter(client=client).values_list("address", flat=True)}
    if fold(recipient) not in own:
        refusal = ValidationError(_("This is no address of the client."), code="not_an_address_of_the_client")
        raise ValidationError({"recipient": refusal})


def _check_words(new: NewClientMail) -> None:
    missing = {name: value for name, value in (("subject", new.subject), ("text", new.text)) if not value.strip()}
    if missing:
        blank = ValidationError(_("This field is required."), code="required")
        raise ValidationError(dict.fromkeys(missing, blank))


def _rendered(client: Client, new: NewClientMail, *, by: Membership, at: datetime) -> tuple[str, str, str]:
    frame, firm = frame_in_force(), bound_firm()
    try:
        check(new.subject, new.text, frame, kind=TemplateKind.CIRCULAR)
    except ValidationError as refusal:
        errors = refusal.error_dict
        raise ValidationError({{"body": "text"}.get(name, name): errors[name] for name in errors}) from refusal
    letter = compile_letter(new.subject, new.text, frame=frame.frame(), language=firm.language)
    values = values_of([client.pk], letter.names, on=local_today(firm, at=at), by=by)[client.pk]
    made = letter.render(values)
    if not made.subject:
        raise ValidationError({"subject": ValidationError(_("This field is required."), code="required")})
    return made.subject, made.text, made.html


def _own_words(client: Client, new: NewClientMail, *, by: Membership, at: datetime) -> str:
    """What was written, without head and foot of the firm: for the time line."""
    letter = compile_letter(new.subject, new.text, frame=Frame())
    values = values_of([client.pk], letter.names, on=local_today(bound_firm(), at=at), by=by)
    return letter.render(values[client.pk]).text.strip()


def _check_files(files: Sequence[Attachment]) -> None:
    if len(files) > MOST_FILES:
        refusal = ValidationError(
            _("A mail takes at most %(most)s files."), code="too_many", params={"most": MOST_FILES}
        )
        raise ValidationError({"files": refusal})
    if sum(file.size for file in files) > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        refusal = ValidationError(
            _("The files of a mail are at most %(most)s MB together."), code="too_large", params={"most": most}
        )
        raise ValidationError({"files": refusal})


def _posted(new: NewClientMail, rendered: tuple[str, str, str], *, by: Membership, at: datetime) -> OutgoingMail:
    subject, text, html = rendered
    posted = NewMail(
        kind=KIND,
        occasion=f"{KIND}|{new.token}",
        recipient=new.recipient,
        subject=one_line(subject),
        body=text,
        html=html,
        reply_to=by.user.email,
        promise=Promise.AT_LEAST_ONCE,
    )
    if not post_mails([posted], at=at):
        raise ValidationError(_("This mail is on its way already."), code="already_sent")
    found: OutgoingMail = OutgoingMail.objects.get(dedupe_key=f"{posted.occasion}|{posted.recipient.lower()}")
    return found
