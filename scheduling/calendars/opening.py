"""From a connection's row to an adapter that speaks for it."""

from __future__ import annotations

import json
from collections.abc import Callable

from scheduling.calendars import google_consent
from scheduling.calendars.adapter import Adapter, NotAllowedError
from scheduling.calendars.caldav import CalDavCalendar
from scheduling.calendars.claims import Claimed, holding
from scheduling.calendars.google import GoogleCalendar
from scheduling.calendars.google_consent import Tokens
from scheduling.enums import OutsideProvider
from scheduling.models import OutsideCalendar
from web.sealing import UnopenedError, seal, unseal


def opened(claimed: Claimed) -> Adapter:
    """Raises NotAllowedError when what opens it is gone."""
    with holding(claimed) as calendar:
        secret, provider = secret_of(calendar), calendar.provider
    return OPENERS[OutsideProvider(provider)](claimed, secret)


def sealed(calendar: OutsideCalendar, secret: str) -> str:
    return seal(secret, purpose=_purpose(calendar))


def secret_of(calendar: OutsideCalendar) -> str:
    try:
        return unseal(calendar.secret, purpose=_purpose(calendar))
    except UnopenedError:
        raise NotAllowedError("unsealed") from None


def _purpose(calendar: OutsideCalendar) -> str:
    """Whose it is: what is copied into another row does not open there."""
    return f"outside calendar {calendar.firm_id} {calendar.member_id} {calendar.provider}"


def _google(claimed: Claimed, secret: str) -> Adapter:
    if not google_consent.is_offered():
        raise NotAllowedError("not_offered")
    tokens = Tokens.read(secret)

    def access(stale: bool) -> str:
        nonlocal tokens
        if stale or not tokens.is_fresh():
            tokens = google_consent.refreshed(tokens)
            with holding(claimed) as calendar:
                calendar.secret = sealed(calendar, tokens.text())
                calendar.save(update_fields=["secret"])
        return tokens.access

    return GoogleCalendar(access)


def _caldav(claimed: Claimed, secret: str) -> Adapter:
    user, password = json.loads(secret)
    with holding(claimed) as calendar:
        return CalDavCalendar(calendar.address, user, password)


OPENERS: dict[OutsideProvider, Callable[[Claimed, str], Adapter]] = {
    OutsideProvider.GOOGLE: _google,
    OutsideProvider.CALDAV: _caldav,
}
