"""For how long mail stays in the outbox once nothing more happens to it.

What the firm writes to itself, like the Monday mail, goes after a while: it names people and proves nothing. Mail to
clients is proof of what was said and is kept (security.md 6); so is every kind that nobody has called internal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise

from communications.enums import OVER
from communications.models import OutgoingMail
from tenants.binding import bound_firm, local_today

_internal: dict[str, str | Promise] = {}


def name_internal(kind: str, label: str | Promise) -> None:
    """Called in ``AppConfig.ready()`` by the app that posts mail of this kind."""
    _internal[kind] = label


def internal_kinds() -> Mapping[str, str | Promise]:
    return MappingProxyType(_internal)


def purge_mails(*, at: datetime) -> int:
    """The night's part, for the bound firm, in one statement; how many went."""
    old: QuerySet[OutgoingMail] = OutgoingMail.objects.filter(
        kind__in=list(_internal), state__in=OVER, posted_at__lt=at - settings.MAIL_KEPT
    )
    # None of them is anybody's communication: nothing has to be looked for that hangs on them.
    return int(old._raw_delete(old.db))


def kept_until(mail: OutgoingMail) -> date | None:
    """The day from which the night deletes it; none for what is kept, and for what somebody has to settle first."""
    if mail.kind not in _internal or mail.state not in OVER:
        return None
    return local_today(bound_firm(), at=mail.posted_at + settings.MAIL_KEPT)
