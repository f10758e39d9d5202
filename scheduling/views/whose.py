"""Whose calendars are shown together: the choice stands in the address, each person has a colour of his own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tenants.models import Membership
from tenants.queries import active_members
from tenants.requests import FirmRequest
from web import formatting

TONES = ("blue", "orange", "green", "pink", "violet", "teal", "amber", "red")
MOST = len(TONES)


@dataclass(frozen=True, slots=True)
class Person:
    """One of those who are shown."""

    pk: int
    name: str
    tone: str

    @property
    def initials(self) -> str:
        return formatting.initials(self.name)


@dataclass(frozen=True, slots=True)
class Whose:
    """``people`` of whom appointments are shown; nobody named is everybody."""

    people: Sequence[Person]
    members: Sequence[Membership]
    chosen: Sequence[str]

    @property
    def ids(self) -> list[int] | None:
        return [person.pk for person in self.people] or None

    @property
    def is_everybody(self) -> bool:
        return not self.people

    @property
    def are_several(self) -> bool:
        """Then colours say who it is; else they say of what type it is."""
        return len(self.people) > 1

    @property
    def by_id(self) -> Mapping[int, Person]:
        return {person.pk: person for person in self.people}

    @property
    def shown(self) -> set[int]:
        return {person.pk for person in self.people}

    @property
    def query(self) -> str:
        return urlencode([("assignee", value) for value in self.chosen])


def whose_of(request: FirmRequest) -> Whose:
    """``assignee`` once or several times: members' numbers, or ``all``; one's own when nothing readable is said."""
    members, wanted = list(active_members()), request.GET.getlist("assignee")
    if "all" in wanted:
        return Whose((), members, ("all",))
    found = [member for member in members if str(member.pk) in wanted][:MOST]
    chosen = [str(member.pk) for member in found]
    own = found or [member for member in members if member.pk == request.membership.pk]
    people = [Person(member.pk, member.name, tone) for member, tone in zip(own, TONES, strict=False)]
    return Whose(people, members, chosen)
