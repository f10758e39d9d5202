"""The audit trail: who changed configuration, statuses, assignments and people, and when (XCT-07)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from tenants.models import AuditEvent, Membership


def record(
    action: str,
    target: models.Model | None,
    *,
    by: Membership | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one line of the trail in the caller's transaction; ``by=None`` means a command or a job."""
    AuditEvent.objects.create(
        at=timezone.now(),
        by=by,
        action=action,
        target_kind=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None else None,
        before=dict(before or {}),
        after=dict(after or {}),
    )


def changes(target: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of ``values`` differs from ``target`` as it stands: before and after, for ``record``."""
    differing = {name: value for name, value in values.items() if getattr(target, name) != value}
    return {name: getattr(target, name) for name in differing}, differing
