"""How campaigns are read: whom a member sees in them, what they answered, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clients.models import StatusChange
from clients.visibility import of_visible_clients
from communications.enums import CampaignResponse
from communications.models import Campaign, CampaignMember, ClientOpportunity
from tenants.models import Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came of a campaign, among the clients whom the reader sees, since each of them joined it."""

    answers: Mapping[str, int]
    # Into which commercial status they went: its name, and how many.
    statuses: list[tuple[str, int]]
    # Services proposed, and accepted, of the campaign's service or of all.
    proposed: int
    accepted: int
    cost: Decimal | None

    @property
    def members(self) -> int:
        return sum(self.answers.values())

    @property
    def answered(self) -> int:
        return self.members - self.answers.get(CampaignResponse.NONE, 0)

    @property
    def won(self) -> int:
        return self.answers.get(CampaignResponse.WON, 0)

    @property
    def answer_rate(self) -> float:
        return self.answered / self.members if self.members else 0.0

    @property
    def cost_per_win(self) -> Decimal | None:
        return (self.cost / self.won).quantize(Decimal("0.01")) if self.cost is not None and self.won else None


def campaigns() -> QuerySet[Campaign]:
    found: QuerySet[Campaign] = Campaign.objects.select_related("typology", "opportunity")
    return found.order_by("-starts_on", "-id")


def campaigns_with_counts(membership: Membership) -> QuerySet[Campaign]:
    """Each with how many members the reader sees, and how many of them answered and were won."""
    own = visible_members(membership).filter(campaign=OuterRef("pk")).order_by().values("campaign")

    def counted(which: Q) -> Coalesce:
        return Coalesce(Subquery(own.annotate(found=Count("pk", filter=which)).values("found")), 0)

    return campaigns().annotate(
        member_count=counted(Q()),
        answered_count=counted(~Q(response=CampaignResponse.NONE)),
        won_count=counted(Q(response=CampaignResponse.WON)),
    )


def visible_members(membership: Membership) -> QuerySet[CampaignMember]:
    rows = CampaignMember.objects.select_related("client", "campaign", "added_by")
    return rows.filter(of_visible_clients(membership)).order_by("-at", "-id")


def campaigns_of_client(client_id: int) -> QuerySet[CampaignMember]:
    rows: QuerySet[CampaignMember] = CampaignMember.objects.select_related("campaign").filter(client=client_id)
    return rows


def results_of(campaign: Campaign, membership: Membership) -> Results:
    """Four statements, however many members."""
    members = visible_members(membership).filter(campaign=campaign).order_by()
    counted = members.values("response").annotate(number=Count("pk")).values_list("response", "number")
    joined = Subquery(members.filter(client=OuterRef("client_id")).values("at")[:1])
    proposals = ClientOpportunity.objects.filter(client__in=members.values("client_id"))
    proposals = proposals.annotate(joined=joined).filter(opened_at__gte=F("joined"))
    if campaign.opportunity_id is not None:
        proposals = proposals.filter(opportunity=campaign.opportunity_id)
    changes = StatusChange.objects.filter(client__in=members.values("client_id"), to_status__isnull=False)
    changes = changes.annotate(joined=joined).filter(at__gte=F("joined")).order_by()
    became = changes.values("to_status__name").annotate(number=Count("client_id", distinct=True))
    figures = proposals.aggregate(proposed=Count("pk"), accepted=Count("pk", filter=Q(state="accepted")))
    return Results(
        answers=dict(counted),
        statuses=list(became.order_by("-number", "to_status__name").values_list("to_status__name", "number")),
        proposed=figures["proposed"],
        accepted=figures["accepted"],
        cost=campaign.cost,
    )
