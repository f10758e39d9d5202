"""Exports: whom they contain, in which order, and the file while it is kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import ExportFormat, ExportScope, ExportState
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ExportJob(FirmOwned):
    """A file of clients that somebody has asked for."""

    format = models.CharField(_("format"), max_length=10, choices=ExportFormat.choices)
    scope = models.CharField(_("content"), max_length=10, choices=ExportScope.choices)
    columns = models.JSONField(default=list, help_text="Names of the catalogue, where the scope is the list's.")
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        constraints = wall("by")
        indexes = [
            models.Index(
                fields=["firm", "id"],
                condition=models.Q(state__in=["queued", "running", "done"]),
                name="clients_exportjob_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_format_display()} {self.pk}"


class ExportedClient(FirmOwned):
    """Whom an export contains, frozen when it was asked for. Without a key: one for each client."""

    export_job = FirmForeignKey(ExportJob, on_delete=models.CASCADE, related_name="exported_clients")
    position = models.PositiveIntegerField()
    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("export_job"),
            models.UniqueConstraint(fields=["firm", "export_job", "position"], name="clients_exportedclient_position"),
        ]

    def __str__(self) -> str:
        return f"{self.export_job_id}: {self.position}"


class ExportPiece(FirmOwned):
    """A piece of the finished file; gone when its time is over."""

    export_job = FirmForeignKey(ExportJob, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta(FirmOwned.Meta):
        ordering = ["number"]
        constraints = [
            *wall("export_job"),
            models.UniqueConstraint(fields=["firm", "export_job", "number"], name="clients_exportpiece_number"),
        ]

    def __str__(self) -> str:
        return f"{self.export_job_id}: {self.number}"
