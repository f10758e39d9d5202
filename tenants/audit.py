"""The audit trail: who changed configuration, statuses, assignments and people, and when (XCT-07)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

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


def redact(target_kind: str, target_ids: Sequence[int]) -> None:
    """Take the values out of what the trail tells of these rows: of a person who is erased only the fact stays.

    The product cannot rewrite the trail (it has no right to); this function of the database can do this one thing,
    inside the bound firm, and leaves who, when and which columns as they were.
    """
    if target_ids:
        # The chain accepts lines without values only where the trail itself tells why (docs/decisions/0027).
        record("audit.redacted", None, by=None, after={"kind": target_kind, "ids": list(target_ids)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.redact_audit(%s, %s::bigint[])", [target_kind, list(target_ids)])


@dataclass(frozen=True)
class Line:
    """An event in words, for the page."""

    event: AuditEvent
    action: str
    target: str
    changes: list[tuple[str, str, str]]


# What the codes mean, in words. Each app names its own in its AppConfig.ready().
_ACTIONS: dict[str, str | Promise] = {}

# Facts that are recorded of a row and are no field of it, or one without a name of its own.
_LABELS: dict[str, str | Promise] = {
    "email": _("e-mail"),
    "advisor": _("advisor"),
    "client": _("client"),
    "member": _("member"),
    "yearly_meetings": _("meetings a year"),
    "reason": _("reason"),
    "method": _("method"),
    "path": _("address"),
    "way": _("way"),
    "ends_on": _("in force until"),
}


def name_actions(names: Mapping[str, str | Promise]) -> None:
    """Give action codes the words under which the page shows them."""
    _ACTIONS.update(names)


def action_name(code: str) -> str | Promise:
    """The words for an action."""
    return _ACTIONS.get(code, code)


# Finds rows by words that a person types: a condition on the lines that tell of them. An app of clients fills it.
_search: list[Callable[[Membership, str], Q]] = []


def search_by(find: Callable[[Membership, str], Q]) -> None:
    _search.append(find)


def about(member: Membership, words: str) -> Q:
    """The lines that tell of whom or what ``member`` finds by these words."""
    found = Q(pk__in=[])
    for find in _search:
        found |= find(member, words)
    return found


def recorded_actions() -> list[tuple[str, str]]:
    """The actions of which the trail tells, as choices."""
    codes = AuditEvent.objects.order_by().values_list("action", flat=True).distinct()
    return sorted(((code, str(action_name(code))) for code in codes), key=lambda one: one[1].casefold())


def name_facts(names: Mapping[str, str | Promise]) -> None:
    """Give facts that are no field of their row the words under which the page shows them."""
    _LABELS.update(names)


def told(event: AuditEvent, names: Mapping[int, str]) -> Line:
    """The event in words: an unknown code stands for itself. ``names`` are those of the firm's members, by id."""
    fields = list(dict.fromkeys([*event.before, *event.after]))
    return Line(
        event,
        str(action_name(event.action)),
        _target(event, names),
        [_change(event, name, names) for name in fields],
    )


def _target(event: AuditEvent, names: Mapping[int, str]) -> str:
    if event.target_kind == Membership._meta.label_lower and event.target_id is not None:
        return names.get(event.target_id, str(event.target_id))
    return f"{dict(kinds()).get(event.target_kind, event.target_kind)} {event.target_id or ''}".strip()


def _change(event: AuditEvent, name: str, names: Mapping[int, str]) -> tuple[str, str, str]:
    field = _field(event.target_kind, name)
    label = str(_LABELS.get(name, getattr(field, "verbose_name", name.replace("_", " "))))
    return label, _value(event.before.get(name), field, names), _value(event.after.get(name), field, names)


def _value(value: Any, field: Any, names: Mapping[int, str]) -> str:
    """A stored value as the page shows it: a choice by its label, a member by name, yes or no."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, dict):
        return format_html("<code>{}</code>", ", ".join(f"{name}: {part}" for name, part in value.items()))
    if getattr(field, "related_model", None) is Membership:
        return names.get(value, str(value))
    return str(dict(getattr(field, "flatchoices", ())).get(value, value))


def _field(kind: str, name: str) -> Any:
    try:
        return apps.get_model(kind)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def recorded_kinds() -> list[tuple[str, str]]:
    """The kinds of rows of which the trail tells something, as choices."""
    found = set(AuditEvent.objects.order_by().values_list("target_kind", flat=True).distinct())
    return [kind for kind in kinds() if kind[0] in found]


def kinds() -> list[tuple[str, str]]:
    """The kinds of rows that a firm owns, as choices."""
    owned = [model._meta for model in apps.get_models() if issubclass(model, Firm | FirmOwned)]
    return sorted(((meta.label_lower, str(meta.verbose_name)) for meta in owned), key=lambda kind: kind[1].casefold())
