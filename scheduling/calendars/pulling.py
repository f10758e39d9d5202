"""What has changed outside, taken over page by page; each page is a transaction."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from scheduling.calendars.absorbing import absorb
from scheduling.calendars.adapter import Adapter, Page, Seen, TokenExpiredError, TryLaterError
from scheduling.calendars.claims import Claimed, holding
from scheduling.calendars.contents import named_by
from scheduling.enums import OutsideState
from scheduling.models import OutsideCalendar, OutsideEvent


def pull(claimed: Claimed, adapter: Adapter) -> None:
    """Go on where the last reading ended; when the other side has forgotten that, read everything anew."""
    with holding(claimed) as calendar:
        token, since = calendar.token, calendar.from_at

    def known() -> dict[str, str]:
        with holding(claimed) as calendar:
            return dict(calendar.events.exclude(etag="").values_list("outside_id", "etag"))

    try:
        _pull(claimed, adapter, adapter.changes(token, since=since, known=known), whole=not token)
    except TokenExpiredError:
        if not token:
            raise TryLaterError("no_token") from None
        _pull(claimed, adapter, adapter.changes("", since=since, known=known), whole=True)


def _pull(claimed: Claimed, adapter: Adapter, pages: Iterable[Page], *, whole: bool) -> None:
    """The token is kept once all pages are: a reading that broke off is repeated, which changes nothing twice."""
    token, met = "", set()
    for page in pages:
        token = page.token or token
        met |= {seen.key for seen in page.events}
        with holding(claimed) as calendar:
            _absorb_page(calendar, page.events)
    if whole:
        _look_for_the_others(claimed, adapter, met)
    with holding(claimed) as calendar:
        OutsideCalendar.objects.filter(pk=calendar.pk).update(token=token)


def _absorb_page(calendar: OutsideCalendar, found: Iterable[Seen]) -> None:
    """Only what is ours is looked at: other people's events never become anything here."""
    now = timezone.now()
    by_key = {seen.key: seen for seen in found}
    known = {event.outside_id: event for event in calendar.events.filter(outside_id__in=by_key)}
    for key, seen in by_key.items():
        event = known.get(key) or _orphan(calendar, seen)
        if event is not None and _is_news(event, seen):
            absorb(calendar, event, seen, at=now)


def _is_news(event: OutsideEvent, seen: Seen) -> bool:
    """What we wrote ourselves comes back with the etag that we know; what we removed, as gone."""
    if seen.gone:
        return bool(event.etag)
    return seen.etag != event.etag


def _orphan(calendar: OutsideCalendar, seen: Seen) -> OutsideEvent | None:
    """An event that we once made, of an appointment that is not to stand there any more: it will be removed."""
    appointment_id = None if seen.gone else named_by(seen.reference, seen.key, calendar)
    if appointment_id is None:
        return None
    return OutsideEvent(
        calendar=calendar, appointment_id=appointment_id, outside_id=seen.key, available_at=timezone.now()
    )


def _look_for_the_others(claimed: Claimed, adapter: Adapter, met: set[str]) -> None:
    """A full reading names what is there, from some day on: what it does not name is asked for one by one."""
    with holding(claimed) as calendar:
        written = calendar.events.exclude(etag="").exclude(state=OutsideState.LEFT_OUT)
        missing = [key for key in written.values_list("outside_id", flat=True) if key not in met]
    for key in missing:
        seen = adapter.look(key)
        with holding(claimed) as calendar:
            event = calendar.events.filter(outside_id=key).first()
            if event is not None and (seen is None or _is_news(event, seen)):
                absorb(calendar, event, seen, at=timezone.now())
