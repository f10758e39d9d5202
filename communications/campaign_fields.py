"""Catalogue fields of campaigns: to which a client belongs, and what he answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients import catalogue
from clients.catalogue import CatalogueField, Choices, FieldGroup
from clients.filters import types
from clients.filters.compile import Column, Rows
from communications.enums import CampaignResponse
from communications.models import Campaign, CampaignMember


def _all() -> QuerySet[CampaignMember]:
    rows: QuerySet[CampaignMember] = CampaignMember.objects.all()
    return rows


def _campaigns() -> Choices:
    return list(Campaign.objects.order_by("-starts_on", "-id").values_list("pk", "name"))


def _answers() -> Choices:
    return list(CampaignResponse.choices)


def _belongs(client: Any, today: date) -> Iterable[object]:
    return [row.campaign_id for row in client.campaigns.all()]


def _named(client: Any, today: date) -> Iterable[object]:
    return [row.campaign.name for row in client.campaigns.all()]


def _answered(client: Any, today: date) -> Iterable[object]:
    return sorted({row.response for row in client.campaigns.all()})


def _answered_in_words(client: Any, today: date) -> Iterable[object]:
    return [CampaignResponse(code).label for code in sorted({row.response for row in client.campaigns.all()})]


catalogue.register(
    (
        CatalogueField(
            name="campaign.name",
            label=_("campaign"),
            group=FieldGroup.SERVICES,
            type=types.REFERENCE,
            read=_belongs,
            show=_named,
            prefetch=("campaigns",),
            prefetch_shown=("campaigns__campaign",),
            source=Rows(_all, Column("campaign_id")),
            choices=_campaigns,
            names=_campaigns,
        ),
        CatalogueField(
            name="campaign.response",
            label=_("answer to a campaign"),
            group=FieldGroup.SERVICES,
            type=types.CHOICE,
            read=_answered,
            show=_answered_in_words,
            prefetch=("campaigns",),
            source=Rows(_all, Column("response")),
            choices=_answers,
            names=_answers,
        ),
    )
)
