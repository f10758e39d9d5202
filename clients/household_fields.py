"""What the catalogue knows of a client's household as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, FieldGroup
from clients.fields import MoneyField
from clients.filters import types
from clients.filters.compile import ByNumber, Computed, OneValue
from clients.models import Client, Profile


def household_aum() -> CatalogueField:
    """The assets of all who are in the client's household, he among them (domain 6.1: the sum of household RFA)."""
    return CatalogueField(
        name="household.aum",
        label=_("RFA of the household"),
        group=FieldGroup.WEALTH,
        type=types.MONEY,
        read=lambda client, today: (_sum_of_household(client),),
        prefetch=("profile__household__profiles__client",),
        source=ByNumber(many=_HouseholdTotal(), few=Computed(lambda today: _household_total())),
        sort="household_total",
        sort_join=lambda clients: clients.annotate(household_total=_household_total()),
    )


class _HouseholdTotal(OneValue):
    """Summed once, household by household: asked client by client it takes three times as long (docs/benchmarks.md)."""

    def lookup(self, name: str, operand: Any, today: date) -> Q:
        if name == "isnull":
            has_one = self._among(total__isnull=False)
            return ~has_one if operand else has_one
        return self._among(**{f"total__{name}": operand})

    def on_day(self, month: int, day: int, today: date) -> Q:
        raise TypeError("an amount is no day")

    def value(self, today: date) -> ExpressionWrapper[Any]:
        return _household_total()

    def _among(self, **wanted: Any) -> Q:
        inside = Profile.objects.filter(
            household__isnull=False, client__merged_into__isnull=True, client__erased_at__isnull=True
        )
        total = ExpressionWrapper(Sum("client__aum"), output_field=MoneyField())
        summed = inside.order_by().values("household").annotate(total=total).filter(**wanted)
        return Q(profile__household__in=summed.values("household"))


def _household_total() -> ExpressionWrapper[Any]:
    return ExpressionWrapper(Subquery(_totals_of_households()), output_field=MoneyField())


def _totals_of_households() -> QuerySet[Any]:
    """Of the household of the row that asks."""
    members = Profile.objects.filter(
        household=OuterRef("profile__household"),
        firm_id=OuterRef("firm_id"),
        client__merged_into__isnull=True,
        client__erased_at__isnull=True,
    )
    totals: QuerySet[Any] = members.order_by().values("household").annotate(total=Sum("client__aum")).values("total")
    return totals


def _sum_of_household(client: Client) -> Decimal | None:
    household = getattr(getattr(client, "profile", None), "household", None)
    members = [profile.client for profile in household.profiles.all()] if household else []
    known = [one.aum for one in members if one.aum is not None and one.merged_into_id is None and not one.erased_at]
    return sum(known, Decimal(0)) if known else None
