"""A member's calendars at other providers, and which of his appointments stands there as which event."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from scheduling.enums import OutsideCalendarState, OutsideProvider, OutsideState
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class OutsideCalendar(FirmOwned):
    """One member's connection to one calendar outside. A row is the queue of record, Celery only wakes."""

    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=10, choices=OutsideProvider.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=OutsideCalendarState.choices, default=OutsideCalendarState.ACTIVE
    )
    # Of CalDAV: the collection. Of both: what the other side calls the calendar.
    address = models.CharField(max_length=500, blank=True)
    account = models.CharField(max_length=200, blank=True)
    # Tokens or password, sealed (web/sealing.py).
    secret = models.TextField(blank=True, editable=False)
    connected_at = models.DateTimeField()
    # Appointments that begin later are written.
    from_at = models.DateTimeField()
    # How far in our own feed of changes (-1: everything is to be looked at), and how far in theirs.
    position = models.BigIntegerField(default=-1, editable=False)
    token = models.TextField(blank=True, editable=False)
    # When to read there again; until when they want to be left in peace.
    next_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=60, blank=True)
    synced_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("calendar outside")
        verbose_name_plural = _("calendars outside")
        constraints = [
            *wall("member"),
            models.UniqueConstraint(fields=["firm", "member", "provider"], name="scheduling_outsidecal_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "firm"], condition=models.Q(state="active"), name="scheduling_outsidecal_due"
            ),
        ]

    def __str__(self) -> str:
        return self.account or self.address or self.get_provider_display()


class OutsideEvent(FirmOwned):
    """Which event outside an appointment is, what both sides last agreed on, and what waits to be written.

    The appointment is named without a key: when it is gone, the row is what still knows that its event has to go too.
    """

    calendar = FirmForeignKey(OutsideCalendar, on_delete=models.CASCADE, related_name="events")
    appointment_id = models.BigIntegerField()
    # Derived from the appointment, so that whatever is tried again meets the same event.
    outside_id = models.CharField(max_length=100)
    etag = models.CharField(max_length=200, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    # Time and place on which both sides agreed, and those of attempts whose end is unknown, by their mark.
    base = models.JSONField(default=dict)
    tried = models.JSONField(default=dict)
    # A digest of all that was last written.
    written = models.CharField(max_length=64, blank=True)
    left_out = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=OutsideState.choices, default=OutsideState.PENDING)
    note = models.CharField(max_length=30, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    available_at = models.DateTimeField()
    last_error = models.CharField(max_length=60, blank=True)
    synced_at = models.DateTimeField(null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("event outside")
        verbose_name_plural = _("events outside")
        constraints = [
            *wall("calendar"),
            models.UniqueConstraint(fields=["firm", "calendar", "appointment_id"], name="scheduling_outsideevent_once"),
            models.UniqueConstraint(fields=["firm", "calendar", "outside_id"], name="scheduling_outsideevent_key"),
        ]
        indexes = [
            models.Index(fields=["firm", "appointment_id"], name="scheduling_outsideevent_appt"),
            models.Index(
                fields=["firm", "calendar", "available_at"],
                condition=models.Q(state="pending"),
                name="scheduling_outsideevent_due",
            ),
        ]

    def __str__(self) -> str:
        return self.outside_id

    @property
    def shown_state(self) -> OutsideState:
        return OutsideState(self.state)
