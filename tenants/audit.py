"""The audit trail: who changed configuration, statuses, assignments and people, and when (XCT-07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise

from tenants.models import AuditEvent, Firm, FirmOwned, Membership


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


@dataclass(frozen=True)
class Line:
    """An event in words, for the page."""

    event: AuditEvent
    action: str
    kind: str
    changes: list[tuple[str, Any, Any]]


# What the codes mean, in words. Each app names its own in its AppConfig.ready().
_ACTIONS: dict[str, str | Promise] = {}


def name_actions(names: Mapping[str, str | Promise]) -> None:
    """Give action codes the words under which the page shows them."""
    _ACTIONS.update(names)


def told(event: AuditEvent) -> Line:
    """The event in words: an unknown code stands for itself."""
    fields = list(dict.fromkeys([*event.before, *event.after]))
    return Line(
        event,
        str(_ACTIONS.get(event.action, event.action)),
        dict(kinds()).get(event.target_kind, event.target_kind),
        [(_label(event.target_kind, name), event.before.get(name), event.after.get(name)) for name in fields],
    )


def kinds() -> list[tuple[str, str]]:
    """The kinds of rows that a firm owns, as choices."""
    owned = [model._meta for model in apps.get_models() if issubclass(model, Firm | FirmOwned)]
    return sorted(((meta.label_lower, str(meta.verbose_name)) for meta in owned), key=lambda kind: kind[1].casefold())


def _label(kind: str, field: str) -> str:
    try:
        return str(getattr(apps.get_model(kind)._meta.get_field(field), "verbose_name", field))
    except (LookupError, ValueError, FieldDoesNotExist):
        return field.replace("_", " ")
