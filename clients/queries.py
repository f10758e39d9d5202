"""How clients are read. ``visible_clients`` is the only door to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from clients import normalising, search, status_origins, visibility
from clients.custom.values import values_of
from clients.fields import MoneyField
from clients.filters.folding import fold
from clients.models import (
    Access,
    Attachment,
    Client,
    ClientEdit,
    ClientMerge,
    Consent,
    CustomField,
    Email,
    Erasure,
    Household,
    Label,
    ListEntry,
    ManagementEvent,
    Note,
    Profile,
    Quantity,
    Status,
    StatusChange,
)
from clients.values import OF_CLIENT, OF_PROFILE, address_values, email_values, phone_values
from tenants.binding import bound_firm
from tenants.models import AuditEvent, Membership
from tenants.permissions import Permission

# Of the history of the status, what stands in every page of a client behind the arrow (STY-20).
LATEST_STATUSES = 10
# Up to so many clients who were searched for are named by their keys.
FEW = 200


def visible_clients(membership: Membership) -> QuerySet[Client]:
    """The clients whom the member may see; another one does not exist for him (XCT-01, XCT-02)."""
    clients = present_clients()
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return clients
    return clients.filter(visibility.seen_by(membership))


def present_clients() -> QuerySet[Client]:
    """The clients whom the firm has: not those merged into another one, nor who was erased."""
    clients: QuerySet[Client] = Client.objects.filter(merged_into__isnull=True, erased_at__isnull=True)
    return clients


def survivor_of(pk: int) -> int | None:
    """The client into whom this one was merged: where his old address leads."""
    found = Client.objects.filter(pk=pk, merged_into__isnull=False).values_list("merged_into_id", flat=True)
    return found.first()


def with_external_id(membership: Membership, source: str, external_id: str) -> tuple[Client | None, bool]:
    """The visible client with an integration's key, and whether the key is (still) his own: that of a client who was
    merged into him goes on resolving."""
    seen = visible_clients(membership).select_related("profile")
    client = seen.filter(external_source=source, external_id=external_id).first()
    if client is not None:
        return client, True
    merged = Client.objects.filter(external_source=source, external_id=external_id, merged_into__isnull=False)
    return seen.filter(pk__in=merged.values("merged_into_id")).first(), False


def companies_above(company: Client) -> list[Client]:
    """The parent company and what stands above it, nearest first; ends where a circle would close."""
    found: list[Client] = []
    nearest = Profile.objects.filter(client=company.pk).values_list("parent_company_id", flat=True).first()
    while nearest is not None and nearest not in {above.pk for above in found}:
        found.append(Client.objects.select_related("profile").get(pk=nearest))
        nearest = found[-1].profile.parent_company_id
    return found


def visible_households(membership: Membership) -> QuerySet[Household]:
    """The families of which the member sees somebody, and those in which nobody is yet."""
    households: QuerySet[Household] = Household.objects.filter(deleted_at__isnull=True)
    if membership.can(Permission.VIEW_ALL_CLIENTS):
        return households
    seen = Profile.objects.filter(client__in=visible_clients(membership), household__isnull=False)
    taken = Profile.objects.filter(household=OuterRef("pk"))
    return households.filter(Q(pk__in=seen.values("household_id")) | ~Exists(taken))


def deleted_household(membership: Membership, pk: int) -> Household | None:
    """A family that can be taken back, of whose members the caller sees one."""
    gone: Household | None = Household.objects.filter(pk=pk, deleted_at__isnull=False).first()
    if gone is None or not gone.taken_out:
        return gone
    seen = ClientEdit.objects.filter(pk__in=gone.taken_out, client__in=visible_clients(membership))
    return gone if seen.exists() else None


def with_totals(households: QuerySet[Household]) -> QuerySet[Household]:
    """The households with how many are in each, and the sum of their assets: of all members, whoever sees them."""
    inside = present_clients().filter(profile__household=OuterRef("pk")).order_by().values("profile__household")
    return households.annotate(
        members=Coalesce(Subquery(inside.annotate(found=Count("pk")).values("found")), 0),
        aum=Subquery(inside.annotate(total=Sum("aum")).values("total"), output_field=MoneyField()),
    )


def merges_of(client: Client) -> QuerySet[ClientMerge]:
    """What was merged into the client, latest first."""
    merges: QuerySet[ClientMerge] = ClientMerge.objects.filter(survivor=client)
    return merges.select_related("merged", "by", "undone_by").order_by("-at", "-id")


def consents_of(client: Client) -> QuerySet[Consent]:
    """The ledger, latest first."""
    lines: QuerySet[Consent] = Consent.objects.filter(client=client)
    return lines.select_related("by").order_by("-at", "-id")


def looks(
    *,
    by: Membership | None = None,
    client_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    since_time: time | None = None,
    until_time: time | None = None,
) -> QuerySet[Access]:
    """Who looked at whom (Garante 192/2011): of one member, at one client, within some time (GDPR art. 33)."""
    found: QuerySet[Access] = Access.objects.select_related("by")
    if by is not None:
        found = found.filter(by=by)
    if since is not None:
        found = found.filter(at__gte=_in_the_firm(since, since_time or time.min))
    if until is not None:
        found = found.filter(at__lte=_in_the_firm(until, until_time or time.max))
    return found.filter(seen__contains=[client_id]) if client_id else found


def _in_the_firm(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(bound_firm().time_zone))


def looks_at(client: Client) -> QuerySet[Access]:
    return looks(client_id=client.pk).order_by("-at", "-id")


def erasures() -> QuerySet[Erasure]:
    """The register, with how much is still locked and until when."""
    found: QuerySet[Erasure] = Erasure.objects.select_related("by").order_by("-at", "-id")
    return found.annotate(locked_records=Count("locked"), locked_until=Max("locked__until"))


def quantities() -> QuerySet[Quantity]:
    """The numbers that the firm follows from year to year, in its order."""
    found: QuerySet[Quantity] = Quantity.objects.order_by("position", "id")
    return found


def search_clients(clients: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Of ``clients`` those found by parts of the name, e-mail, telephone number, tax code or VAT number."""
    return search.matching(clients, text)


