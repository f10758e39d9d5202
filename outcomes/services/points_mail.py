"""The Monday mail "Punti operatori" (IFY-46, IFY-47, O-26): to whom, and into the outbox once a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from communications.services import NewMail, post_mails
from outcomes.enums import POINTS_MAIL
from outcomes.models import PointsMail
from outcomes.queries.leaderboard import ranking, week_of
from outcomes.queries.points_mail import occasion_of
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

MOST_ADDRESSES = 20


@transaction.atomic
def configure_points_mail(*, automatic: bool, addresses: Sequence[str], by: Membership, at: datetime) -> PointsMail:
    """From the next Monday on; what was configured before goes on without a gap."""
    wanted = _checked(addresses)
    row: PointsMail | None = PointsMail.objects.select_for_update().first()
    before = {"automatic": row.automatic, "addresses": row.addresses} if row else {}
    was_sent = row is not None and row.automatic and bool(row.addresses)
    row = row or PointsMail()
    if not was_sent:
        row.starts_on = week_of(local_today(bound_firm(), at=at)).first + timedelta(days=7)
    row.automatic, row.addresses = automatic, wanted
    row.save()
    audit.record(
        "points_mail.configured", row, by=by, before=before, after={"automatic": automatic, "addresses": wanted}
    )
    return row


def post_points_mail(*, on: date, at: datetime) -> int:
    """The night's part: last week's points, if this week's mail is not in the outbox yet; how many were posted.

    Any night of the week makes up for a missed Monday. A night that is itself caught up in a later week posts nothing.
    """
    row = PointsMail.objects.first()
    if row is None or not row.automatic or not row.addresses:
        return 0
    week = week_of(on)
    if week.first < row.starts_on or week_of(local_today(bound_firm(), at=at)) != week:
        return 0
    return post_mails(_mails(row.addresses, week.first), at=at)


@transaction.atomic
def send_points_mail(*, to_all: bool, by: Membership, at: datetime) -> int:
    """Last week's points at once: to the one who asks, as a test, or to all addresses; how many were posted.

    To all, it is this week's Monday mail if that is not in the outbox yet, and else a second one.
    """
    row = PointsMail.objects.first()
    addresses = row.addresses if to_all and row else [] if to_all else [by.user.email]
    if not addresses:
        raise ValidationError(_("There is no address to send it to."), code="no_address")
    monday = week_of(local_today(bound_firm(), at=at)).first
    posted = post_mails(_mails(addresses, monday), at=at) if to_all else 0
    posted = posted or post_mails(_mails(addresses, monday, again=f":{at.isoformat()}"), at=at)
    audit.record("points_mail.sent_by_hand", row, by=by, after={"addresses": addresses})
    return posted


def _mails(addresses: Sequence[str], monday: date, *, again: str = "") -> list[NewMail]:
    firm = bound_firm()
    last_week = week_of(monday - timedelta(days=7))
    path = reverse("outcomes:leaderboard", kwargs={"firm_slug": firm.slug})
    period = f"from={last_week.first.isoformat()}&to={last_week.last.isoformat()}"
    context = {
        "firm": firm,
        "week": last_week.first.isocalendar().week,
        "period": last_week,
        "places": ranking(last_week, firm=firm),
        "link": f"{settings.SITE_URL.rstrip('/')}{path}?{period}",
    }
    with translation.override(firm.language):
        subject = render_to_string("outcomes/mail/points_subject.txt", context)
        body = render_to_string("outcomes/mail/points.txt", context).strip() + "\n"
        html = render_to_string("outcomes/mail/points.html", context)
    occasion = f"{occasion_of(monday)}{again}"
    return [
        NewMail(kind=POINTS_MAIL, occasion=occasion, recipient=address, subject=subject, body=body, html=html)
        for address in addresses
    ]


def _checked(addresses: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    if len(wanted) > MOST_ADDRESSES:
        refusal = ValidationError(_("At most %(most)s addresses.") % {"most": MOST_ADDRESSES}, code="too_many")
        raise ValidationError({"addresses": refusal})
    for address in wanted:
        try:
            validate_email(address)
        except ValidationError:
            words = _("%(address)s is not an e-mail address.") % {"address": address}
            raise ValidationError({"addresses": ValidationError(words, code="invalid")}) from None
    return wanted
