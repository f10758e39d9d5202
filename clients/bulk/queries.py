"""What is known of an action on many clients: before it runs, while it runs, and afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.bulk.actions import BulkAction, Reason, actions
from clients.enums import BulkState
from clients.models import BulkJob, Client
from clients.queries import visible_clients
from tenants.models import Membership
from tenants.permissions import Permission

# Outcomes of a client that are not reasons of an action.
CHANGED, RESTORED, KEPT = "changed", "restored", "kept"
NOT_VISIBLE = "not_visible"
NOT_VISIBLE_WORDS = _("are not yours to see any more")
CHANGED_SINCE_WORDS = _("were changed by somebody since, and stay as they are")
SAMPLE = 5
MOST_ROWS = 500


@dataclass(frozen=True)
class LeftOut:
    """So many clients are left out for one reason; some of them by name."""

    code: str
    words: str | Promise
    count: int
    sample: tuple[Client, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What confirming would do to the frozen selection at this moment."""

    total: int
    concerned: int
    left_out: tuple[LeftOut, ...]
    # The first few who would be changed, by name.
    sample: tuple[Client, ...] = ()


def jobs_of(member: Membership) -> QuerySet[BulkJob]:
    """A member's own actions; whoever may read the audit trail sees everybody's."""
    jobs: QuerySet[BulkJob] = BulkJob.objects.select_related("by", "undone_by")
    return jobs if member.can(Permission.VIEW_AUDIT) else jobs.filter(by=member)


def finished_jobs(member: Membership) -> QuerySet[BulkJob]:
    return jobs_of(member).exclude(state=BulkState.DRAFT).order_by("-id")


def selection(pk: int, member: Membership) -> BulkJob | None:
    """What the member froze last and has not confirmed: whom a page is about that the bar leads to."""
    found: BulkJob | None = BulkJob.objects.filter(pk=pk, by=member, state=BulkState.DRAFT).first()
    return found


def selected(job: BulkJob, member: Membership) -> QuerySet[Client]:
    """The frozen clients, as far as the member still sees them."""
    return visible_clients(member).filter(pk__in=job.items.values("client_id"))


def action_of(job: BulkJob) -> BulkAction | None:
    """None when the app that brought the action has gone."""
    return actions().get(job.action)


def judged(clients: QuerySet[Client], reasons: Iterable[Reason]) -> QuerySet[Any]:
    """The clients, each with the code of the first ``reason`` that leaves him out, or none."""
    cases = [When(reason.condition, then=Value(reason.code)) for reason in reasons]
    return clients.annotate(reason=Case(*cases, default=Value(""), output_field=CharField()))


def preview(job: BulkJob, reasons: Sequence[Reason], *, by: Membership) -> Preview:
    """In four statements, however many clients were selected."""
    chosen = selected(job, by)
    rows = judged(chosen, reasons).order_by().values_list("reason").annotate(number=Count("pk"))
    counts: Counter[str] = Counter(dict(rows))
    samples = _samples(chosen, reasons) if len(counts) > int("" in counts) else {}
    found = [
        LeftOut(reason.code, reason.words, counts[reason.code], tuple(samples.get(reason.code, ())))
        for reason in reasons
        if counts[reason.code]
    ]
    unseen = job.total - counts.total()
    if unseen:
        found.append(LeftOut(NOT_VISIBLE, NOT_VISIBLE_WORDS, unseen))
    concerned = judged(chosen, reasons).filter(reason="").order_by("name_key", "pk")
    return Preview(job.total, counts[""], tuple(found), tuple(concerned[:SAMPLE]) if counts[""] else ())


def _samples(chosen: QuerySet[Client], reasons: Sequence[Reason]) -> dict[str, list[Client]]:
    """The first few of each reason, by name."""
    found: dict[str, list[Client]] = {}
    first = judged(chosen, reasons).exclude(reason="").order_by("name_key", "pk")
    for client in first[: SAMPLE * 20]:
        sample = found.setdefault(client.reason, [])
        if len(sample) < SAMPLE:
            sample.append(client)
    return found


def outcomes(job: BulkJob, reasons: Sequence[Reason]) -> list[LeftOut]:
    """Who was left out and why, once it has run; after it was taken back also whom that could not reach."""
    counts = dict(job.items.order_by().values_list("outcome").annotate(number=Count("pk")))
    words = {reason.code: reason.words for reason in reasons} | {
        NOT_VISIBLE: NOT_VISIBLE_WORDS,
        KEPT: CHANGED_SINCE_WORDS,
    }
    return [LeftOut(code, words[code], counts[code]) for code in words if counts.get(code)]


def rows(job: BulkJob, member: Membership) -> list[tuple[Client, bool]]:
    """The clients whom the job changed and whom the member sees, by name; whether each is as before again."""
    changed = job.items.filter(outcome__in=[CHANGED, RESTORED, KEPT])
    outcome = dict(changed.values_list("client_id", "outcome")[:MOST_ROWS])
    seen = visible_clients(member).filter(pk__in=list(outcome)).order_by("name_key", "pk")
    return [(client, outcome[client.pk] == RESTORED) for client in seen]


def each(job: BulkJob, member: Membership) -> list[tuple[int, str]]:
    """What became of each client whom the member sees."""
    seen = visible_clients(member).filter(pk__in=job.items.values("client_id")).values("pk")
    return list(job.items.filter(client_id__in=seen).order_by("client_id").values_list("client_id", "outcome"))
