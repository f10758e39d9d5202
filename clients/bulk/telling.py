"""An action on many clients in words: what it did, what it left out, what taking it back could not reach."""

from __future__ import annotations

from datetime import date

from django.utils.translation import ngettext

from clients.bulk import queries
from clients.bulk.queries import LeftOut
from clients.bulk.services import UNDOABLE
from clients.models import BulkJob
from tenants.models import Membership
from web.formatting import day, number


def sentence(job: BulkJob) -> str:
    """ "Assign advisor: Alice Conti"."""
    action = queries.action_of(job)
    if action is None:
        return job.action
    words = [value for value in _argument(job) if value]
    return f"{action.label}: {', '.join(words)}" if words else str(action.label)


def _argument(job: BulkJob) -> list[str]:
    """What was chosen, as far as it still exists; the choice of nobody has its name too."""
    action = queries.action_of(job)
    if action is None:
        return []
    form = action.parse(job.argument, job.by)
    form.is_valid()
    chosen = [(form.fields[name], form.cleaned_data.get(name)) for name in form.fields if name not in form.errors]
    return [_word(value if value is not None else getattr(field, "empty_label", "")) for field, value in chosen]


def _word(value: object) -> str:
    return day(value) if isinstance(value, date) else str(value)


def done(job: BulkJob) -> str:
    told = ngettext("%(number)s client changed", "%(number)s clients changed", job.changed)
    return f"{sentence(job)} · {told % {'number': number(job.changed)}}"


def undone(job: BulkJob) -> str:
    told = ngettext("%(number)s client is as before", "%(number)s clients are as before", job.restored)
    kept = job.changed - job.restored
    if not kept:
        return told % {"number": number(job.restored)}
    rest = ngettext(
        "%(number)s was changed since and stays as it is", "%(number)s were changed since and stay as they are", kept
    )
    return f"{told % {'number': number(job.restored)}} · {rest % {'number': number(kept)}}"


def left_out(job: BulkJob) -> list[LeftOut]:
    """Who was left out and why; nothing once the lines have been forgotten."""
    action = queries.action_of(job)
    form = action.parse(job.argument, job.by) if action else None
    reasons = list(action.left_out(form.cleaned_data)) if action and form and form.is_valid() else []
    return queries.outcomes(job, reasons)


def may_undo(job: BulkJob, member: Membership) -> bool:
    action = queries.action_of(job)
    permitted = action is not None and member.can(action.permission)
    return permitted and job.state in UNDOABLE and job.changed > 0
