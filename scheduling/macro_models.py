"""Macros: appointments that marketing plans for whoever a saved search finds (IFY-02, IFY-08)."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groups.models import SavedSearch
from scheduling.enums import Recipient, Rhythm, RunState
from scheduling.schedules import Schedule
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership

MOST_OFFSET, MOST_PAUSE = 365, 3_650
NINE = time(9)


class Macro(FirmOwned):
    """A saved search, an appointment of a type for a recipient, and a rhythm."""

    name = models.CharField(_("name"), max_length=100)
    search = FirmForeignKey(SavedSearch, on_delete=models.PROTECT, related_name="+", verbose_name=_("saved search"))
    type = FirmForeignKey(
        "scheduling.AppointmentType", on_delete=models.PROTECT, related_name="+", verbose_name=_("type")
    )
    recipient = models.CharField(_("recipient"), max_length=20, choices=Recipient.choices, default=Recipient.ADVISOR)
    operator = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("operator")
    )
    offset_days = models.PositiveSmallIntegerField(
        _("days until the appointment"), default=7, validators=[MaxValueValidator(MOST_OFFSET)]
    )
    at_time = models.TimeField(_("time of the appointment"), default=NINE)
    rhythm = models.CharField(_("runs"), max_length=10, choices=Rhythm.choices, default=Rhythm.BY_HAND)
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    cron = models.CharField(_("cron expression"), max_length=100, blank=True)
    pause_days = models.PositiveSmallIntegerField(
        _("pause in days"),
        default=0,
        validators=[MaxValueValidator(MOST_PAUSE)],
        help_text=_("A client who got an appointment from this macro is left alone for so many days (O-20)."),
    )
    confirm_above = models.PositiveIntegerField(
        _("asks above"),
        default=100,
        validators=[MinValueValidator(1)],
        help_text=_("A run that would make more appointments waits until somebody confirms it."),
    )
    active = models.BooleanField(_("active"), default=False)
    runs_since = models.DateField(help_text=_("Occurrences before this date are not made up for."))
    owner = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["name", "id"]
        constraints = [
            *wall("search", "type", "operator", "owner"),
            models.UniqueConstraint(fields=["firm", "name"], name="scheduling_macro_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scheduling:macro_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})

    @property
    def schedule(self) -> Schedule:
        return Schedule(rhythm=self.rhythm, weekday=self.weekday, month_day=self.month_day, cron=self.cron)


class MacroRun(FirmOwned):
    """One run: what it found, what it made, what it left out and why."""

    macro = FirmForeignKey(Macro, on_delete=models.CASCADE, related_name="runs")
    period = models.DateField(_("period"), help_text=_("The date of the occurrence that it stands for."))
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices)
    by_night = models.BooleanField(default=False)
    found = models.PositiveIntegerField(_("found"), default=0)
    made = models.PositiveIntegerField(_("made"), default=0)
    left_open = models.PositiveIntegerField(default=0, help_text=_("Left out: one of its appointments is still open."))
    left_period = models.PositiveIntegerField(default=0, help_text=_("Left out: already met with in this period."))
    left_pause = models.PositiveIntegerField(default=0, help_text=_("Left out: within the pause."))
    error = models.TextField(blank=True)
    at = models.DateTimeField(_("run at"))
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    kept = models.PositiveIntegerField(default=0, help_text=_("What an undo left: fulfilled or changed since."))

    class Meta(FirmOwned.Meta):
        verbose_name = _("run of a macro")
        verbose_name_plural = _("runs of macros")
        ordering = ["-at", "-id"]
        constraints = [
            *wall("macro", "by", "undone_by"),
            models.UniqueConstraint(
                fields=["firm", "macro", "period"],
                condition=models.Q(by_night=True),
                name="scheduling_macrorun_once_a_period",
            ),
        ]
        indexes = [models.Index(fields=["firm", "macro", "-at"], name="scheduling_macrorun_recent")]

    def __str__(self) -> str:
        return f"{self.macro}: {self.period}"


class MacroItem(FirmOwned):
    """That an appointment came from a run."""

    run = FirmForeignKey(MacroRun, on_delete=models.CASCADE, related_name="items")
    appointment = FirmForeignKey("scheduling.Appointment", on_delete=models.CASCADE, related_name="macro_items")

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("run", "appointment"),
            models.UniqueConstraint(fields=["firm", "appointment"], name="scheduling_macroitem_once"),
        ]
        indexes = [models.Index(fields=["firm", "run"], name="scheduling_macroitem_by_run")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.appointment_id}"
