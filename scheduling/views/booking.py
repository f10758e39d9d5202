"""The page on which a client picks a time himself: no log-in, no names but his advisor's and the firm's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from scheduling import services
from scheduling.bookable import bookable_days, is_bookable
from scheduling.forms.booking import BookingForm
from scheduling.models import BookingLink
from tenants.binding import bound_firm
from tenants.queries import hash_secret
from tenants.requests import public
from web.pace import is_within

MOST_DAYS_SHOWN = 7
# So many requests a minute on one link, and from one address.
MOST_ON_A_LINK, MOST_FROM_AN_ADDRESS = 30, 120
ONE_DAY = timedelta(days=1)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: HttpRequest, firm_id: int, secret: str) -> HttpResponse:
    """Opening it changes nothing: mail servers open links on their own."""
    origin = f"booking-from:{request.META.get('REMOTE_ADDR', '')}"
    on_link = is_within(f"booking:{hash_secret(secret)}", MOST_ON_A_LINK)
    if not is_within(origin, MOST_FROM_AN_ADDRESS) or not on_link:
        return _answer(request, "too_many", status=429)
    link = services.link_of(secret)
    if link is None:
        raise Http404
    at = timezone.now()
    with timezone.override(bound_firm().time_zone):
        if not link.is_open(at):
            return _answer(request, "over", link, status=410)
        form = BookingForm(request.POST if request.method == "POST" else request.GET)
        if request.method == "POST":
            return _done(request, link, form, url=services.booking_url(secret), at=at)
        return _shown(request, link, form, at=at)


def _done(request: HttpRequest, link: BookingLink, form: BookingForm, *, url: str, at: datetime) -> HttpResponse:
    work: Callable[[], object] = lambda: services.cancel_booking(link, at=at)  # noqa: E731
    if not form.wants_to_cancel():
        wish = form.wish()
        if wish is None:
            return HttpResponseRedirect(request.path)
        work = lambda: services.book_slot(link, wish, url=url, at=at)  # noqa: E731
    try:
        work()
    except ValidationError as refusal:
        return _choice(request, link, form, at=at, refusal=" ".join(refusal.messages), status=409)
    return HttpResponseRedirect(request.path)


def _shown(request: HttpRequest, link: BookingLink, form: BookingForm, *, at: datetime) -> HttpResponse:
    """What is booked; the time that was picked, to be confirmed; or the times."""
    is_booked = services.is_standing(link.appointment, at=at)
    if is_booked and not form.wants_another():
        return _answer(request, "booked", link, appointment=link.appointment)
    wish = form.wish()
    if wish is None:
        return _choice(request, link, form, at=at)
    slot = is_bookable(link.member, wish, at=at)
    if slot is None:
        return _choice(request, link, form, at=at, refusal=form.TAKEN, status=409)
    return _answer(request, "confirm", link, slot=slot, is_booked=is_booked)


def _choice(
    request: HttpRequest, link: BookingLink, form: BookingForm, *, at: datetime, refusal: Any = "", status: int = 200
) -> HttpResponse:
    link.refresh_from_db(fields=["appointment"])
    days, start = bookable_days(link.member, at=at), form.first_day()
    shown = dict(
        islice(((day, slots) for day, slots in days.items() if start is None or day >= start), MOST_DAYS_SHOWN)
    )
    context = {
        "days": shown.items(),
        "later": _next(days, shown),
        "is_later": start is not None,
        "is_booked": services.is_standing(link.appointment, at=at),
        "refusal": refusal,
    }
    return _answer(request, "choose", link, status=status, **context)


def _next(days: dict[date, Any], shown: dict[date, Any]) -> date | None:
    last = max(shown, default=None)
    return next((day for day in days if last is not None and day > last), None)


def _answer(
    request: HttpRequest, part: str, link: BookingLink | None = None, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"part": f"scheduling/booking/{part}.html", "link": link, "firm": bound_firm()}
    answer = render(request, "scheduling/booking.html", context, status=status)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
