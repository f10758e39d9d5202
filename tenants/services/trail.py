"""The trail is chained and verified; what is found is told to the firm's administrators, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenants import audit, chain
from tenants.chain import Report
from tenants.models import AuditLink, Membership, TrailState
from tenants.permissions import Permission
from tenants.signals import trail_damaged


@transaction.atomic
def seal_trail(*, at: datetime) -> Report:
    """Verify what is chained, then chain what has come since: in this order, so that nothing found is chained over."""
    report = verify_trail(at=at)
    chain.extend(at=at)
    if not report.found:
        lines, head = chain.head()
        TrailState.objects.update(lines=lines, head=head)
    return report


@transaction.atomic
def verify_trail(*, at: datetime) -> Report:
    """Hold the whole chain against the trail, keep what was found, and tell of what was not known yet."""
    state = TrailState.objects.select_for_update(of=("self",)).first()
    report = chain.verify()
    if state is not None and _is_shorter(state):
        report.tell(chain.Finding.BROKEN, state.lines, 0)
    told = report.document()["findings"]
    news = report.found and (state is None or state.findings != told or state.found != report.found)
    row = state or TrailState()
    row.verified_at, row.redacted, row.findings, row.found = at, report.redacted, told, report.found
    # How far it once came is not forgotten, or whoever cuts its end off would be told of once only.
    if state is None or not _is_shorter(state):
        row.lines, row.head = report.lines, report.head
    row.save()
    if news:
        audit.record("audit.damaged", None, by=None, after={"count": report.found})
        admins = [member for member in _active_members() if member.can(Permission.VIEW_AUDIT)]
        trail_damaged.send(TrailState, report=report, people=admins)
    return report


def _is_shorter(state: TrailState) -> bool:
    """The link at which the last verification ended is no longer there, or is another one."""
    if not state.lines:
        return False
    last = AuditLink.objects.order_by("-number").filter(number__gte=state.lines).last()
    return last is None or (last.number == state.lines and bytes(last.hash).hex() != state.head)


def _active_members() -> list[Membership]:
    return list(Membership.objects.select_related("user").filter(is_active=True).order_by("id"))
