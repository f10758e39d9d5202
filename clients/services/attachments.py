"""Attaching files to a note, and taking them away (STY-34, STY-42, O-56)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from clients.attachments import contents, names, storage
from clients.models import Attachment, Client, Note
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Firm, Membership

MOST_ON_A_NOTE = 50
MEGABYTE = 1024 * 1024


def attach(note: Note, file: IO[bytes], *, name: str, by: Membership | None) -> Attachment:
    """Keep a file of any type on a saved note. A refusal leaves neither a row nor a file behind."""
    if note.deleted_at is not None:
        raise ValidationError({"file": ValidationError(_("This note no longer exists."), code="gone")})
    if Attachment.objects.filter(note=note, deleted_at__isnull=True).count() >= MOST_ON_A_NOTE:
        message = _("A note takes at most %(most)s files.")
        refusal = ValidationError(message, code="too_many", params={"most": MOST_ON_A_NOTE})
        raise ValidationError({"file": refusal})
    return _keep(note.client, note, file, name=name, by=by)


def attach_files(note: Note, files: Iterable[tuple[str, IO[bytes]]], *, by: Membership | None) -> list[Attachment]:
    """All of them or none; a refusal tells of each file what is wrong with it."""
    kept: list[Attachment] = []
    problems: list[str] = []
    try:
        with transaction.atomic():
            for name, file in files:
                try:
                    kept.append(attach(note, file, name=name, by=by))
                except ValidationError as refusal:
                    problems += [f"{name}: {message}" for message in refusal.messages]
            if problems:
                problems += [_("The other files were not attached either.")] if kept else []
                raise ValidationError({"file": problems})
    except BaseException:
        for attachment in kept:
            storage.forget(attachment.stored_as)
        raise
    return kept


def attach_to_client(client: Client, file: IO[bytes], *, name: str, by: Membership | None) -> Attachment:
    """A file of the client himself, on no note: what an integration hands in."""
    return _keep(client, None, file, name=name, by=by)


@transaction.atomic
def delete_attachment(attachment: Attachment, *, by: Membership | None, at: datetime) -> None:
    """It counts for nothing from now on; its content goes after a month (clients.sweeping)."""
    Attachment.objects.filter(pk=attachment.pk, deleted_at__isnull=True).update(deleted_at=at)
    audit.record("attachment.deleted", attachment, by=by, before=_facts(attachment))


@transaction.atomic
def restore_attachment(attachment: Attachment, *, by: Membership | None) -> None:
    """Undo of a deletion, as far as there is still room."""
    _check_quota(attachment.size)
    Attachment.objects.filter(pk=attachment.pk).update(deleted_at=None)
    audit.record("attachment.restored", attachment, by=by, after=_facts(attachment))


def used_bytes() -> int:
    """What counts against the quota of the bound firm."""
    total = Attachment.objects.filter(deleted_at__isnull=True).aggregate(total=Sum("size"))["total"]
    return int(total or 0)


def _keep(client: Client, note: Note | None, file: IO[bytes], *, name: str, by: Membership | None) -> Attachment:
    clean = names.clean_name(name, default=_("file"))
    content = contents.inspect(file, name=clean)
    _check_size(content.size)
    key = storage.keep(file)
    try:
        with transaction.atomic():
            _check_quota(content.size)
            attachment = Attachment(
                client=client,
                note=note,
                name=clean,
                content_type=content.content_type,
                size=content.size,
                digest=content.digest,
                stored_as=key,
                created_by=by,
            )
            attachment.save(force_insert=True)
            audit.record("attachment.added", attachment, by=by, after=_facts(attachment))
    except BaseException:
        storage.forget(key)
        raise
    return attachment


def _check_size(size: int) -> None:
    if not size:
        raise ValidationError({"file": ValidationError(_("This file is empty."), code="empty")})
    if size > settings.ATTACHMENT_MOST_BYTES:
        message = _("This file is larger than %(most)s MB.")
        params = {"most": settings.ATTACHMENT_MOST_BYTES // MEGABYTE}
        raise ValidationError({"file": ValidationError(message, code="too_large", params=params)})


def _check_quota(size: int) -> None:
    """Exact when two upload at once: the firm's row is held until the end of the transaction."""
    Firm.objects.select_for_update(no_key=True).get(pk=bound_firm_id())
    if used_bytes() + size > settings.ATTACHMENT_QUOTA_BYTES:
        message = _("The firm's space for files (%(most)s MB) is full: delete some first.")
        params = {"most": settings.ATTACHMENT_QUOTA_BYTES // MEGABYTE}
        raise ValidationError({"file": ValidationError(message, code="quota_full", params=params)})


def _facts(attachment: Attachment) -> dict[str, object]:
    return {"client": attachment.client.name, "name": attachment.name, "size": attachment.size}
