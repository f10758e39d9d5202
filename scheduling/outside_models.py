"""Calendars outside: one's own feed, and what was read from files of other programs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class CalendarFeed(FirmOwned):
    """The secret address at which a member's phone reads his calendar; only the secret's hash is kept (T8)."""

    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta(FirmOwned.Meta):
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            *wall("member"),
            models.UniqueConstraint(fields=["firm", "member"], name="scheduling_feed_member"),
            models.UniqueConstraint(fields=["firm", "secret_hash"], name="scheduling_feed_secret"),
        ]

    def __str__(self) -> str:
        return str(self.member)


class CalendarFile(FirmOwned):
    """An imported calendar file: whose time it takes, what was left out and why."""

    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+", verbose_name=_("whose"))
    name = models.CharField(_("name"), max_length=200)
    at = models.DateTimeField()
    made = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)

    class Meta(FirmOwned.Meta):
        verbose_name = _("calendar file")
        verbose_name_plural = _("calendar files")
        ordering = ["-at", "-id"]
        constraints = wall("member")
        indexes = [models.Index(fields=["firm", "member", "-at"], name="scheduling_calfile_recent")]

    def __str__(self) -> str:
        return self.name


class BusyTime(FirmOwned):
    """A stretch of time that a member has given away elsewhere: shown in the Calendar, respected by proposals."""

    file = FirmForeignKey(CalendarFile, on_delete=models.CASCADE, related_name="times")
    member = FirmForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    uid = models.CharField(max_length=255)
    title = models.CharField(_("title"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    whole_day = models.BooleanField(default=False)
    busy = models.BooleanField(default=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("busy time")
        verbose_name_plural = _("busy times")
        ordering = ["starts_at", "id"]
        constraints = [
            *wall("file", "member"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")), name="scheduling_busytime_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "member", "starts_at"], name="scheduling_busy_by_member"),
            models.Index(fields=["firm", "file"], name="scheduling_busy_by_file"),
        ]

    def __str__(self) -> str:
        return self.title or self.uid
