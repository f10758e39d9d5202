"""What of groups, searches, viste and marketing lists names rows without a key (a firm's archive)."""

from __future__ import annotations

from typing import Any

from clients.archived import CLIENT, filter_described
from tenants.archive.contents import Row, describe, mark, numbers, on_arrival, plain

GROUP = "groups.Group"


def register() -> None:
    for label in (GROUP, "groups.SavedSearch", "groups.MarketingList"):
        describe(label, filter=filter_described)
    describe("groups.View", filter=filter_described, parameters=_parameters)
    plain("groups.View", "columns")
    on_arrival("groups.View", _with_texts)
    numbers("groups.GroupMember", client_id=CLIENT)
    numbers("groups.MarketingListMember", client_id=CLIENT)


def _parameters(said: Any) -> Any:
    """The group stands there as it stands in an address: in digits."""
    group = str(said.get("group", ""))
    return {**said, "group": mark(GROUP, int(group))} if group.isdecimal() else said


def _with_texts(row: Row) -> bool:
    row["parameters"] = {name: str(value) for name, value in row["parameters"].items()}
    return True
