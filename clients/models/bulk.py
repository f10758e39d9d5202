"""An action on many clients at once: whom it concerns, what became of each, and what it takes to undo it."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.enums import BulkState
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class BulkJob(FirmOwned):
    """One action on a selection that was frozen before it was confirmed."""

    action = models.CharField(_("action"), max_length=60)
    argument = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=BulkState.choices, default=BulkState.DRAFT)
    total = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0, help_text="Of the total; while it is taken back: of the changed.")
    changed = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="When it last got on, so that a lost message is noticed.")
    finished_at = models.DateTimeField(null=True)
    undone_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(FirmOwned.Meta):
        verbose_name = _("action on many clients")
        verbose_name_plural = _("actions on many clients")
        constraints = wall("by", "undone_by")
        indexes = [models.Index(fields=["firm", "by", "-id"], name="clients_bulkjob_by_member")]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class BulkItem(FirmOwned):
    """One client of such an action: what became of him, and how he stood before.

    Written by the thousand, hence without a key to the client; ``before`` holds ids and codes, nothing personal.
    """

    job = FirmForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items")
    client_id = models.BigIntegerField()
    outcome = models.CharField(max_length=20, blank=True, help_text="Empty until it was his turn.")
    before = models.JSONField(null=True)

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("job"),
            models.UniqueConstraint(fields=["firm", "job", "client_id"], name="clients_bulkitem_once"),
        ]
        indexes = [models.Index(fields=["firm", "job", "outcome", "client_id"], name="clients_bulkitem_by_outcome")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.client_id}"
