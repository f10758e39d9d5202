"""Facts announced below that the plan answers at once (architecture.md section 4)."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from clients.models import ListEntry
from clients.signals import clients_changed, entry_replaced
from scheduling import checking, imports, planning, services
from scheduling.services.erasing import cancel_planned
from tenants.models import Membership

# Of a larger file the clients wait for the night, whose memory does not depend on how many they are.
MOST_IMPORTED = 2_000


@receiver(clients_changed, dispatch_uid="scheduling.plan")
def recompute_plan(*, client_ids: list[int], changed: frozenset[str], **_: Any) -> None:
    """A client archived, revived (8.4), put into a fixed group or imported with a meeting; the rest waits (O-09)."""
    if "erased" in changed:
        cancel_planned(client_ids, at=timezone.now())
    imported = changed & set(imports.MEETINGS_OF_A_FILE) and len(client_ids) <= MOST_IMPORTED
    if imported or changed & {"state", "groups"}:
        planning.recompute_clients(client_ids, at=timezone.now())
    elif len(client_ids) <= MOST_IMPORTED:
        # Checks run at night and when a client is changed (REL-46).
        checking.check_clients(client_ids, at=timezone.now())


@receiver(entry_replaced, dispatch_uid="scheduling.rename_checks")
def ask_for_the_new_entry(*, old: ListEntry, new: ListEntry, by: Membership | None, **_: Any) -> None:
    """Checks that ask for the replaced entry of a list ask for the other one."""
    services.rename_in_checks(old, new, by=by, at=timezone.now())
