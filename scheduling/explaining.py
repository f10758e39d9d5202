"""Why a client is to be met on that date, in words: every date can explain itself (architecture.md 4)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.enums import ClientState
from clients.models import Client
from scheduling.cadence import interval
from scheduling.models import CadenceException, ClientPlan
from web import formatting


def explain(client: Client, plan: ClientPlan | None, *, group: str, exception: CadenceException | None) -> str:
    """``group`` is the name of the group that decides; empty when none does."""
    if client.state != ClientState.ACTIVE:
        return _("Archived and deceased clients have no cadence.")
    if exception is not None and exception.yearly_meetings is None:
        return _("No cadence, by the client's own exception: %(reason)s.") % {"reason": exception.reason}
    if plan is None or plan.yearly_meetings is None:
        return _("The client is in no group with a number of yearly meetings.")
    decided = _decided(client, plan.yearly_meetings, group=group, exception=exception)
    return f"{decided}; {_reckoned(plan, plan.yearly_meetings)}."


def _decided(client: Client, number: int, *, group: str, exception: CadenceException | None) -> str:
    often = ngettext("%(number)s meeting a year", "%(number)s meetings a year", number) % {"number": number}
    if exception is not None:
        return _("%(often)s by the client's own exception: %(reason)s") % {"often": often, "reason": exception.reason}
    if not group:
        return often
    if client.aum is None:
        return _("%(often)s because of the group %(group)s") % {"often": often, "group": group}
    return _("%(often)s because of the group %(group)s (RFA %(aum)s)") % {
        "often": often,
        "group": group,
        "aum": formatting.money(client.aum),
    }


def _reckoned(plan: ClientPlan, number: int) -> str:
    """From the meeting that is planned, else from the last one held (REL-28, REL-29)."""
    if plan.last_meeting_on is None:
        return _("there is no date until a first meeting has taken place")
    if plan.next_meeting_on is not None:
        return _("next meeting %(day)s + %(step)s") % {
            "day": formatting.day(plan.next_meeting_on),
            "step": _step(number),
        }
    return _("last meeting %(day)s + %(step)s") % {"day": formatting.day(plan.last_meeting_on), "step": _step(number)}


def _step(number: int) -> str:
    step = interval(number)
    if step.months:
        return ngettext("%(months)s month", "%(months)s months", step.months) % {"months": step.months}
    return ngettext("%(days)s day", "%(days)s days", step.days) % {"days": step.days}
