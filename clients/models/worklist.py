"""The clients that the next night has to look at."""

from __future__ import annotations

from django.db import models

from tenants.constraints import wall
from tenants.models import Derived, FirmOwned


class ChangedClient(Derived):
    """A client whose facts changed since the last night: the night's incremental work list (architecture.md 4).

    Derived, hence without a key to the client: it is written by the thousand and emptied every night.
    """

    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "client_id"], name="clients_changedclient_once"),
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class ClaimedClient(Derived):
    """A client on the work list of a night that is under way (clients/worklist.py). Derived, as ChangedClient is."""

    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "client_id"], name="clients_claimedclient_once"),
        ]

    def __str__(self) -> str:
        return str(self.client_id)
