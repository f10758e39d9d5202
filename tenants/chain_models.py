"""The chain over the audit trail, and what its last verification found."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import FirmPolicy, wall
from tenants.models import Derived, FirmOwned


class AuditLink(Derived):
    """One line of the trail as it was when it was chained: its hash contains that of the link before it.

    ``values`` is the hash of what the line tells; it is apart, since an erasure may take exactly that away.
    Append-only.
    """

    pk = models.CompositePrimaryKey("firm_id", "number")
    number = models.BigIntegerField()
    event_id = models.BigIntegerField()
    values_hash = models.BinaryField()
    hash = models.BinaryField()
    at = models.DateTimeField()

    class Meta(FirmOwned.Meta):
        constraints = [
            FirmPolicy(name="tenants_auditlink_policy"),
            models.UniqueConstraint(fields=["firm", "event_id"], name="tenants_auditlink_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.event_id}"


class TrailState(FirmOwned):
    """What the last verification of the trail found; one row for each firm."""

    verified_at = models.DateTimeField(_("verified on"))
    lines = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    redacted = models.BigIntegerField(default=0)
    # [{"kind": "changed", "event": 5, "number": 7}, …], the first ones of them.
    findings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    found = models.BigIntegerField(default=0)

    class Meta(FirmOwned.Meta):
        verbose_name = _("verification of the trail")
        verbose_name_plural = _("verifications of the trail")
        constraints = [*wall(), models.UniqueConstraint(fields=["firm"], name="tenants_trailstate_of_firm")]

    def __str__(self) -> str:
        return f"{self.lines}, {self.found}"
