"""Campaigns: entered, joined by clients one by one or in bulk, answered (STY-40)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.company_links import companies_of
from clients.filters.folding import fold
from clients.models import Client
from clients.normalising import tidy
from clients.services import batches
from communications.enums import CampaignResponse, CampaignState
from communications.models import Campaign, CampaignMember, ServiceOpportunity
from portfolios.models import Typology
from tenants import audit
from tenants.models import Membership, Removal
from tenants.services import remove

MOST_CAMPAIGNS = 1_000
FACT = "campaigns"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetails:
    name: str
    starts_on: date
    ends_on: date | None = None
    state: CampaignState = CampaignState.PLANNED
    description: str = ""
    typology: Typology | None = None
    opportunity: ServiceOpportunity | None = None
    cost: Decimal | None = None

    def values(self) -> dict[str, Any]:
        plain = ("starts_on", "ends_on", "state", "cost")
        return {name: getattr(self, name) for name in plain} | {
            "name": tidy(self.name),
            "description": self.description.strip(),
            "typology_id": self.typology.pk if self.typology else None,
            "opportunity_id": self.opportunity.pk if self.opportunity else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    response: CampaignResponse
    note: str = ""


@transaction.atomic
def create_campaign(details: CampaignDetails, *, by: Membership | None) -> Campaign:
    if Campaign.objects.count() >= MOST_CAMPAIGNS:
        raise ValidationError(_("At most %(most)s campaigns."), code="too_many", params={"most": MOST_CAMPAIGNS})
    campaign = Campaign(**details.values(), created_by=by)
    _clean(campaign)
    campaign.save(force_insert=True)
    audit.record("campaign.created", campaign, by=by, after=_told(details.values()))
    return campaign


@transaction.atomic
def edit_campaign(
    campaign: Campaign, details: CampaignDetails, *, by: Membership, version: int | None = None
) -> Campaign:
    """Refused when the caller saw another version of it (XCT-08)."""
    locked: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if version is not None and locked.version != version:
        raise ValidationError(_("Somebody changed this in the meantime: look at it again."), code="stale")
    before, after = audit.changes(locked, details.values())
    for name, value in after.items():
        setattr(locked, name, value)
    if after:
        _clean(locked)
        locked.version += 1
        locked.save(update_fields=[*after, "version", "updated_at"])
        audit.record("campaign.changed", locked, by=by, before=_told(before), after=_told(after))
    return locked


@transaction.atomic
def delete_campaign(campaign: Campaign, *, by: Membership) -> Removal:
    """One that nobody has joined; any other is closed, for what was done stays on the time lines."""
    if CampaignMember.objects.filter(campaign=campaign).exists():
        raise ValidationError(_("This campaign has members: close it instead."), code="in_use")
    audit.record("campaign.deleted", campaign, by=by, before={"name": campaign.name})
    return remove(campaign, by=by)


@transaction.atomic
def add_members(campaign: Campaign, clients: QuerySet[Client], *, by: Membership, at: datetime) -> list[int]:
    """Those who do not belong to it yet; a number of statements that does not depend on how many. Who joined."""
    if campaign.state == CampaignState.CLOSED:
        raise ValidationError(_("This campaign is closed."), code="closed")
    having = CampaignMember.objects.filter(campaign=campaign).values("client_id")
    chosen = list(clients.exclude(pk__in=having).order_by().values_list("pk", flat=True))
    companies = companies_of(chosen)
    rows = (
        CampaignMember(campaign=campaign, client_id=pk, company_id=companies.get(pk), at=at, added_by=by)
        for pk in chosen
    )
    CampaignMember.objects.bulk_create(rows, batch_size=2_000, ignore_conflicts=True)
    batches.announce(chosen, FACT)
    audit.record("campaign.joined", campaign, by=by, after={"name": campaign.name, "clients": len(chosen)})
    return chosen


@transaction.atomic
def remove_members(campaign: Campaign, client_ids: Collection[int], *, by: Membership) -> list[int]:
    """Put in by mistake: only who has not answered. Who left."""
    rows = CampaignMember.objects.filter(campaign=campaign, client_id__in=client_ids, response=CampaignResponse.NONE)
    gone = list(rows.values_list("client_id", flat=True))
    rows.delete()
    batches.announce(gone, FACT)
    audit.record("campaign.left", campaign, by=by, after={"name": campaign.name, "clients": len(gone)})
    return gone


@transaction.atomic
def record_answer(member: CampaignMember, answer: Answer, *, by: Membership, at: datetime) -> CampaignMember:
    """What the client said; said again it replaces what was said before."""
    locked: CampaignMember = CampaignMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    values = asdict(answer) | {"note": answer.note.strip()}
    before, after = audit.changes(locked, values)
    for name, value in after.items():
        setattr(locked, name, value)
    if after:
        locked.clean_fields(exclude=["firm", "campaign", "client", "company", "added_by"])
        locked.responded_at = at if answer.response != CampaignResponse.NONE else None
        locked.save(update_fields=[*after, "responded_at"])
        batches.announce([locked.client_id], FACT)
        audit.record("campaign.answered", locked, by=by, before=before, after=after)
    return locked


def _clean(campaign: Campaign) -> None:
    campaign.clean_fields(exclude=["typology", "opportunity", "created_by"])
    if campaign.ends_on is not None and campaign.ends_on < campaign.starts_on:
        refusal = ValidationError(_("The end is before the beginning."), code="ends_before_it_starts")
        raise ValidationError({"ends_on": refusal})
    if campaign.cost is not None and campaign.cost < 0:
        raise ValidationError({"cost": ValidationError(_("A cost is not negative."), code="negative")})
    others = Campaign.objects.exclude(pk=campaign.pk).values_list("name", flat=True)
    if fold(campaign.name) in {fold(name) for name in others}:
        raise ValidationError({"name": ValidationError(_("This name is taken."), code="unique")})


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if value is None or isinstance(value, int) else str(value) for name, value in values.items()}
