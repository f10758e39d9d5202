"""The events that clients keep themselves: notes, changes of status, and what management systems tell."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients import status_origins
from clients.models import Attachment, ManagementEvent, Note, StatusChange
from clients.timeline.sources import Creation, Event, File, Source, contribute, offer
from tenants.permissions import Permission

NONE = "–"


def register() -> None:
    """Called when the app is ready."""
    contribute(Source(kind="note", label=_("Notes"), icon="sticky-note", rows=kept_notes, tell=_tell_notes))
    contribute(Source(kind="status", label=_("Status changes"), icon="refresh-cw", rows=_statuses, tell=_tell_statuses))
    contribute(Source(kind="management", label=_("Management"), icon="wallet", rows=_management, tell=_tell_management))
    note = Creation(
        label=_("Note"), icon="sticky-note", permission=Permission.EDIT_CLIENTS, address=_new_note, position=3
    )
    offer("note", note)


def _new_note(firm_slug: str, client: int) -> str:
    return reverse("clients:note_create", kwargs={"firm_slug": firm_slug, "pk": client})


def kept_notes() -> QuerySet[Note]:
    notes: QuerySet[Note] = Note.objects.filter(deleted_at__isnull=True)
    return notes


def _statuses() -> QuerySet[StatusChange]:
    changes: QuerySet[StatusChange] = StatusChange.objects.all()
    return changes


def _management() -> QuerySet[ManagementEvent]:
    events: QuerySet[ManagementEvent] = ManagementEvent.objects.all()
    return events


def _tell_notes(ids: Sequence[int]) -> list[Event]:
    files = Prefetch("attachments", Attachment.objects.filter(deleted_at__isnull=True).order_by("id"))
    notes = Note.objects.filter(pk__in=ids).select_related("client", "created_by").prefetch_related(files)
    return [
        Event(
            kind="note",
            id=note.pk,
            at=note.at,
            client_id=note.client_id,
            client=note.client.name,
            company_id=note.company_id,
            title=note.title or _("Note"),
            text=note.text,
            icon="sticky-note",
            by=note.created_by.name if note.created_by else "",
            files=[File(id=file.pk, name=file.name, size=file.size) for file in note.attachments.all()],
            view="clients:note_detail",
        )
        for note in notes
    ]


def _tell_statuses(ids: Sequence[int]) -> list[Event]:
    rows = StatusChange.objects.filter(pk__in=ids).select_related("client", "from_status", "to_status", "by")
    return [
        Event(
            kind="status",
            id=change.pk,
            at=change.at,
            client_id=change.client_id,
            client=change.client.name,
            company_id=change.company_id,
            title=_("Status: %(old)s → %(new)s") % {"old": change.from_status or NONE, "new": change.to_status or NONE},
            text=_cause(change),
            icon="refresh-cw",
            by=change.by.name if change.by else "",
        )
        for change in status_origins.with_origins(rows)
    ]


def _cause(change: StatusChange) -> str:
    origin = status_origins.told(vars(change))
    return f"{change.get_cause_display()} · {origin.words}" if origin else str(change.get_cause_display())


def _tell_management(ids: Sequence[int]) -> list[Event]:
    events = ManagementEvent.objects.filter(pk__in=ids).select_related("client")
    return [
        Event(
            kind="management",
            id=event.pk,
            at=event.at,
            client_id=event.client_id,
            client=event.client.name,
            company_id=event.company_id,
            title=str(event),
            text=event.description,
            whole_day=True,
            state=event.kind,
            amount=event.amount,
            icon="wallet",
        )
        for event in events
    ]
