"""Entering a client and changing his record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction

from clients import cleaning, ledgers, presets, queries, search
from clients.changes import mark_changed
from clients.cleaning import Contacts
from clients.custom import values as custom
from clients.custom.definitions import PREFIX
from clients.enums import ClientKind, ConsentSource, StatusCause
from clients.models import Address, Client, ClientEdit, ClientLabel, Email, Phone, Profile, Status, StatusChange
from clients.refusals import StaleError
from clients.signals import clients_changed
from clients.snapshots import frozen
from clients.values import OF_CLIENT, OF_PROFILE, ClientValues, address_values, email_values, phone_values
from tenants import audit
from tenants.binding import bound_firm, local_today
from tenants.models import Membership

Contact = TypeVar("Contact", Email, Phone, Address)
# What the words of search are made of.
NAMES = {"created", "kind", "last_name", "first_name", "company_name"}


def create_client(
    values: ClientValues, *, by: Membership | None, at: datetime, cause: StatusCause = StatusCause.MANUAL
) -> Client:
    """Enter a person or company. Duplicates are warned about by the caller, not refused here (STY-17)."""
    values = presets.completed(values, by=by)
    client, profile = Client(kind=values.get("kind", ClientKind.PERSON)), Profile()
    cleaning.check_references(client, profile, values, held=())
    contacts = _fill(client, profile, values, at=at)
    # All that is refused has been refused. What fails from here on ends the transaction of the caller, who needs no
    # savepoint to go on.
    with transaction.atomic(savepoint=False):
        client.save(force_insert=True)
        profile.client = client
        profile.save(force_insert=True)
        _write_collections(client, contacts, values)
        custom.write(client, contacts.custom)
        if client.status_id:
            _note_status(client, None, by=by, at=at, cause=cause)
        audit.record("client.created", client, by=by, after=_plain(values))
        _keep_ledgers(client, {name for name in ledgers.CONSENTS | ledgers.LINKS if values.get(name)}, by, at, cause)
        _announce(client, {"created", "household"} if profile.household_id else {"created"})
    return client


@transaction.atomic
def update_client(
    client: Client,
    values: ClientValues,
    *,
    version: int | None,
    by: Membership | None,
    at: datetime,
    cause: StatusCause = StatusCause.MANUAL,
) -> Client:
    """Change what ``values`` names. Raises StaleError when the record is no longer of ``version`` (XCT-08)."""
    current = lock(client, version=version)
    if "tax_code" in values:
        # Whether a wrong one is kept goes with it, so that the undo knows it too.
        values = {"tax_code_kept": current.profile.tax_code_kept, **values}
    before = queries.record_of(current, values)
    cleaning.check_references(current, current.profile, values, held=before.get("labels", ()))
    return _rewrite(current, values, before, by=by, at=at, cause=cause)


def give_back(client: Client, values: ClientValues, *, by: Membership | None, at: datetime) -> Client:
    """Give a locked client parts of his record that he had before, those no longer on offer too."""
    before = queries.record_of(client, values)
    return _rewrite(client, values, before, by=by, at=at, cause=StatusCause.MANUAL)


def _rewrite(
    current: Client,
    values: ClientValues,
    before: dict[str, Any],
    *,
    by: Membership | None,
    at: datetime,
    cause: StatusCause,
) -> Client:
    old_status = current.status
    contacts = _fill(current, current.profile, values, at=at, held=before)
    after = queries.record_of(current, _apart_from_custom(values)) | _given(contacts, values)
    before |= custom.named(before.pop("custom", {}))
    changed = {name for name in after if before[name] != after[name]}
    if not changed:
        return current
    current.version += 1
    current.save()
    current.profile.save()
    _drop_collections(current, contacts, values)
    _write_collections(current, contacts, values)
    custom.write(current, {key: value for key, value in contacts.custom.items() if PREFIX + key in changed})
    if "status" in changed:
        _note_status(current, old_status, by=by, at=at, cause=cause)
    _keep(current, changed, before, after, by=by, at=at)
    _keep_ledgers(current, changed, by, at, cause)
    _announce(current, changed, before)
    return current


def _keep(
    client: Client,
    changed: set[str],
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    by: Membership | None,
    at: datetime,
) -> None:
    """In the audit trail in words, and for the undo exactly."""
    audit.record("client.changed", client, by=by, before=_only(changed, before), after=_only(changed, after))
    was, became = ({name: frozen(values[name]) for name in sorted(changed)} for values in (before, after))
    ClientEdit.objects.create(client=client, by=by, at=at, before=was, after=became)


def lock(client: Client, *, version: int | None) -> Client:
    """The client as he is now, his row locked; ``version`` is what the caller has seen (None: whatever it is)."""
    current = queries.with_record(Client.objects.all()).select_for_update(of=("self",)).get(pk=client.pk)
    if version is not None and version != current.version:
        raise StaleError(current, changed_by=queries.last_changed_by(current))
    return current


def _fill(
    client: Client, profile: Profile, values: ClientValues, *, at: datetime, held: Mapping[str, Any] | None = None
) -> Contacts:
    """Set what ``values`` names and check the whole; ``held`` is the record as it is, None for a new client."""
    for row, names in ((client, OF_CLIENT), (profile, OF_PROFILE)):
        for name in names:
            if name in values:
                setattr(row, name, values[name])  # type: ignore[literal-required]
    own = None if held is None else held.get("custom", {})
    return cleaning.clean(client, profile, values, today=local_today(bound_firm(), at=at), own=own)


def _apart_from_custom(values: ClientValues) -> list[str]:
    return [name for name in values if name != "custom"]


def _drop_collections(client: Client, contacts: Contacts, values: ClientValues) -> None:
    """Make room for what ``values`` gives anew."""
    given = {Email: contacts.emails, Phone: contacts.phones, Address: contacts.addresses}
    for model, rows in given.items():
        if rows is not None:
            model.objects.filter(client=client).delete()
    if "labels" in values:
        ClientLabel.objects.filter(client=client).delete()


def _write_collections(client: Client, contacts: Contacts, values: ClientValues) -> None:
    Email.objects.bulk_create(_numbered(client, contacts.emails))
    Phone.objects.bulk_create(_numbered(client, contacts.phones))
    Address.objects.bulk_create(_numbered(client, contacts.addresses))
    ClientLabel.objects.bulk_create([ClientLabel(client=client, label=label) for label in values.get("labels", ())])


def _numbered(client: Client, rows: list[Contact] | None) -> list[Contact]:
    for position, row in enumerate(rows or (), start=1):
        row.client, row.position = client, position
    return rows or []


def _note_status(
    client: Client, old: Status | None, *, by: Membership | None, at: datetime, cause: StatusCause
) -> None:
    company = client.profile.company_id
    change = {"from_status": old, "to_status": client.status, "at": at, "by": by, "cause": cause}
    StatusChange.objects.create(client=client, company_id=company, **change)


def _given(contacts: Contacts, values: ClientValues) -> dict[str, Any]:
    """The collections as they will be, in the shape of ``record_of``."""
    given: dict[str, Any] = {}
    if contacts.emails is not None:
        given["emails"] = [email_values(email) for email in contacts.emails]
    if contacts.phones is not None:
        given["phones"] = [phone_values(phone) for phone in contacts.phones]
    if contacts.addresses is not None:
        given["addresses"] = [address_values(address) for address in contacts.addresses]
    if "labels" in values:
        given["labels"] = sorted(values["labels"], key=lambda label: label.pk)
    return given | custom.named(contacts.custom)


def _keep_ledgers(client: Client, changed: set[str], by: Membership | None, at: datetime, cause: StatusCause) -> None:
    """Consents and links to companies that changed with the record (GDPR art. 7, STY-06)."""
    today = local_today(bound_firm(), at=at)
    if changed & ledgers.CONSENTS:
        source = {StatusCause.API: ConsentSource.API, StatusCause.IMPORT: ConsentSource.IMPORT}
        ledgers.note_consents([client.pk], source=source.get(cause, ConsentSource.RECORD), by=by, at=at, today=today)
    if changed & ledgers.LINKS:
        ledgers.follow_companies([client.pk], today=today)


def _announce(client: Client, changed: set[str], before: dict[str, Any] | None = None) -> None:
    if changed & NAMES:
        search.index_names([client.pk], mark=True)
    else:
        mark_changed([client.pk])
    clients_changed.send(Client, client_ids=[client.pk], changed=frozenset(changed), before=before or {})


def _only(names: set[str], record: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(record[name]) for name in sorted(names)}


def _plain(value: Any) -> Any:
    """As the audit trail keeps it: rows by their names, amounts and dates as text."""
    match value:
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case models.Model() | Decimal() | date():
            return str(value)
        case _:
            return value
