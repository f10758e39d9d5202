"""What was deleted of a firm's settings, so that it can be given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import FirmOwned, Membership


class ExactEncoder(DjangoJSONEncoder):
    """Moments to the microsecond, as the database keeps them."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class Removal(FirmOwned):
    """A row that was deleted, with all that hung on it, column by column. Never anything about a client."""

    kind = models.CharField(_("kind"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    rows = models.JSONField(encoder=ExactEncoder, default=list, editable=False)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    restored_at = models.DateTimeField(_("taken back"), null=True, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")
        constraints = wall("by")
        indexes = [models.Index(fields=["firm", "-at", "-id"], name="tenants_removal_recent")]

    def __str__(self) -> str:
        return self.name

    @property
    def in_words(self) -> str:
        """What kind of row it was."""
        return str(apps.get_model(self.kind)._meta.verbose_name)
