"""What this app answers to its own signals: work for the background, and what one client is to his household."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from clients import tasks
from clients.changes import mark_changed
from clients.models import Client, ImportJob, Profile
from clients.signals import clients_changed, import_queued

OF_THE_SUM = frozenset({"aum", "household", "merged", "erased", "imported"})
SUM = "household.aum"


@receiver(import_queued, dispatch_uid="clients.imports")
def wake_worker(job: ImportJob, **kwargs: Any) -> None:
    tasks.ring(job)


@receiver(clients_changed, dispatch_uid="clients.households")
def follow_households(
    sender: Any, client_ids: Sequence[int], changed: frozenset[str], before: Mapping[str, Any] | None = None, **_: Any
) -> None:
    if not changed & OF_THE_SUM:
        return
    left = getattr((before or {}).get("household"), "pk", None)
    theirs = Profile.objects.filter(client__in=client_ids, household__isnull=False).order_by().values("household")
    concerned = Q(household__in=theirs) if left is None else Q(household__in=theirs) | Q(household=left)
    members = Profile.objects.filter(concerned).exclude(client__in=client_ids)
    others = sorted(members.order_by().values_list("client_id", flat=True))
    if others:
        mark_changed(others)
        clients_changed.send(Client, client_ids=others, changed=frozenset({SUM}))
