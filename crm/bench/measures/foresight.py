"""Foresight over every client of every firm: what another number of a group would cost, beside the night's own plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from crm.bench import clock
from crm.bench.clock import Cost, metered, middle
from crm.bench.context import Bench
from crm.bench.rows import Row
from groups.models import Group
from scheduling.foresight import Foresight, GroupChange, foresee
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Membership

NOW = datetime.combine(date(2026, 6, 30), datetime.min.time(), UTC)


def rows(bench: Bench) -> Iterator[Row]:
    bench.announce("Foresight")
    bench.tidy("clients_client", "groups_groupmember", "scheduling_clientplan", "scheduling_appointment")
    now_alone = [_all_firms(bench, is_changed=False)[0] for _ in range(bench.rounds)]
    changed = [_all_firms(bench, is_changed=True) for _ in range(bench.rounds)]
    one = _of_largest(bench)
    ours, other = middle([cost for cost, _meetings in changed]), middle(now_alone)
    yield Row(
        name="foresight",
        what=f"Foresight over {bench.scale.clients:,} clients: one more meeting a year for a group of each firm",
        ours=f"{ours.cpu:.2f} s ({ours.python:.2f} s of Python), {changed[0][1]:,} meetings in twelve months",
        other=f"the same without a change {other.cpu:.2f} s",
        ratio=ours.cpu / other.cpu,
        note=f"(The largest firm alone, as its admin waits for it: {one.cpu:.2f} s.)",
    )


def _all_firms(bench: Bench, *, is_changed: bool) -> tuple[Cost, int]:
    meetings = 0
    with metered([clock.own_backend()]) as cost:
        for firm in bench.firms():
            meetings += sum(load.total_after for load in _foreseen(firm, is_changed=is_changed).advisors)
    return cost, meetings


def _of_largest(bench: Bench) -> Cost:
    with metered([clock.own_backend()]) as cost:
        _foreseen(bench.firms()[0], is_changed=True)
    return cost


def _foreseen(firm: int, *, is_changed: bool) -> Foresight:
    with use_firm(firm):
        by = Membership.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")[0]
        group = Group.objects.filter(active=True, yearly_meetings__isnull=False).order_by("pk").first()
        if group is None or not is_changed:
            return foresee(None, by=by, at=NOW)
        return foresee(GroupChange(group=group, yearly_meetings=(group.yearly_meetings or 0) + 1), by=by, at=NOW)
