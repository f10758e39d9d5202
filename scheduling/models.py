"""Appointments, the plan that the cadence gives each client, and the reminders that keep it."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from scheduling.booking_models import BookingLink, CalendarMail
from scheduling.capacity_models import Closure, WorkingWeek
from scheduling.check_models import Check
from scheduling.enums import AppointmentOrigin, AppointmentState, NightState, ReminderState, Symbol, Tone
from scheduling.macro_models import Macro, MacroItem, MacroRun
from scheduling.outside_link_models import OutsideCalendar, OutsideEvent
from scheduling.outside_models import BusyTime, CalendarFeed, CalendarFile
from scheduling.series_models import Series
from scheduling.task_models import Task
from scheduling.week_models import PlannedVisit, PlannedWeeks
from tenants.constraints import wall
from tenants.fields import FirmForeignKey, FirmOneToOneField
from tenants.models import Derived, FirmOwned, Membership

__all__ = [
    "Appointment",
    "AppointmentType",
    "BookingLink",
    "BusyTime",
    "CadenceException",
    "CalendarFeed",
    "CalendarFile",
    "CalendarMail",
    "Check",
    "ClientPlan",
    "Closure",
    "Macro",
    "MacroItem",
    "MacroRun",
    "NightlyRun",
    "OutsideCalendar",
    "OutsideEvent",
    "PlannedVisit",
    "PlannedWeeks",
    "Reminder",
    "Series",
    "Task",
    "WorkingWeek",
]

# The longest that an appointment may last: what a window of time must look back for.
LONGEST = timedelta(days=7)
YEARLY_MEETINGS = [MinValueValidator(1), MaxValueValidator(52)]


class AppointmentType(FirmOwned):
    """A type of appointment (Tipo/Azione) that the firm defines (IFY-10); deactivated, not deleted (IFY-14)."""

    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    symbol = models.CharField(_("symbol"), max_length=40, choices=Symbol.choices, default=Symbol.CALENDAR)
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.BLUE)
    counts_for_cadence = models.BooleanField(
        _("counts for the cadence"), default=True, help_text=_("Meetings do, telephone calls do not (REL-53).")
    )
    is_default_meeting = models.BooleanField(_("default meeting type"), default=False)
    duration_minutes = models.PositiveSmallIntegerField(
        _("usual duration in minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )

    class Meta(FirmOwned.Meta):
        verbose_name = _("appointment type")
        verbose_name_plural = _("appointment types")
        ordering = ["position", "id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "name"], name="scheduling_type_name"),
            models.UniqueConstraint(
                fields=["firm"], condition=models.Q(is_default_meeting=True), name="scheduling_type_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Appointment(FirmOwned):
    """An appointment of a client in the Calendar (REL-26, domain 7: one appointment model)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="appointments", verbose_name=_("client"))
    # The one to which the client was linked when it was booked: its time line keeps the appointment (STY-22).
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    type = FirmForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+", verbose_name=_("type"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    assignee = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("with")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=AppointmentState.choices, default=AppointmentState.PLANNED
    )
    counts = models.BooleanField(
        editable=False,
        default=True,
        help_text=_(
            "Whether it counts for the cadence: type and state together, kept so that the night reads one index."
        ),
    )
    origin = models.CharField(max_length=10, choices=AppointmentOrigin.choices, default=AppointmentOrigin.MANUAL)
    taken_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    # Of an appointment that repeats: which occurrence this row is, wherever it was moved to since.
    series = FirmForeignKey(Series, on_delete=models.PROTECT, null=True, editable=False, related_name="appointments")
    series_start = models.DateTimeField(null=True, editable=False)
    external_source = models.CharField(max_length=50, blank=True)
    external_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "id"]
        constraints = [
            *wall("client", "company", "type", "assignee", "taken_by", "created_by", "series"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at"))
                & models.Q(ends_at__lte=models.F("starts_at") + models.Value(LONGEST)),
                name="scheduling_appointment_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["firm", "external_source", "external_id"],
                condition=~models.Q(external_id=""),
                name="scheduling_appointment_external_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "client", "starts_at"],
                include=["state", "counts"],
                name="scheduling_appt_by_client",
            ),
            models.Index(
                fields=["firm", "client", "starts_at"],
                condition=models.Q(state="planned", counts=True),
                name="scheduling_appt_planned",
            ),
            models.Index(
                fields=["firm", "company", "starts_at"],
                condition=models.Q(company__isnull=False),
                name="scheduling_appt_by_company",
            ),
            models.Index(fields=["firm", "assignee", "starts_at"], name="scheduling_appt_by_assignee"),
            # Carries what the overview counts by month, which then reads the index alone.
            models.Index(fields=["firm", "starts_at"], include=["client", "counts"], name="scheduling_appt_by_start"),
            models.Index(
                fields=["firm", "series", "series_start"],
                condition=models.Q(series__isnull=False),
                name="scheduling_appt_by_series",
            ),
            # Few at any time: what is still to come, or waits for its outcome.
            models.Index(
                fields=["firm", "starts_at"], condition=models.Q(state="planned"), name="scheduling_appt_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.client}"

    def get_absolute_url(self) -> str:
        return reverse("scheduling:appointment_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})


class CadenceException(FirmOwned):
    """A client's own yearly number, or "none", that wins over every group: tracked, with a reason (O-08)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="cadence_exceptions")
    yearly_meetings = models.PositiveSmallIntegerField(
        _("meetings a year"), null=True, blank=True, validators=YEARLY_MEETINGS, help_text=_("Empty: no meetings.")
    )
    reason = models.CharField(_("reason"), max_length=300)
    ends_on = models.DateField(_("in force until"), null=True, blank=True)
    set_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("cadence exception")
        verbose_name_plural = _("cadence exceptions")
        constraints = [
            *wall("client", "set_by"),
            models.UniqueConstraint(
                fields=["firm", "client"],
                condition=models.Q(removed_at__isnull=True),
                name="scheduling_exception_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(yearly_meetings__isnull=True)
                | models.Q(yearly_meetings__gte=1, yearly_meetings__lte=52),
                name="scheduling_exception_yearly_meetings",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.yearly_meetings}"


class ClientPlan(Derived):
    """What the cadence gives one client: written by the night and when his appointments change, read by lists.

    A narrow row beside Client: every active client has one, others have none. Derived: no key to the client.
    """

    client = FirmOneToOneField(
        Client, on_delete=models.DO_NOTHING, primary_key=True, related_name="plan", db_constraint=False
    )
    last_meeting_at = models.DateTimeField(null=True)
    last_meeting_on = models.DateField(_("last meeting"), null=True)
    next_meeting_at = models.DateTimeField(null=True)
    next_meeting_on = models.DateField(_("next meeting"), null=True)
    meetings_this_year = models.PositiveSmallIntegerField(_("meetings this year"), default=0)
    yearly_meetings = models.PositiveSmallIntegerField(_("meetings a year"), null=True)
    group_id = models.BigIntegerField(null=True)
    exception_id = models.BigIntegerField(null=True)
    due_on = models.DateField(_("hypothetical date"), null=True)
    remind_on = models.DateField(null=True)
    beyond_cadence_days = models.PositiveSmallIntegerField(_("days beyond the cadence"), null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = wall(key="client")
        indexes = [
            models.Index(fields=["firm", "due_on", "client"], name="scheduling_plan_by_due"),
            models.Index(
                fields=["firm", "remind_on"],
                condition=models.Q(next_meeting_at__isnull=True),
                name="scheduling_plan_by_remind",
            ),
            models.Index(
                fields=["firm", "next_meeting_at"],
                condition=models.Q(next_meeting_at__isnull=False),
                name="scheduling_plan_by_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.due_on}"


class Reminder(Derived):
    """Tells the advisor that something is due for a client: at most one per check, client and date (REL-49)."""

    check_rule = FirmForeignKey(Check, on_delete=models.CASCADE, related_name="reminders")
    client = FirmForeignKey(Client, on_delete=models.DO_NOTHING, related_name="reminders")
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=ReminderState.choices, default=ReminderState.OPEN)
    snoozed_until = models.DateField(null=True, blank=True)
    opened_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_on", "id"]
        constraints = [
            *wall("check_rule", "ended_by"),
            models.UniqueConstraint(fields=["firm", "check_rule", "client", "due_on"], name="scheduling_reminder_once"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "due_on", "id"],
                condition=models.Q(state__in=["open", "snoozed"]),
                name="scheduling_reminder_pending",
            ),
            models.Index(fields=["firm", "client"], name="scheduling_reminder_by_client"),
            models.Index(
                fields=["firm", "snoozed_until"],
                condition=models.Q(state="snoozed"),
                name="scheduling_reminder_snoozed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.due_on}"


class NightlyRun(FirmOwned):
    """One night of one firm: claimed with a lease before the work, with what it changed (REL-30, security 4.2)."""

    local_date = models.DateField(_("night of"))
    state = models.CharField(_("state"), max_length=10, choices=NightState.choices, default=NightState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text=_("Claims since a step was last finished."))
    failures = models.PositiveSmallIntegerField(default=0, help_text=_("Attempts that ended in an error."))
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    step = models.CharField(max_length=40, blank=True, help_text=_("The last step that was finished."))
    as_of = models.DateTimeField(null=True, help_text=_("The moment that counts as now."))
    since = models.DateTimeField(null=True, help_text=_("The moment of the night before, on which this one builds."))
    full = models.BooleanField(default=False, help_text=_("Every client was looked at, not only those that changed."))
    basis = models.CharField(
        max_length=100, blank=True, help_text=_("What every plan rests on; another basis calls for a full recompute.")
    )
    clients = models.PositiveIntegerField(default=0)
    scores_changed = models.PositiveIntegerField(default=0)
    members_changed = models.PositiveIntegerField(default=0)
    plans_changed = models.PositiveIntegerField(default=0)
    reminders_opened = models.PositiveIntegerField(default=0)
    reminders_closed = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0, help_text=_("Rows that the weekly verification had to mend."))
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    error = models.TextField(blank=True)
    started_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("nightly run")
        verbose_name_plural = _("nightly runs")
        ordering = ["-local_date"]
        constraints = [
            *wall("started_by"),
            models.UniqueConstraint(fields=["firm", "local_date"], name="scheduling_nightlyrun_once"),
            models.UniqueConstraint(
                fields=["firm"], condition=models.Q(state="running"), name="scheduling_nightlyrun_one_running"
            ),
        ]

    def __str__(self) -> str:
        return str(self.local_date)
