"""Rows of portfolios, for strangers to look for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

import portfolios.services
from portfolios.models import PlannedHandover, Portfolio, Sale, Subject, Typology
from portfolios.planned_handovers import plan_handover, withdraw_handover
from tenants.binding import local_today
from tenants.models import Membership
from tests.architecture.examples.clients import client
from tests.architecture.examples.example import Example
from tests.scheduling import making


def typology(admin: Membership) -> dict[str, Any]:
    return {"pk": Typology.objects.get(position=3).pk}


def portfolio(admin: Membership) -> dict[str, Any]:
    first = Typology.objects.get(position=1)
    return {"pk": portfolios.services.create_portfolio(first, by=admin, name=f"Example {Portfolio.objects.count()}").pk}


def subject(admin: Membership) -> dict[str, Any]:
    code = str(Subject.objects.count())
    return {"pk": portfolios.services.create_subject("agent", by=admin, code=code, name="Example").pk}


def sale(admin: Membership) -> dict[str, Any]:
    details = portfolios.services.SaleDetails(
        client=making.make_client(advisor=admin),
        date=local_today(admin.firm),
        amount=Decimal(10),
        typology=Typology.objects.get(position=1),
    )
    return {"pk": portfolios.services.enter_sale(details, by=admin, at=timezone.now()).pk}


def reversed_sale(admin: Membership) -> dict[str, Any]:
    made = Sale.objects.get(**sale(admin))
    portfolios.services.reverse_sale(made, reason="Example", by=admin, at=timezone.now())
    return {"pk": made.pk}


def buyer(admin: Membership) -> dict[str, Any]:
    return {"pk": Sale.objects.get(**sale(admin)).client_id}


def measures(admin: Membership) -> dict[str, Any]:
    return {**buyer(admin), "position": 1}


def planned_handover(admin: Membership) -> dict[str, Any]:
    generic = Portfolio.objects.get(is_default=True)
    other = Portfolio.objects.get(**portfolio(admin))
    on = local_today(admin.firm) + timedelta(days=30)
    said = {"former": generic, "to": other, "on": on}
    return {"pk": plan_handover("hand_over_portfolio", said, None, by=admin, at=timezone.now()).pk}


def withdrawn_handover(admin: Membership) -> dict[str, Any]:
    planned = PlannedHandover.objects.get(**planned_handover(admin))
    withdraw_handover(planned, by=admin, at=timezone.now())
    return {"pk": planned.pk}


PAGES: dict[str, Example] = {
    "portfolios:client_links": client,
    "portfolios:overview_typology": lambda admin: {"position": 1},
    "portfolios:overview_export": lambda admin: {"position": 1},
    "portfolios:portfolio_detail": portfolio,
    "portfolios:portfolio_export": portfolio,
    "portfolios:sale_create": lambda admin: {"client_pk": buyer(admin)["pk"]},
    "portfolios:sale_reverse": sale,
    "portfolios:sale_restore": reversed_sale,
    "portfolios:client_measures": buyer,
    "portfolios:client_typology": measures,
    "portfolios:values_edit": measures,
    "portfolios:values_clear": measures,
    "portfolios:typology_edit": typology,
    "portfolios:typology_levels": typology,
    "portfolios:level_counts": typology,
    "portfolios:typology_activate": typology,
    "portfolios:typology_deactivate": typology,
    "portfolios:portfolio_list": typology,
    "portfolios:portfolio_create": typology,
    "portfolios:portfolio_edit": portfolio,
    "portfolios:portfolio_activate": portfolio,
    "portfolios:portfolio_deactivate": portfolio,
    "portfolios:portfolio_make_default": portfolio,
    "portfolios:portfolio_delete": portfolio,
    "portfolios:handover_withdraw": planned_handover,
    "portfolios:handover_restore": withdrawn_handover,
    "portfolios:subject_edit": subject,
    "portfolios:subject_activate": subject,
    "portfolios:subject_deactivate": subject,
}

RESOURCES: dict[str, Example] = {
    "portfolio-types": typology,
    "portfolios": portfolio,
    "subjects": subject,
    "sales": sale,
    "planned-handovers": planned_handover,
}
