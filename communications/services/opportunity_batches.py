"""The same for many clients at once, in a number of statements that does not depend on how many they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from clients.company_links import companies_of
from clients.models import Client
from clients.services import batches
from communications.enums import OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.services.endings import Ending
from tenants.models import Membership

# Under which listeners hear that the services of a client changed.
FACT = "opportunities"
# What another system may tell anew.
TOLD = ("state", "notes", "outcome_note", "opened_at", "closed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOpportunity:
    """A proposal as another system or a file knows it: open, or closed already."""

    client_id: int
    opportunity: ServiceOpportunity
    opened_at: datetime
    state: OpportunityState = OpportunityState.OPEN
    closed_at: datetime | None = None
    notes: str = ""
    outcome_note: str = ""
    external_source: str = ""
    external_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """By which it is known again; nothing without an id."""
        return (self.external_source, self.external_id) if self.external_id else ("", "")


@dataclass(frozen=True, slots=True)
class Refused:
    """One that was not entered, by its place among those given."""

    place: int
    code: str


@transaction.atomic
def enter_opportunities(entries: Sequence[NewOpportunity], *, by: Membership | None) -> list[Refused]:
    """Many at once, in a number of statements that does not depend on how many; the trail is the caller's.

    One whose external key is known is brought up to date. Of two open proposals of one service to one client the first
    counts. Who is refused is said by place.
    """
    known = set(_locked_clients(Client.objects.filter(pk__in={entry.client_id for entry in entries})))
    plan = _Plan(known, open_pairs(known), _by_key(entries))
    companies = companies_of(known)
    new, changed = [], []
    for place, entry in enumerate(entries):
        row = plan.row_of(entry)
        if plan.refuses(place, entry, row):
            continue
        if row is None:
            new.append(_row(entry, companies, by))
        elif _update(row, entry, by):
            changed.append(row)
    ClientOpportunity.objects.bulk_update(changed, [*TOLD, "closed_by", "version", "updated_at"], batch_size=1_000)
    ClientOpportunity.objects.bulk_create(new, batch_size=2_000)
    announce({row.client_id for row in (*new, *changed)})
    return plan.refused


def associate(
    clients: QuerySet[Client], opportunity: ServiceOpportunity, *, notes: str, by: Membership, at: datetime
) -> dict[int, int]:
    """Open it for all the clients for whom it is not; the row that each of them received."""
    having = ClientOpportunity.objects.filter(opportunity=opportunity, closed_at__isnull=True).values("client_id")
    chosen = _locked_clients(clients.exclude(pk__in=having))
    companies = companies_of(chosen)
    rows = [
        ClientOpportunity(
            client_id=pk,
            company_id=companies.get(pk),
            opportunity=opportunity,
            notes=notes,
            opened_at=at,
            opened_by=by,
        )
        for pk in chosen
    ]
    made = ClientOpportunity.objects.bulk_create(rows, batch_size=2_000)
    announce(chosen)
    return {row.client_id: row.pk for row in made}


def dissociate(rows: Mapping[int, int]) -> list[int]:
    """Take back what ``associate`` gave, where nobody has touched it since."""
    given = ClientOpportunity.objects.filter(pk__in=list(rows.values()), version=1, closed_at__isnull=True)
    back = list(given.order_by("pk").select_for_update(of=("self",)).values_list("client_id", flat=True))
    given.delete()
    announce(back)
    return back


def close_all(
    clients: QuerySet[Client], opportunity: ServiceOpportunity, ending: Ending, *, by: Membership, at: datetime
) -> dict[int, list[int]]:
    """Close what the clients have open of a service; of each the row and the version that it had."""
    chosen = _locked_clients(clients)
    rows = ClientOpportunity.objects.filter(client__in=chosen, opportunity=opportunity, closed_at__isnull=True)
    before = {row.client_id: [row.pk, row.version] for row in rows}
    rows.update(
        state=ending.state,
        outcome_note=ending.note.strip(),
        closed_at=at,
        closed_by=by,
        version=F("version") + 1,
        updated_at=at,
    )
    announce(before)
    return before


def open_all(before: Mapping[int, Sequence[int]], *, at: datetime) -> list[int]:
    """Open again what ``close_all`` closed, where nobody has touched it or proposed the service anew since."""
    _locked_clients(Client.objects.filter(pk__in=list(before)))
    closed = {row.pk: row for row in ClientOpportunity.objects.filter(pk__in=[pk for pk, _v in before.values()])}
    pairs = open_pairs(set(before))
    back = [
        row
        for pk, version in before.values()
        if (row := closed.get(pk)) is not None
        and row.version == version + 1
        and (row.client_id, row.opportunity_id) not in pairs
    ]
    ClientOpportunity.objects.filter(pk__in=[row.pk for row in back]).update(
        state=OpportunityState.OPEN,
        closed_at=None,
        closed_by=None,
        outcome_note="",
        version=F("version") + 1,
        updated_at=at,
    )
    found = [row.client_id for row in back]
    announce(found)
    return found


@dataclass
class _Plan:
    """What is known before, and what has been judged so far."""

    clients: Collection[int]
    taken: set[tuple[int, int]]
    rows: Mapping[tuple[str, str], ClientOpportunity]
    seen: set[tuple[str, str]] = field(default_factory=set)
    refused: list[Refused] = field(default_factory=list)

    def row_of(self, entry: NewOpportunity) -> ClientOpportunity | None:
        return self.rows.get(entry.key) if entry.external_id else None

    def refuses(self, place: int, entry: NewOpportunity, row: ClientOpportunity | None) -> bool:
        code = self._fault(entry, row)
        if code:
            self.refused.append(Refused(place, code))
            return True
        self.seen.add(entry.key)
        pair = (entry.client_id, entry.opportunity.pk)
        if entry.state == OpportunityState.OPEN:
            self.taken.add(pair)
        elif row is not None and row.is_open:
            self.taken.discard(pair)
        return False

    def _fault(self, entry: NewOpportunity, row: ClientOpportunity | None) -> str:
        is_open = entry.state == OpportunityState.OPEN
        is_same = row is None or (row.client_id, row.opportunity_id) == (entry.client_id, entry.opportunity.pk)
        is_taken = (entry.client_id, entry.opportunity.pk) in self.taken and (row is None or not row.is_open)
        faults = {
            "unknown_client": entry.client_id not in self.clients,
            "other_client": not is_same,
            "repeated_key": bool(entry.external_id) and entry.key in self.seen,
            "closing_date": is_open != (entry.closed_at is None),
            "closed_before_opened": entry.closed_at is not None and entry.closed_at < entry.opened_at,
            "already_open": is_open and is_taken,
        }
        return next((code for code, holds in faults.items() if holds), "")


def _by_key(entries: Sequence[NewOpportunity]) -> dict[tuple[str, str], ClientOpportunity]:
    ids = {entry.external_id for entry in entries if entry.external_id}
    rows = ClientOpportunity.objects.filter(external_id__in=ids).select_for_update(of=("self",)).order_by("pk")
    return {(row.external_source, row.external_id): row for row in rows}


def _update(row: ClientOpportunity, entry: NewOpportunity, by: Membership | None) -> bool:
    """Whether it says something new."""
    said = {name: getattr(entry, name) for name in TOLD}
    if said == {name: getattr(row, name) for name in TOLD}:
        return False
    for name, value in said.items():
        setattr(row, name, value)
    row.closed_by = by if entry.closed_at else None
    row.version, row.updated_at = row.version + 1, timezone.now()
    return True


def _row(entry: NewOpportunity, companies: Mapping[int, int], by: Membership | None) -> ClientOpportunity:
    return ClientOpportunity(
        client_id=entry.client_id,
        company_id=companies.get(entry.client_id),
        opportunity=entry.opportunity,
        opened_by=by,
        closed_by=by if entry.closed_at else None,
        external_source=entry.external_source,
        external_id=entry.external_id,
        **{name: getattr(entry, name) for name in TOLD},
    )


def open_pairs(client_ids: Collection[int]) -> set[tuple[int, int]]:
    rows = ClientOpportunity.objects.filter(client__in=list(client_ids), closed_at__isnull=True)
    return set(rows.values_list("client_id", "opportunity_id"))


def _locked_clients(clients: QuerySet[Client]) -> list[int]:
    """In one order, so that two batches cannot wait for each other, and nobody opens the same twice."""
    return list(clients.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def announce(client_ids: Collection[int]) -> None:
    """Put the clients on the night's list, and tell whoever listens."""
    batches.announce(client_ids, FACT)
