"""What the page of the nights shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.nightly import STEPS
from scheduling.due_nights import due_at
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from tenants.binding import local_today
from tenants.models import Firm

Text = str | Promise
TONES = {
    NightState.PENDING: "gray",
    NightState.RUNNING: "blue",
    NightState.DONE: "green",
    NightState.FAILED: "amber",
    NightState.DEAD: "red",
}
# What a night that ended in an error means for whoever reads it: its own words are for those who mend it.
TOLD = {
    NightState.FAILED: _("An attempt ended in an error; nothing was left half done. It tries again by itself."),
    NightState.DEAD: _(
        "Several attempts ended in an error, so this night was given up; what the night before found still holds."
        " Tell whoever runs the installation."
    ),
}
TOLD_OTHERWISE = _("An earlier attempt ended in an error.")


@dataclass(frozen=True, slots=True)
class RunLine:
    """A night as a line of the list."""

    run: NightlyRun
    tone: str
    steps_done: int
    steps: int = len(STEPS)

    @property
    def is_under_way(self) -> bool:
        return self.run.state in (NightState.PENDING, NightState.RUNNING)

    @property
    def told(self) -> Text:
        """What an error means, if there was one."""
        return TOLD.get(NightState(self.run.state), TOLD_OTHERWISE) if self.run.error else ""

    @property
    def changes(self) -> int:
        run = self.run
        counted = run.scores_changed + run.members_changed + run.plans_changed
        return counted + run.reminders_opened + run.reminders_closed


def runs() -> QuerySet[NightlyRun]:
    found: QuerySet[NightlyRun] = NightlyRun.objects.select_related("started_by")
    return found


def line(run: NightlyRun) -> RunLine:
    names = [step.name for step in STEPS]
    done = names.index(run.step) + 1 if run.step in names else 0
    return RunLine(run, TONES[NightState(run.state)], done)


def next_night(firm: Firm, *, at: datetime) -> datetime:
    """When the next night falls due by itself."""
    zone, today = ZoneInfo(firm.time_zone), local_today(firm, at=at)
    return next(hour for days in range(3) if (hour := due_at(today + timedelta(days=days), zone)) > at)
