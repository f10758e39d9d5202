"""Random edits on both sides of a calendar with faults in between, and what has to come of them (O-55).

The declared winner: of time and place the calendar's word where both sides changed, else that of the side that did; of
everything else (whether it is on, the title) the CRM's. Both sides are looked at after every round: as soon as they say
the same again, it has to be what the rule says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from django.utils import timezone

from scheduling import services
from scheduling.calendars import claims, connecting, rounds
from scheduling.calendars.adapter import Content
from scheduling.calendars.agreement import digest_of
from scheduling.calendars.contents import appointments_of_calendar, content_of, key_of
from scheduling.enums import AppointmentState, OutsideState
from scheduling.models import Appointment, OutsideCalendar
from tenants.binding import use_firm
from tenants.models import Membership
from tests.scheduling.making import HOUR, book, make_client

STEPS = 14
FIELDS = ("time", "place")


class Outside(Protocol):
    """The other side, as its owner uses it."""

    def standing(self) -> dict[str, Content | None]: ...
    def move(self, key: str, starts_at: datetime, ends_at: datetime) -> None: ...
    def rename(self, key: str, title: str) -> None: ...
    def relocate(self, key: str, place: str) -> None: ...
    def delete(self, key: str) -> None: ...
    def forget(self) -> None: ...
    def fail(self, fault: Callable[[], Any] | None) -> None: ...


@dataclass
class Watched:
    """What is known of one field of one appointment since both sides last said the same."""

    agreed: Any
    here: Any = None
    there: Any = None

    @property
    def winner(self) -> Any:
        return next(each for each in (self.there, self.here, self.agreed) if each is not None)


@dataclass
class World:
    member: Membership
    colleague: Membership
    calendar: OutsideCalendar
    outside: Outside
    random: Random
    begun: datetime = field(default_factory=lambda: timezone.now().replace(microsecond=0))
    watched: dict[int, dict[str, Watched]] = field(default_factory=dict)
    rounds: int = 0
    conflicts: int = 0

    def run(self, steps: int = STEPS) -> None:
        for _number in range(2):
            self.book()
        for _number in range(steps):
            self.random.choice(
                [
                    *[self.book, self.switch, self.reassign, self.remove, self.clash, self.clash],
                    *[self.move_here, self.move_here, self.relocate_here, self.move_there, self.move_there],
                    *[self.relocate_there, self.rename_there, self.delete_there, self.outside.forget],
                    *[self.sync, self.sync, self.sync_badly, self.sync_badly],
                ]
            )()  # fmt: skip
        for _number in range(4):
            self.sync()
        self.check_everything()

    # Here.

    def book(self) -> None:
        with use_firm(self.member.firm_id):
            client = make_client(f"Client {len(self.watched)}", advisor=self.member)
            made = book(client, self.moment(), by=self.member, at=self.begun, assignee=self.member, place=self.word())
            now = content_of(made)
            self.watched[made.pk] = {"time": Watched(time_of(now)), "place": Watched(now.place)}

    def move_here(self) -> None:
        with use_firm(self.member.firm_id):
            one = self.one(state=AppointmentState.PLANNED)
            if one is not None:
                moved = services.move_appointment(one, starts_at=self.moment(), by=self.member, at=self.begun)
                self.watched[one.pk]["time"].here = time_of(content_of(moved))

    def relocate_here(self) -> None:
        with use_firm(self.member.firm_id):
            one = self.one(state=AppointmentState.PLANNED)
            if one is not None:
                self._edit(one, place=self.word())
                self.watched[one.pk]["place"].here = one.place

    def switch(self) -> None:
        """Cancelled, or on again."""
        with use_firm(self.member.firm_id):
            one = self.one()
            if one is not None:
                is_on = one.state == AppointmentState.PLANNED
                change = services.cancel_appointment if is_on else services.reopen_appointment
                change(one, by=self.member, at=self.begun)

    def reassign(self) -> None:
        with use_firm(self.member.firm_id):
            one = self.one()
            if one is not None:
                other = self.colleague if one.assignee_id == self.member.pk else self.member
                self._edit(one, assignee=other)

    def remove(self) -> None:
        with use_firm(self.member.firm_id):
            one = self.one(state=AppointmentState.PLANNED)
            if one is not None:
                services.delete_appointment(one, by=self.member, at=self.begun)

    def _edit(self, one: Appointment, **changes: Any) -> None:
        values = {name: getattr(one, name) for name in services.appointments.EDITED} | changes
        services.edit_appointment(one, services.AppointmentDetails(**values), by=self.member, at=self.begun)
        one.place = values["place"]

    # There.

    def move_there(self) -> None:
        found = self.one_there()
        if found is not None:
            starts_at = self.moment()
            self.outside.move(self.key(found), starts_at, starts_at + HOUR)
            self.watched[found]["time"].there = (starts_at, starts_at + HOUR)

    def relocate_there(self) -> None:
        found = self.one_there()
        if found is not None:
            place = self.word()
            self.outside.relocate(self.key(found), place)
            self.watched[found]["place"].there = place

    def rename_there(self) -> None:
        found = self.one_there()
        if found is not None:
            self.outside.rename(self.key(found), self.word())

    def delete_there(self) -> None:
        """What was changed there is gone with it."""
        found = self.one_there()
        if found is not None:
            self.outside.delete(self.key(found))
            self._forget_there(found)

    def clash(self) -> None:
        """The same meeting is moved on both sides before either has heard of the other."""
        standing = self.outside.standing()
        with use_firm(self.member.firm_id):
            rows = appointments_of_calendar(self.calendar).filter(pk__in=self.watched, state=AppointmentState.PLANNED)
            found = [one for one in rows.order_by("pk") if self.key(one.pk) in standing]
            if not found:
                return
            one = self.random.choice(found)
            moved = services.move_appointment(one, starts_at=self.moment(), by=self.member, at=self.begun)
        self.watched[one.pk]["time"].here = (moved.starts_at, moved.ends_at)
        starts_at = self.moment()
        self.outside.move(self.key(one.pk), starts_at, starts_at + HOUR)
        self.watched[one.pk]["time"].there = (starts_at, starts_at + HOUR)

    # Between.

    def sync(self) -> None:
        self.outside.fail(None)
        self._round()

    def sync_badly(self) -> None:
        """From some call on, or now and then, calls are lost on their way there or back, or refused."""
        kinds = ["drop", "lose", "lose", (503, "backendError", ""), (429, "rateLimitExceeded", "7")]
        kind, after = self.random.choice(kinds), self.random.randrange(6)
        seen = 0

        def fault() -> Any:
            nonlocal seen
            seen += 1
            return kind if seen > after and self.random.random() < 0.7 else None

        self.outside.fail(fault)
        self._round()
        self.outside.fail(None)

    def _round(self) -> None:
        with use_firm(self.member.firm_id):
            connecting.sync_now(self.calendar, at=timezone.now())
        claimed = claims.claim(self.member.firm_id, self.calendar.pk)
        assert claimed is not None
        rounds.run_round(claimed)
        self.rounds += 1
        self.observe()

    def observe(self) -> None:
        standing = self.outside.standing()
        with use_firm(self.member.firm_id):
            shown = {one.pk: content_of(one) for one in appointments_of_calendar(self.calendar)}
        for pk, known in self.watched.items():
            there = standing.get(self.key(pk))
            if there is None:
                self._forget_there(pk)
            elif pk in shown:
                self._compare(known, shown[pk], there)

    def _compare(self, known: dict[str, Watched], ours: Content, theirs: Content) -> None:
        for name, one, other in (("time", time_of(ours), time_of(theirs)), ("place", ours.place, theirs.place)):
            if one == other:
                assert one == known[name].winner, (name, known[name], one)
                self.conflicts += known[name].here is not None and known[name].there is not None
                known[name] = Watched(one)

    def check_everything(self) -> None:
        """One event for each appointment that has to stand there, none for others, and the same on both sides."""
        standing = self.outside.standing()
        with use_firm(self.member.firm_id):
            calendar = OutsideCalendar.objects.get(pk=self.calendar.pk)
            ours = {self.key(one.pk): content_of(one) for one in appointments_of_calendar(calendar)}
            assert (calendar.last_error, calendar.state) == ("", "active")
            states = set(calendar.events.values_list("state", flat=True))
            assert calendar.events.count() == len(ours)
        assert standing.keys() == ours.keys()
        for key, content in ours.items():
            there = standing[key]
            assert there is not None
            assert digest_of(there) == digest_of(content), (there, content)
        assert states <= {OutsideState.SYNCED, OutsideState.CONFLICT}
        assert all(each.here is None and each.there is None for pk, known in self.watched.items()
                   if self.key(pk) in ours for each in known.values())  # fmt: skip

    # Choices.

    def one(self, **wanted: Any) -> Appointment | None:
        rows = Appointment.objects.filter(pk__in=self.watched, **wanted).select_related("type", "client", "assignee")
        found = list(rows.order_by("pk"))
        return self.random.choice(found) if found else None

    def one_there(self) -> int | None:
        standing = self.outside.standing()
        found = [pk for pk in self.watched if self.key(pk) in standing]
        return self.random.choice(found) if found else None

    def key(self, pk: int) -> str:
        return key_of(self.member.firm_id, self.member.pk, pk)

    def moment(self) -> datetime:
        return self.begun + timedelta(days=self.random.randrange(2, 90), minutes=self.random.randrange(1440))

    def word(self) -> str:
        return f"Via {self.random.randrange(1_000_000)}"

    def _forget_there(self, pk: int) -> None:
        for each in self.watched[pk].values():
            each.there = None


def time_of(content: Content) -> tuple[datetime, datetime]:
    return content.starts_at, content.ends_at
