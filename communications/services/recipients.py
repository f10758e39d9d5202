"""Who may be written to: all at first (SIS-24), by hand afterwards (SIS-25); the settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.models import Client, Email
from clients.queries import present_clients
from clients.services import batches, update_client
from clients.values import email_values
from communications.models import Enablement, MailSettings
from tenants import audit
from tenants.binding import bound_firm_id
from tenants.models import Membership

# Under which listeners hear that clients were enabled or are no longer.
FACT = "email_enabled"
ENABLE = """
INSERT INTO communications_enablement (firm_id, client_id, enabled, at, by_id)
SELECT %(firm)s, chosen.id, %(enabled)s, %(at)s, %(by)s
FROM unnest(%(ids)s::bigint[]) AS chosen (id)
ON CONFLICT (client_id) DO UPDATE SET enabled = excluded.enabled, at = excluded.at, by_id = excluded.by_id
"""
# All the active clients of this moment, of whom nobody has decided otherwise.
BEGIN = """
INSERT INTO communications_enablement (firm_id, client_id, enabled, at, by_id)
SELECT c.firm_id, c.id, true, %(at)s, %(by)s FROM clients_client c
WHERE c.firm_id = %(firm)s AND c.state = 'active' AND c.merged_into_id IS NULL AND c.erased_at IS NULL
ON CONFLICT (client_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingDetails:
    """In whose name, and how much at a time."""

    sender_name: str = ""
    reply_to: str = ""
    pressure_days: int = 7
    per_minute: int = 60


def locked_settings() -> MailSettings:
    """The firm's one row, made when it is first needed."""
    found: MailSettings = MailSettings.objects.select_for_update().get_or_create()[0]
    return found


@transaction.atomic
def begin(*, by: Membership, at: datetime) -> int:
    """The first access: every client who is active now is enabled, once (SIS-24). How many; later ones by hand."""
    settings = locked_settings()
    if settings.begun_at is not None:
        raise ValidationError(_("Sending has been enabled already."), code="begun")
    settings.begun_at, settings.begun_by = at, by
    settings.save(update_fields=["begun_at", "begun_by"])
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"firm": bound_firm_id(), "at": at, "by": by.pk})
        enabled = int(cursor.rowcount)
    audit.record("mail.begun", settings, by=by, after={"clients": enabled})
    batches.announce(list(present_clients().order_by().values_list("pk", flat=True)), FACT)
    return enabled


@transaction.atomic
def set_enabled(
    clients: QuerySet[Client], enabled: bool, *, by: Membership | None, at: datetime
) -> dict[int, bool | None]:
    """Enable clients or disable them; of each who changes how he stood before (None: not configured)."""
    chosen = list(clients.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    before = dict(Enablement.objects.filter(client__in=chosen).values_list("client_id", "enabled"))
    changing = [pk for pk in chosen if before.get(pk) is not enabled]
    _write(changing, enabled, by=by, at=at)
    batches.announce(changing, FACT)
    return {pk: before.get(pk) for pk in changing}


@transaction.atomic
def give_back(before: Mapping[int, bool | None], given: bool, *, by: Membership | None, at: datetime) -> list[int]:
    """Let the clients stand as before, unless somebody has decided otherwise since."""
    still = Enablement.objects.filter(client__in=list(before), enabled=given).order_by("pk").select_for_update()
    back = list(still.values_list("client_id", flat=True))
    Enablement.objects.filter(client__in=[pk for pk in back if before[pk] is None]).delete()
    for earlier in (True, False):
        _write([pk for pk in back if before[pk] is earlier], earlier, by=by, at=at)
    batches.announce(back, FACT)
    return back


@transaction.atomic
def enable_client(client: Client, enabled: bool, *, by: Membership, at: datetime) -> bool:
    """One client, by hand; whether that changed anything."""
    before = set_enabled(Client.objects.filter(pk=client.pk), enabled, by=by, at=at)
    if before:
        was = before[client.pk]
        audit.record("mail.enabled", client, by=by, before={FACT: was}, after={FACT: enabled})
    return bool(before)


@transaction.atomic
def choose_address(client: Client, chosen: Email, *, by: Membership, at: datetime) -> Client:
    """Of several addresses the one for communications (SIS-21)."""
    own = list(Email.objects.filter(client=client).order_by("position"))
    if chosen.pk not in {email.pk for email in own}:
        raise ValidationError({"address": ValidationError(_("The client has no such address."), code="unknown")})
    emails = [{**email_values(email), "for_communications": email.pk == chosen.pk} for email in own]
    return update_client(client, {"emails": emails}, version=None, by=by, at=at)  # type: ignore[typeddict-item]


@transaction.atomic
def edit_settings(details: SendingDetails, *, by: Membership) -> MailSettings:
    settings = locked_settings()
    before, after = audit.changes(settings, asdict(details))
    for name, value in after.items():
        setattr(settings, name, value)
    settings.clean_fields(exclude=["firm", "begun_by"])
    if after:
        settings.save(update_fields=list(after))
        audit.record("mailsettings.changed", settings, by=by, before=before, after=after)
    return settings


def _write(client_ids: Collection[int], enabled: bool, *, by: Membership | None, at: datetime) -> None:
    if client_ids:
        ids: Sequence[int] = sorted(client_ids)
        given: dict[str, Any] = {"firm": bound_firm_id(), "ids": ids, "enabled": enabled}
        with connection.cursor() as cursor:
            cursor.execute(ENABLE, {**given, "at": at, "by": by.pk if by else None})