def of_found_clients(membership: Membership, text: str) -> Q:
    """Rows of whom a member finds. A few are named by their keys, so that what hangs on them is read along its index.

    As a subquery even one client among 100,000 let PostgreSQL walk a million recorded outcomes from the latest back.
    """
    found = search_clients(visible_clients(membership), text).order_by()
    few = list(found.values_list("pk", flat=True)[: FEW + 1])
    return Q(client__in=few if len(few) <= FEW else found.values("pk"))


def with_record(clients: QuerySet[Client]) -> QuerySet[Client]:
    """The clients with their profile and everything that it names.

    Companies and households by their keys: joined, of a firm that the planner takes for a row or two, each is held
    against each (clients.facts).
    """
    named = ("advisor", "contact", "specialist", "status", "category")
    of_profile = ("contact_role", "household_role", "rating", "link_type", "risk_profile")
    long = ("company", "parent_company", "household")
    clients = clients.select_related(*named, "profile", *(f"profile__{name}" for name in of_profile))
    return clients.prefetch_related(*(f"profile__{name}" for name in long))


def with_head(clients: QuerySet[Client]) -> QuerySet[Client]:
    """The clients with what the head of their page shows; ``latest_statuses`` in the same statement."""
    changes = StatusChange.objects.filter(client=OuterRef("pk")).order_by("-at", "-id")[:LATEST_STATUSES]
    told = changes.values(
        told=JSONObject(
            at="at",
            old="from_status__name",
            new="to_status__name",
            by="by__name",
            cause="cause",
            **status_origins.stored(),
        )
    )
    # Not the whole record: what the profile names is a dozen tables more, and every page of a client has the head.
    latest = clients.select_related("advisor", "status", "profile").annotate(latest_statuses=ArraySubquery(told))
    return latest.prefetch_related("emails", "phones", "client_labels__label")


