"""What of the tables of tenants itself goes into an archive."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from tenants.archive.contents import Row, annotate, leave_out, mark, marked, marked_columns
from tenants.models import Firm, FirmOwned, User

# Facts that the trail tells beside the columns of its row, and the table whose rows they name.
_FACTS = {
    "client": "clients.Client",
    "member": "tenants.Membership",
    "advisor": "tenants.Membership",
    "taken_by": "tenants.Membership",
}
# The same as lists; where such a fact is a single number, it is a count.
_LISTS = {"clients": "clients.Client", "communications": "communications.Communication"}


def register() -> None:
    leave_out("secrets; whoever needs one makes a new one", "tenants.ApiToken", "tenants.Invitation", "tenants.Webhook")
    leave_out("the log-in by the firm's provider is set up where the firm is", "tenants.IdentityProvider")
    leave_out("who is who at a provider that stays behind", "tenants.ProviderAccount")
    leave_out("what was sent by a door that stays behind", "tenants.WebhookDelivery", "tenants.IdempotentAnswer")
    leave_out("what was deleted lately; it comes back where it was", "tenants.Removal")
    leave_out("the order of this installation's commits", "tenants.Change", "tenants.ChangeHead")
    leave_out("hashes over ids of this installation", "tenants.AuditLink", "tenants.TrailState")
    annotate("tenants.Membership", ["preferences", "user_id"], _people)
    annotate("tenants.AuditEvent", ["target_id", "before", "after"], _trail)


def name_preference(key: str, label: str) -> None:
    """This preference of a member is the id of a row of that table."""
    _PREFERENCES[key] = label


_PREFERENCES: dict[str, str] = {}


def _people(rows: list[Row]) -> None:
    """A person is found again by the e-mail, and by nothing else."""
    found = dict(User.objects.filter(pk__in=[row["user_id"] for row in rows]).values_list("pk", "email"))
    for row in rows:
        row["user_id"] = found[row["user_id"]]
        for key, label in _PREFERENCES.items():
            if key in row["preferences"]:
                row["preferences"][key] = mark(label, row["preferences"][key])


def _trail(rows: list[Row]) -> None:
    for row in rows:
        model = _model(row["target_kind"])
        for side in ("before", "after"):
            row[side] = {name: _fact(model, name, value) for name, value in row[side].items()}
        if model is not None:
            row["target_id"] = mark(model._meta.label_lower, row["target_id"])


def _fact(model: Any, name: str, value: Any) -> Any:
    if name == "order" and model is not None:
        return marked(model._meta.label_lower, value)
    if name in _LISTS:
        return marked(_LISTS[name], value) if isinstance(value, list) else value
    if name in _FACTS and (model is None or not _has(model, name)):
        return marked(_FACTS[name], value)
    return marked_columns(model._meta.label, {name: value})[name] if model is not None else value


def _has(model: Any, name: str) -> bool:
    return any(name in (field.name, field.column) for field in model._meta.concrete_fields)


def _model(kind: str) -> Any:
    """A table of the firm with ids of its own; the firm's own id is told as it was."""
    try:
        model: Any = apps.get_model(kind)
    except (LookupError, ValueError):
        return None
    known = model is not Firm and issubclass(model, FirmOwned) and type(model._meta.pk).__name__ == "BigAutoField"
    return model if known else None
