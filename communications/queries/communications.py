"""How generations and communications are read."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from clients.models import Client, Email
from clients.queries import visible_clients
from clients.visibility import of_visible_clients
from communications.enums import UNSENT, CommunicationState, RunState
from communications.models import AudienceMember, Communication, CommunicationRun
from tenants.models import Membership
from tenants.permissions import Permission

# Beside the stored states: unsent, and the client's address is no longer the one that was frozen (O-42).
STALE = "stale"


def is_current() -> Q:
    """The frozen address is the one that the client's communications go to now (``addresses.reachable`` in SQL)."""
    own = Email.objects.filter(firm_id=OuterRef("firm_id"), client_id=OuterRef("client_id"))
    same = own.filter(address=OuterRef("address"))
    others = Email.objects.filter(firm_id=OuterRef("firm_id"), client_id=OuterRef("client_id"))
    is_alone = ~Exists(others.exclude(pk=OuterRef("pk")))
    return Q(Exists(same.filter(Q(for_communications=True) | is_alone)))


def visible_communications(member: Membership) -> QuerySet[Communication]:
    """Those of the clients whom the member may see."""
    rows: QuerySet[Communication] = Communication.objects.select_related("client", "run").defer("text", "run__body")
    return rows.filter(of_visible_clients(member))


def in_state(rows: QuerySet[Communication], state: str) -> QuerySet[Communication]:
    """One state, as the page shows them: what has to be generated again is not "generated"."""
    if state == STALE:
        return rows.filter(~is_current(), state__in=UNSENT)
    if state in UNSENT:
        return rows.filter(is_current(), state=state)
    return rows.filter(state=state) if state else rows


def counts_by_state(communications: QuerySet[Communication]) -> Mapping[str, int]:
    """How many are in each state, the derived one included, in two statements."""
    rows = communications.order_by()
    counts = {row["state"]: row["number"] for row in rows.values("state").annotate(number=Count("pk"))}
    stale = rows.filter(~is_current(), state__in=UNSENT).values("state").annotate(number=Count("pk"))
    for row in stale:
        counts[row["state"]] -= row["number"]
        counts[STALE] = counts.get(STALE, 0) + row["number"]
    return {state: counts.get(state, 0) for state in (STALE, *CommunicationState.values)}


def with_staleness(rows: QuerySet[Communication]) -> QuerySet[Communication]:
    """Each with ``is_stale``."""
    return rows.annotate(
        is_stale=Case(When(~is_current(), state__in=UNSENT, then=Value(True)), default=Value(False))  # noqa: FBT003
    )


def runs_of(member: Membership) -> QuerySet[CommunicationRun]:
    """A member's own generations; whoever may read the audit trail sees everybody's, but for dry runs."""
    runs: QuerySet[CommunicationRun] = CommunicationRun.objects.select_related("by", "template", "opportunity")
    own = Q(by=member)
    return runs.filter(own | ~Q(state=RunState.DRAFT)) if member.can(Permission.VIEW_AUDIT) else runs.filter(own)


def reasons_of(run: CommunicationRun) -> dict[str, int]:
    """How many of the audience are left out by each reason; the empty one: who is included."""
    rows = AudienceMember.objects.filter(run_id=run.pk).order_by().values("reason").annotate(number=Count("client_id"))
    return {row["reason"]: row["number"] for row in rows}


def audience_of(run: CommunicationRun, member: Membership, *, reason: str = "") -> QuerySet[Client]:
    """Who is included, or left out by one reason, as far as the member still sees them."""
    rows = AudienceMember.objects.filter(run_id=run.pk, reason=reason)
    return visible_clients(member).filter(pk__in=rows.values("client_id"))


def addresses_in(run: CommunicationRun, clients: list[Client]) -> dict[int, str]:
    rows = AudienceMember.objects.filter(run_id=run.pk, client_id__in=[client.pk for client in clients])
    return dict(rows.values_list("client_id", "address"))


def sharing_an_address(run: CommunicationRun) -> int:
    """How many of the included have an address that another one of them has too: each receives his own."""
    rows = AudienceMember.objects.filter(run_id=run.pk, reason="").order_by().values("address")
    return sum(row["number"] for row in rows.annotate(number=Count("client_id")).filter(number__gt=1))
