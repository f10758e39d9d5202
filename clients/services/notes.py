"""Notes about a client (STY-33). A change keeps the former version, a deletion can be taken back for a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clients.company_links import company_of
from clients.models import Client, Note, NoteVersion
from clients.normalising import tidy
from clients.text_index import index_notes
from tenants import audit
from tenants.models import Membership

LONGEST_TEXT = 100_000
# A clock that is a little ahead is nobody's mistake.
LENIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContent:
    """What a note says; ``at`` is when it was taken, if not now."""

    text: str
    title: str = ""
    at: datetime | None = None


@transaction.atomic
def create_note(client: Client, content: NoteContent, *, by: Membership | None, at: datetime) -> Note:
    """The note belongs to the company to which the client is linked now, whatever he is linked to later (STY-22)."""
    note = Note(client=client, company_id=company_of(client.pk), created_by=by)
    _write(note, content, at=at)
    note.save(force_insert=True)
    index_notes({note.pk: f"{note.title} {note.text}"})
    audit.record("note.created", note, by=by, after={"client": client.name, "title": note.title})
    return note


@transaction.atomic
def change_note(
    note: Note, content: NoteContent, *, by: Membership | None, at: datetime, version: int | None = None
) -> Note:
    """Replace what it says; refused when the caller saw another version of it (XCT-08)."""
    locked = _lock(note, version=version)
    former = NoteVersion(note=locked, client_id=locked.client_id, number=locked.version)
    former.title, former.text = locked.title, locked.text
    kept_at = locked.at
    _write(locked, content, at=at)
    locked.at = content.at or kept_at
    if (former.title, former.text, kept_at) == (locked.title, locked.text, locked.at):
        return locked
    former.replaced_at, former.replaced_by = at, by
    former.save(force_insert=True)
    locked.version += 1
    locked.save(update_fields=["title", "text", "at", "version", "updated_at"])
    index_notes({locked.pk: f"{locked.title} {locked.text}"})
    audit.record("note.changed", locked, by=by, before={"title": former.title}, after={"title": locked.title})
    return locked


@transaction.atomic
def delete_note(note: Note, *, by: Membership | None, at: datetime) -> Note:
    """It leaves the time line, and for good after a month (clients.sweeping); until then it can be taken back."""
    locked = _lock(note)
    locked.deleted_at = at
    locked.version += 1
    locked.save(update_fields=["deleted_at", "version", "updated_at"])
    audit.record("note.deleted", locked, by=by, before={"client": locked.client.name, "title": locked.title})
    return locked


@transaction.atomic
def restore_note(note: Note, *, by: Membership | None) -> Note:
    """Undo of a deletion."""
    locked: Note = Note.objects.select_for_update(of=("self",)).select_related("client").get(pk=note.pk)
    if locked.deleted_at is None:
        return locked
    locked.deleted_at = None
    locked.version += 1
    locked.save(update_fields=["deleted_at", "version", "updated_at"])
    audit.record("note.restored", locked, by=by, after={"client": locked.client.name, "title": locked.title})
    return locked


def _lock(note: Note, *, version: int | None = None) -> Note:
    locked: Note | None = (
        Note.objects.select_for_update(of=("self",))
        .select_related("client")
        .filter(pk=note.pk, deleted_at__isnull=True)
        .first()
    )
    if locked is None:
        raise ValidationError(_("This note no longer exists."), code="gone")
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this note in the meantime: look at it again."), code="stale")
    return locked


def _write(note: Note, content: NoteContent, *, at: datetime) -> None:
    problems = {}
    text = content.text.strip()
    if not text:
        problems["text"] = ValidationError(_("Write something."), code="required")
    if len(text) > LONGEST_TEXT:
        message = _("A note has at most %(most)s characters.")
        problems["text"] = ValidationError(message, code="too_long", params={"most": LONGEST_TEXT})
    if content.at is not None and content.at > at + LENIENCE:
        problems["at"] = ValidationError(_("A note tells what was: this is still to come."), code="in_the_future")
    if len(tidy(content.title)) > 200:
        message = _("A title has at most %(most)s characters.")
        problems["title"] = ValidationError(message, code="too_long", params={"most": 200})
    if problems:
        raise ValidationError(problems)
    note.text, note.title, note.at = text, tidy(content.title), content.at or at
