"""Refusals that a caller treats differently from a wrong field."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clients.models import Client


class StaleError(ValidationError):
    """The record was changed by somebody else since it was read; ``current`` is what it is now."""

    def __init__(self, current: Client, *, changed_by: str) -> None:
        self.current = current
        self.changed_by = changed_by
        message = _("%(who)s changed this client in the meantime. Nothing was saved.")
        super().__init__(message, code="stale", params={"who": changed_by or _("Somebody")})
