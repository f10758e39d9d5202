"""What of groups, searches, viste and marketing lists names rows without a key (a firm's archive)."""

from __future__ import annotations

from typing import Any

from clients.archived import CLIENT, filter_described
from tenants.archive.contents import describe, mark_digits, numbers, plain

GROUP = "groups.Group"


def register() -> None:
    for label in (GROUP, "groups.SavedSearch", "groups.MarketingList"):
        describe(label, filter=filter_described)
    describe("groups.View", filter=filter_described, parameters=_parameters)
    plain("groups.View", "columns")
    numbers("groups.GroupMember", client_id=CLIENT)
    numbers("groups.MarketingListMember", client_id=CLIENT)


def _parameters(said: Any) -> Any:
    """The group stands there as it stands in an address: in digits."""
    return {**said, "group": mark_digits(GROUP, str(said["group"]))} if "group" in said else said
