"""When somebody works and how many meetings fit into it: times of day and dates, nothing else (pure Python)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

MINUTES_A_DAY = 24 * 60
SHORTEST_MEETING, LONGEST_MEETING = 10, 480
# Minutes of the day, from the first to before the second.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Week:
    """The spans of each weekday (0 is Monday), the length of a meeting, and how many a day at most (None: no limit)."""

    spans: Mapping[int, Sequence[Span]]
    meeting_minutes: int = 60
    most_a_day: int | None = None

    def on(self, day: date) -> Sequence[Span]:
        return self.spans.get(day.weekday(), ())

    def slots(self, day: date, taken: Iterable[Span] = ()) -> list[Span]:
        """The meetings that fit into what is free of a day, one after the other from the morning on."""
        return self._slots(free_of(self.on(day), taken))

    def _slots(self, free: Iterable[Span]) -> list[Span]:
        found: list[Span] = []
        for start, end in sorted(free):
            while start + self.meeting_minutes <= end:
                found.append((start, start + self.meeting_minutes))
                start += self.meeting_minutes
        return found if self.most_a_day is None else found[: self.most_a_day]

    def capacity(self, days: Iterable[date]) -> int:
        """The meetings that fit into so many working days."""
        on_weekday = Counter(day.weekday() for day in days)
        return sum(number * len(self._slots(self.spans.get(weekday, ()))) for weekday, number in on_weekday.items())


OFFICE: dict[int, Sequence[Span]] = dict.fromkeys(range(5), ((9 * 60, 13 * 60), (14 * 60, 18 * 60)))


@dataclass(frozen=True, slots=True)
class FreeDays:
    """Holidays and closures: days on which nobody, or this person, works."""

    days: frozenset[date] = field(default_factory=frozenset)

    def working(self, start: date, end: date) -> list[date]:
        """The other days from ``start`` to ``end``, both included."""
        every = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return [day for day in every if day not in self.days]


def free_of(spans: Sequence[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of the spans beside what is taken, in order."""
    left = sorted(spans)
    for start, end in sorted(taken):
        left = [part for span in left for part in _without(span, start, end)]
    return left


def fits(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether a meeting lies within one span."""
    return any(first <= start and end <= last for first, last in spans)


def is_ordered(spans: Sequence[Span]) -> bool:
    """Each span ends after it starts, and before the next one starts."""
    flat = [minute for span in spans for minute in span]
    return all(one < other for one, other in zip(flat[::2], flat[1::2], strict=True)) and all(
        one <= other for one, other in zip(flat[1::2], flat[2::2], strict=False)
    )


def minutes_of(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def time_of(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _without(span: Span, start: int, end: int) -> list[Span]:
    first, last = span
    if end <= first or start >= last:
        return [span]
    return [part for part in ((first, min(start, last)), (max(end, first), last)) if part[0] < part[1]]
