"""Mails by hand in the outbox: their kind, and what goes with them."""

from __future__ import annotations

from collections.abc import Collection

from clients.attachments import storage
from clients.changes import mark_changed
from communications.enclosures import Enclosed, File, enclose
from communications.models import ClientMail, OutgoingMail

KIND = "client_mail"


class FileLostError(Exception):
    """A file that should go with the mail is no longer there: without it the mail would say something untrue."""


def register() -> None:
    """Called when the app is ready."""
    enclose(KIND, _enclosed)


def follow(mail_ids: Collection[int]) -> None:
    """What has left: when these clients were last written to is asked by filters."""
    rows = ClientMail.objects.filter(outgoing__in=mail_ids, outgoing__sent_at__isnull=False)
    if written_to := list(rows.values_list("client_id", flat=True)):
        mark_changed(written_to)


def _enclosed(outgoing: OutgoingMail) -> Enclosed:
    mail = ClientMail.objects.prefetch_related("files__attachment").get(outgoing=outgoing)
    files = [_opened(each.attachment) for each in mail.files.all()]
    return Enclosed([mail.bcc] if mail.bcc else [], files)


def _opened(attachment: object) -> File:
    name, key, content_type = (str(getattr(attachment, part)) for part in ("name", "stored_as", "content_type"))
    if not storage.is_stored(key):
        raise FileLostError(name)
    with storage.open_stored(key) as file:
        return File(name, file.read(), content_type)
