"""The reminders of the day by e-mail: for who asks for it, one mail for each person and day, through the outbox."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from communications.services import NewMail, post_mails
from scheduling.enums import REMINDER_MAIL
from scheduling.models import Reminder
from scheduling.placeholders import filled
from scheduling.queries import showing_reminders
from tenants import audit
from tenants.binding import bound_firm
from tenants.models import Membership

# So many are named; the rest are a number and a link.
MOST_NAMED = 50


@transaction.atomic
def ask_for_reminder_mail(member: Membership, *, wanted: bool) -> None:
    """Each for himself: nobody is written to who did not ask."""
    locked: Membership = Membership.objects.select_for_update().get(pk=member.pk)
    if bool(locked.preferences.get(REMINDER_MAIL)) == wanted:
        return
    others = {key: value for key, value in locked.preferences.items() if key != REMINDER_MAIL}
    locked.preferences = {**others, REMINDER_MAIL: True} if wanted else others
    locked.save(update_fields=["preferences", "updated_at"])
    member.preferences = locked.preferences
    before, after = {"wanted": not wanted}, {"wanted": wanted}
    audit.record("reminder_mail.chosen", locked, by=member, before=before, after=after)


def wants_reminder_mail(member: Membership) -> bool:
    return bool(member.preferences.get(REMINDER_MAIL))


def post_reminder_mails(*, on: date, at: datetime) -> int:
    """The night's part; how many were posted."""
    asking = Membership.objects.filter(is_active=True, **{f"preferences__{REMINDER_MAIL}": True}).select_related("user")
    mails = [mail for member in asking.order_by("pk") if (mail := _mail_to(member, on)) is not None]
    return post_mails(mails, at=at)


def _mail_to(member: Membership, on: date) -> NewMail | None:
    """His own clients' reminders, whatever else he may see; nothing where there is nothing to do."""
    own = Q(client__advisor=member) | Q(client__contact=member) | Q(client__specialist=member)
    mine = showing_reminders(member, on=on).filter(own | Q(check_rule__person=member))
    total = mine.count()
    if not total:
        return None
    firm = bound_firm()
    path = reverse("scheduling:reminder_list", kwargs={"firm_slug": firm.slug})
    with translation.override(member.language):
        context = {
            "firm": firm,
            "day": on,
            "language": member.language,
            "lines": [_line(reminder, on) for reminder in mine[:MOST_NAMED]],
            "total": total,
            "more": max(total - MOST_NAMED, 0),
            "link": f"{settings.SITE_URL.rstrip('/')}{path}",
        }
        return NewMail(
            kind=REMINDER_MAIL,
            occasion=f"{REMINDER_MAIL}:{on.isoformat()}",
            recipient=member.user.email,
            subject=render_to_string("scheduling/mail/reminders_subject.txt", context),
            body=render_to_string("scheduling/mail/reminders.txt", context).strip() + "\n",
            html=render_to_string("scheduling/mail/reminders.html", context),
        )


def _line(reminder: Reminder, on: date) -> dict[str, Any]:
    text = filled(reminder.check_rule.text, due_on=reminder.due_on, today=on, client=reminder.client.name)
    return {"client": reminder.client.name, "text": text, "due_on": reminder.due_on}
