"""What was deleted a month ago goes for good, and files in the storage of which no row knows (security.md F22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet

from clients.attachments import storage
from clients.models import Attachment, Household, Note
from tenants.binding import on_commit_in_firm
from tenants.models import Removal
from tenants.removals import RESTORABLE

# A file is written before its row: one of an upload that is still under way is not an orphan.
UNDER_WAY = timedelta(days=1)
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Swept:
    notes: int
    attachments: int
    orphans: int


def sweep(*, at: datetime) -> Swept:
    """For the bound firm."""
    old = at - RESTORABLE
    attachments = _purge(Q(deleted_at__lt=old) | Q(note__deleted_at__lt=old))
    notes, _ = Note.objects.filter(deleted_at__lt=old).delete()
    Household.objects.filter(deleted_at__lt=old).delete()
    Removal.objects.filter(at__lt=old).delete()
    return Swept(notes, attachments, _drop_orphans(before=at - UNDER_WAY))


def discard_files(attachments: QuerySet[Attachment]) -> None:
    """Before these rows are deleted: their contents go once that is certain."""
    keys = list(attachments.values_list("stored_as", flat=True))
    on_commit_in_firm(lambda: _forget(keys))


@transaction.atomic
def _purge(which: Q) -> int:
    ids = list(Attachment.objects.filter(which).values_list("pk", flat=True))
    rows: QuerySet[Attachment] = Attachment.objects.filter(pk__in=ids)
    discard_files(rows)
    rows.delete()
    return len(ids)


def _forget(keys: list[str]) -> None:
    for key in keys:
        storage.forget(key)


def _drop_orphans(*, before: datetime) -> int:
    dropped = 0
    stored = storage.stored_before(before)
    while keys := list(islice(stored, AT_ONCE)):
        known = set(Attachment.objects.filter(stored_as__in=keys).values_list("stored_as", flat=True))
        orphans = [key for key in keys if key not in known]
        _forget(orphans)
        dropped += len(orphans)
    return dropped
