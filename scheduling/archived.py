"""What of scheduling names rows without a key, and what stays with its owner's telephone (a firm's archive)."""

from __future__ import annotations

from clients.archived import filter_described, name_fields
from scheduling.enums import NightState
from tenants.archive.contents import Row, describe, leave_out, numbers, on_arrival, plain


def register() -> None:
    name_fields(plan__group="groups.Group")
    leave_out("secrets; whoever needs one makes a new one", "scheduling.CalendarFeed", "scheduling.BookingLink")
    links = ("scheduling.OutsideCalendar", "scheduling.OutsideEvent")
    leave_out("a log-in at another provider, and what stands there: who moves connects again", *links)
    plain("scheduling.WorkingWeek", "hours")
    plain("scheduling.CalendarFile", "refused")
    plain("scheduling.Series", "last_change")
    on_arrival("scheduling.Series", _cannot_be_undone)
    describe("scheduling.Check", condition=filter_described, scope=filter_described)
    numbers("scheduling.ClientPlan", group_id="groups.Group", exception_id="scheduling.CadenceException")
    on_arrival("scheduling.NightlyRun", _is_over)


def _cannot_be_undone(row: Row) -> bool:
    """What was before names rows by the numbers that they had."""
    row["last_change"] = None
    return True


def _is_over(row: Row) -> bool:
    """A night that is under way, or was given up for the moment, is the other installation's."""
    row["lease_until"] = row["lease_token"] = None
    return row["state"] in (NightState.DONE, NightState.DEAD)
