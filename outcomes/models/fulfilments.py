"""What was recorded of an appointment: the item of the storico (IFY-04)."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Status, StatusChange
from outcomes.models.activities import Activity
from outcomes.models.choices import Outcome
from scheduling.models import Appointment, AppointmentType
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class Fulfilment(FirmOwned):
    """The outcome of one appointment, with the rule and the points as they were then (IFY-37, IFY-45).

    One per appointment is in force; one that was undone stays, with ``undone_at``. ``before`` holds what the undo
    gives back: the appointment's and the activity's columns as they were.
    """

    appointment = FirmForeignKey(Appointment, on_delete=models.CASCADE, related_name="fulfilments")
    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="fulfilments", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    type = FirmForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="+", verbose_name=_("type"))
    outcome = FirmForeignKey(Outcome, on_delete=models.PROTECT, related_name="+", verbose_name=_("outcome"))
    author = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    at = models.DateTimeField(_("recorded"))
    note = models.TextField(_("note"), blank=True)
    points = models.IntegerField(_("points"), default=0)
    rule = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    notices = models.JSONField(default=list)
    from_status = FirmForeignKey(Status, on_delete=models.PROTECT, null=True, related_name="+")
    to_status = FirmForeignKey(
        Status, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("commercial status")
    )
    status_change = FirmForeignKey(StatusChange, on_delete=models.SET_NULL, null=True, related_name="+")
    follow_up = FirmForeignKey(Appointment, on_delete=models.SET_NULL, null=True, related_name="+")
    activity = FirmForeignKey(Activity, on_delete=models.PROTECT, null=True, related_name="fulfilments")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("recorded outcome")
        verbose_name_plural = _("recorded outcomes")
        ordering = ["-at", "-id"]
        constraints = [
            *wall(
                "appointment",
                "client",
                "company",
                "type",
                "outcome",
                "author",
                "from_status",
                "to_status",
                "status_change",
                "follow_up",
                "activity",
                "undone_by",
            ),
            models.UniqueConstraint(
                fields=["firm", "appointment"],
                condition=models.Q(undone_at__isnull=True),
                name="outcomes_fulfilment_once",
            ),
            models.UniqueConstraint(
                fields=["firm", "follow_up"],
                condition=models.Q(follow_up__isnull=False),
                name="outcomes_fulfilment_one_origin",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "at", "id"], name="outcomes_fulfilment_by_time"),
            # Read by the keys of what a fulfilment names, when that is deleted: else each deletion reads the storico.
            models.Index(fields=["firm", "appointment"], name="outcomes_fulfilment_by_appt"),
            models.Index(
                fields=["firm", "status_change"],
                condition=models.Q(status_change__isnull=False),
                name="outcomes_fulfilment_by_change",
            ),
            models.Index(fields=["firm", "client", "at", "id"], name="outcomes_fulfilment_by_client"),
            models.Index(
                fields=["firm", "company", "at", "id"],
                condition=models.Q(company__isnull=False),
                name="outcomes_fulfilment_by_company",
            ),
            models.Index(fields=["firm", "author", "at", "id"], name="outcomes_fulfilment_by_author"),
            models.Index(fields=["firm", "type", "at", "id"], name="outcomes_fulfilment_by_type"),
            models.Index(fields=["firm", "outcome", "at", "id"], name="outcomes_fulfilment_by_outcome"),
            # A status that few clients ever took would be looked for in the whole storico.
            models.Index(fields=["firm", "to_status", "at", "id"], name="outcomes_fulfilment_by_status"),
            models.Index(
                fields=["firm", "activity"],
                condition=models.Q(activity__isnull=False),
                name="outcomes_fulfilment_activity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.outcome}"
