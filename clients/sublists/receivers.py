"""Keeps right which year is a client's latest when rows come or go past the services: merge, undo of an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from clients.services.sublists import mark_latest
from clients.signals import clients_changed


@receiver(clients_changed)
def settle_latest_years(client_ids: Sequence[int], changed: frozenset[str], **kwargs: Any) -> None:
    if "merged" in changed or any(name.startswith("year.") for name in changed):
        mark_latest(client_ids)
