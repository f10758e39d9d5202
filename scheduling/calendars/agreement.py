"""Which side's word counts (O-55): pure, so that every combination can be tried.

Of time and place each is looked at by itself against what both sides last agreed on. What only one side has changed
is taken from it; what both have changed is taken from the calendar, where the member looks. Whether the meeting is on,
with whom and of which type is for the CRM alone to say: a title written there, or a deleted event, is put back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from scheduling.calendars.adapter import Content, Seen

Base = Mapping[str, str]
LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the appointment takes over, whether the event has to be written, and what is worth telling."""

    time: tuple[datetime, datetime] | None = None
    place: str | None = None
    note: str = ""


def base_of(content: Content) -> dict[str, str]:
    """What is kept of an agreed version: enough to see that something changed, nothing that can be read."""
    moments = (each.astimezone(UTC).isoformat() for each in (content.starts_at, content.ends_at))
    return {"time": "/".join(moments), "place": sha256(content.place.encode()).hexdigest()}


def digest_of(content: Content) -> str:
    """Of all that is written of an appointment."""
    said = base_of(content)
    return sha256("\n".join([*said.values(), content.title, str(content.free)]).encode()).hexdigest()


def says_the_same(one: Content, other: Content) -> bool:
    return digest_of(one) == digest_of(other)


def agree(ours: Content, seen: Seen, base: Base, *, movable: bool) -> Agreement:
    """Lay the three versions side by side. Without a base nothing is known of the past, and ours stands."""
    theirs = seen.content
    if not base:
        return Agreement()
    if theirs is None:
        return Agreement(note="cannot_follow")
    own, there = base_of(ours), base_of(theirs)
    wanted = {name for name in ("time", "place") if there[name] not in (base[name], own[name])}
    if not wanted:
        return Agreement()
    if not movable:
        return Agreement(note="not_movable")
    both = any(own[name] != base[name] for name in wanted)
    return Agreement(
        time=(theirs.starts_at, theirs.ends_at) if "time" in wanted else None,
        place=theirs.place[:LONGEST_PLACE] if "place" in wanted else None,
        note="both_changed" if both else "changed_there",
    )
