"""What clients and advisors are written about meetings: the firm's frame around words of ours, in its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clients.models import Client
from communications.letters import frame_in_force
from communications.placeholders import values_of
from communications.rendering import Letter, Rendered, compile_letter
from scheduling.enums import InvitationMethod
from scheduling.models import Appointment, Series
from scheduling.series_words import rule_in_words
from tenants.binding import bound_firm, local_today
from tenants.models import Membership
from web import formatting

# Stands for the client's own address while the letter is made, which is once for many.
LINK = "https://booking.invalid/link"


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    body: str


def letter_of(words: Words) -> Letter:
    return compile_letter(words.subject, words.body, frame=frame_in_force().frame(), language=bound_firm().language)


def written(
    letter: Letter,
    own: Mapping[int, Mapping[str, str]],
    *,
    links: Mapping[int, str],
    by: Membership | None,
    at: datetime,
) -> dict[int, Rendered]:
    """The letter for each client: a number of statements that does not depend on how many they are."""
    known = values_of(list(own), letter.names, on=local_today(bound_firm(), at=at), by=by)
    return {pk: _linked(letter.render({**values, **own[pk]}), links.get(pk, "")) for pk, values in known.items()}


def link_words(*, until: date) -> Words:
    """The mail that brings the link."""
    with translation.override(bound_firm().language):
        return Words(
            _("Choose a time for our meeting"),
            _(
                "Hello,\n\n{{ meeting.advisor }} would like to meet you. Choose the day and hour that suit you "
                "best:\n\n[Choose a time](%(link)s)\n\nThis link is for you alone and works until %(day)s. Please do "
                "not pass it on.\n\n{{ meeting.advisor }}"
            )
            % {"link": LINK, "day": formatting.long_day(until)},
        )


def invitation_words(method: InvitationMethod, *, is_change: bool, has_link: bool) -> Words:
    """Of an appointment that was planned, changed or cancelled."""
    with translation.override(bound_firm().language):
        subject, opening = _said(method, is_change=is_change)
        lines = [opening, "**{{ meeting.when }}**{% if meeting.place %}\n{{ meeting.place }}{% endif %}"]
        if has_link and method != InvitationMethod.CANCEL:
            lines.append(_("[Change or cancel](%(link)s)") % {"link": LINK})
        lines.append("{{ meeting.advisor }}")
        return Words(subject, "\n\n".join(lines))


def _said(method: InvitationMethod, *, is_change: bool) -> tuple[str, str]:
    if method == InvitationMethod.CANCEL:
        return (
            _("Our meeting on {{ meeting.when }} is cancelled"),
            _("The meeting with {{ meeting.advisor }} will not take place:"),
        )
    if is_change:
        return (
            _("Our meeting has changed: {{ meeting.when }}"),
            _("The meeting with {{ meeting.advisor }} is now on:"),
        )
    return _("Our meeting: {{ meeting.when }}"), _("The meeting with {{ meeting.advisor }} is fixed:")


def meeting_values(appointment: Appointment, *, advisor: str) -> dict[str, str]:
    """What the letter says of the meeting, in the firm's language and on its clock."""
    firm = bound_firm()
    with translation.override(firm.language), timezone.override(firm.time_zone):
        return {"meeting.when": when(appointment), "meeting.place": appointment.place, "meeting.advisor": advisor}


def series_values(series: Series, *, advisor: str) -> dict[str, str]:
    """The same of one that repeats: the first time, and how it goes on."""
    firm = bound_firm()
    with translation.override(firm.language), timezone.override(firm.time_zone):
        told = f"{_moment(series.first_at)}, {rule_in_words(series.pattern.repetition())}"
        return {"meeting.when": told, "meeting.place": series.place, "meeting.advisor": advisor}


def booked_words(appointment: Appointment, client: Client, *, what: str, language: str) -> Words:
    """What the advisor is told when a client has booked, moved or cancelled by himself."""
    with translation.override(language), timezone.override(bound_firm().time_zone):
        told = {
            "booked": _("%(client)s has booked: %(when)s"),
            "moved": _("%(client)s has moved the meeting: %(when)s"),
            "cancelled": _("%(client)s has cancelled the meeting of %(when)s"),
        }[what] % {"client": client.name, "when": when(appointment)}
        return Words(told, told + "\n")


def when(appointment: Appointment) -> str:
    return _moment(appointment.starts_at)


def _moment(at: datetime) -> str:
    start = timezone.localtime(at)
    return _("%(day)s at %(clock)s") % {"day": formatting.long_day(start.date()), "clock": formatting.clock(start)}


def _linked(made: Rendered, link: str) -> Rendered:
    return Rendered(made.subject, made.text.replace(LINK, link), made.html.replace(LINK, link))