def record_of(client: Client, names: Iterable[str]) -> dict[str, Any]:
    """The named parts of a client's record, in the shape in which services take them."""
    return {name: _part(client, name) for name in names}


def _part(client: Client, name: str) -> Any:
    if name in OF_CLIENT:
        return getattr(client, name)
    if name in OF_PROFILE:
        return getattr(client.profile, name)
    match name:
        case "emails":
            return [email_values(email) for email in client.emails.all()]
        case "phones":
            return [phone_values(phone) for phone in client.phones.all()]
        case "addresses":
            return [address_values(address) for address in client.addresses.all()]
        case "labels":
            return sorted((own.label for own in client.client_labels.all()), key=lambda row: row.pk)
        case "custom":
            return values_of([client.pk])[client.pk]
    raise KeyError(name)


def status_history(client: Client) -> QuerySet[StatusChange]:
    """From, to, when, by whom, why and from what; latest first (IFY-24, STY-20)."""
    changes = status_origins.with_origins(StatusChange.objects.filter(client=client))
    return changes.select_related("from_status", "to_status", "by").order_by("-at", "-id")


def visible_notes(membership: Membership, *, deleted: bool = False) -> QuerySet[Note]:
    """The notes about clients whom the member may see; those that were deleted only where they can be taken back."""
    notes = Note.objects.filter(visibility.of_visible_clients(membership), deleted_at__isnull=not deleted)
    return notes.select_related("client", "created_by")


def attachments_of(note: Note) -> QuerySet[Attachment]:
    return note.attachments.filter(deleted_at__isnull=True).select_related("created_by").order_by("id")


def visible_attachments(membership: Membership, *, deleted: bool = False) -> QuerySet[Attachment]:
    """Those of visible clients; what hangs on a deleted note is as deleted as the note."""
    files = Attachment.objects.filter(visibility.of_visible_clients(membership), note__deleted_at__isnull=True)
    return files.filter(deleted_at__isnull=not deleted).select_related("client", "note", "created_by")


def visible_management_events(membership: Membership) -> QuerySet[ManagementEvent]:
    events: QuerySet[ManagementEvent] = ManagementEvent.objects.filter(visibility.of_visible_clients(membership))
    return events.order_by("-at", "-id")


def statuses() -> QuerySet[Status]:
    found: QuerySet[Status] = Status.objects.order_by("position", "id")
    return found


def labels() -> QuerySet[Label]:
    found: QuerySet[Label] = Label.objects.order_by("name_key")
    return found


def list_entries(name: str) -> QuerySet[ListEntry]:
    found: QuerySet[ListEntry] = ListEntry.objects.filter(list_name=name).order_by("position", "id")
    return found


def custom_fields() -> QuerySet[CustomField]:
    """Every user field of the firm, inactive ones included."""
    found: QuerySet[CustomField] = CustomField.objects.order_by("position", "id")
    return found


def last_changed_by(client: Client) -> str:
    """The name of the member who changed the client last; empty when a job or an integration's command did."""
    events = AuditEvent.objects.filter(target_kind=Client._meta.label_lower, target_id=client.pk)
    event = events.select_related("by").order_by("-at", "-id").first()
    return event.by.name if event is not None and event.by is not None else ""


def possible_duplicates(
    *, tax_code: str = "", vat_number: str = "", emails: Iterable[str] = (), apart_from: Client | None = None
) -> QuerySet[Client]:
    """Other clients of the firm with the same tax code, VAT number or e-mail address (STY-17)."""
    keys = [fold(address) for address in emails if address]
    same = Email.objects.filter(address_key__in=keys).values("client_id")
    if tax_code:
        same = same.union(Client.objects.filter(tax_code=normalising.code(tax_code)).values("pk"))
    if vat_number:
        same = same.union(Client.objects.filter(vat_number=normalising.vat_number(vat_number)).values("pk"))
    found = present_clients().filter(pk__in=same).order_by("name_key", "pk")
    return found.exclude(pk=apart_from.pk) if apart_from is not None else found
