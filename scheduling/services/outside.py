"""One's own feed, and files of other calendars: what they take of one's time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.ical import LONGEST_TEXT, Occurrence, Reading, UnreadableError, read_calendar
from scheduling.models import BusyTime, CalendarFeed, CalendarFile
from tenants import audit
from tenants.binding import bound_firm
from tenants.models import Membership
from tenants.queries import hash_secret

# What a file says of the time from so long ago to so far ahead is kept.
PAST, AHEAD = timedelta(days=90), timedelta(days=730)
BATCH = 2_000
MOST_TIMES = 20_000
MOST_REFUSED = 200


@transaction.atomic
def make_feed(member: Membership, *, at: datetime) -> str:
    """A new secret, shown once; the address that was there before is dead."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.filter(member=member).delete()
    CalendarFeed.objects.create(member=member, secret_hash=hash_secret(secret), made_at=at)
    audit.record("feed.made", member, by=member)
    return secret


@transaction.atomic
def revoke_feed(member: Membership) -> None:
    """Whoever has the address finds nothing there any more."""
    gone, _each = CalendarFeed.objects.filter(member=member).delete()
    if gone:
        audit.record("feed.revoked", member, by=member)


@transaction.atomic
def import_calendar(member: Membership, data: bytes, *, name: str, at: datetime) -> CalendarFile:
    """What the file says of the member's time; an event that was there before is replaced by what it says now.

    Raises ValidationError for what is no calendar; a single event that cannot be read is left out with its reason.
    """
    reading = _read(data, at=at)
    file: CalendarFile = CalendarFile.objects.create(
        member=member,
        name=name[:LONGEST_TEXT],
        at=at,
        made=len(reading.occurrences),
        refused=[[one.number, one.uid, one.code] for one in reading.refused[:MOST_REFUSED]],
    )
    uids = {one.uid for one in reading.occurrences if one.uid}
    BusyTime.objects.filter(member=member, uid__in=uids).delete()
    BusyTime.objects.bulk_create((_row(one, file, member) for one in reading.occurrences), batch_size=BATCH)
    audit.record("calendar_file.imported", member, by=member, after={"made": file.made})
    return file


@transaction.atomic
def remove_calendar_file(file: CalendarFile, *, by: Membership) -> None:
    """All that it took of the member's time is free again."""
    audit.record("calendar_file.removed", file.member, by=by, before={"made": file.made})
    file.delete()


def _read(data: bytes, *, at: datetime) -> Reading:
    try:
        reading = read_calendar(data, zone=bound_firm().time_zone, start=at - PAST, end=at + AHEAD)
    except UnreadableError as refused:
        raise ValidationError({"file": ValidationError(reason(refused.code), code=refused.code)}) from refused
    if len(reading.occurrences) > MOST_TIMES:
        raise ValidationError({"file": ValidationError(reason("too_many"), code="too_many")})
    return reading


def reason(code: str) -> str:
    """Why a file or an event was refused, in words."""
    return {
        "too_large": _("The file is too large."),
        "too_many": _("The file has too many events."),
        "not_a_calendar": _("This is no calendar file."),
        "no_start": _("no start"),
        "ends_early": _("ends before it starts"),
        "too_long": _("longer than a year"),
        "out_of_reach": _("a year out of reach"),
        "too_often": _("repeats every hour or oftener"),
        "too_many_repetitions": _("repeats too many times"),
        "rule": _("a rule of repetition that cannot be followed"),
        "too_slow": _("the file takes too long to read"),
    }.get(code, _("cannot be read"))


def _row(one: Occurrence, file: CalendarFile, member: Membership) -> BusyTime:
    return BusyTime(
        file=file,
        member=member,
        uid=one.uid,
        title=one.title,
        place=one.place,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        whole_day=one.whole_day,
        busy=one.busy,
    )
