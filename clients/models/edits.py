"""What a change of a record took away, so that it can be given back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.clients import Client
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ClientEdit(FirmOwned):
    """One change of a client's record: its fields as they were and as they became (clients/snapshots.py)."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="edits")
    at = models.DateTimeField(_("when"))
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    undone_at = models.DateTimeField(_("taken back"), null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("change of a record")
        verbose_name_plural = _("changes of records")
        constraints = wall("client", "by")
        indexes = [models.Index(fields=["firm", "client", "-id"], name="clients_clientedit_recent")]

    def __str__(self) -> str:
        return f"{self.client_id}: {', '.join(self.before)}"
