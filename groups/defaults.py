"""The viste that every firm receives: an advisor's set, services, accounting data (SIS-07, SIS-08, XCT-05).

Rows in the firm's language; they are not changed but copied (O-40), so that a later release may supply better ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clients.defaults import Words
from groups.enums import ViewLayout
from groups.models import View
from tenants.binding import bound_firm


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedView:
    key: str
    name: Words
    description: Words
    filter: dict[str, Any] | None = None
    columns: tuple[str, ...] = ()
    ordering: str = "name"
    grouping: str = ""
    layout: str = ViewLayout.TABLE

    def values(self, language: str) -> dict[str, Any]:
        """Of the row of a firm of that language."""
        return {
            "name": self.name.of(language),
            "description": self.description.of(language),
            "filter": self.filter,
            "columns": list(self.columns),
            "ordering": self.ordering,
            "grouping": self.grouping,
            "layout": self.layout,
        }


def _is(name: str, op: str, value: object = None) -> dict[str, Any]:
    return {"field": name, "op": op} | ({} if value is None else {"value": value})


PLAN = ("plan.last_meeting_on", "plan.next_meeting_on", "plan.due_on")
YEAR = ("year.latest", "year.regime", "year.invoices_issued", "year.total_assets", "year.revenue")

ADVISOR = (
    SuppliedView(
        key="to_meet",
        name=Words("Da incontrare", "To be met"),
        description=Words(
            "Nessun incontro fissato, e la data ipotetica è passata o cade entro 30 giorni.",
            "No meeting planned, and the hypothetical date is past or within 30 days.",
        ),
        filter={"all": [_is("plan.due_on", "due_within_days", 30), _is("plan.next_meeting_on", "empty")]},
        columns=("advisor", "aum", *PLAN),
        ordering="plan.due_on",
        grouping="plan.due_on",
    ),
    SuppliedView(
        key="by_status",
        name=Words("Stato commerciale", "Commercial status"),
        description=Words("I clienti per stato, come bacheca.", "The clients by status, as a board."),
        columns=("status", "advisor", "aum", "plan.next_meeting_on"),
        ordering="-aum",
        grouping="status",
        layout=ViewLayout.BOARD,
    ),
    SuppliedView(
        key="by_wealth",
        name=Words("Fasce di RFA", "Bands of RFA"),
        description=Words("Quanti clienti e quanto patrimonio in ogni fascia.", "How many clients, how much wealth."),
        columns=("advisor", "status", "aum", "liquidity", "outside_wealth"),
        ordering="-aum",
        grouping="aum",
    ),
    SuppliedView(
        key="by_advisor",
        name=Words("Consulenti", "Advisors"),
        description=Words("Chi segue quanti clienti, e quanto valgono.", "Who serves how many clients."),
        columns=("advisor", "status", "aum", *PLAN),
        grouping="advisor",
    ),
    SuppliedView(
        key="by_age",
        name=Words("Fasce d’età", "Bands of age"),
        description=Words("Per previdenza, LTC e passaggio generazionale.", "For pensions, care and succession."),
        columns=("age", "advisor", "profession", "aum"),
        ordering="-age",
        grouping="age",
    ),
    SuppliedView(
        key="by_risk",
        name=Words("Profilo di rischio", "Risk profile"),
        description=Words("Con la scadenza del questionario MiFID.", "With the expiry of the MiFID questionnaire."),
        columns=("risk_profile", "questionnaire_expires_on", "advisor", "aum"),
        grouping="risk_profile",
    ),
    SuppliedView(
        key="expiring",
        name=Words("In scadenza", "Expiring"),
        description=Words(
            "Documento, questionario MiFID o polizza in scadenza entro 60 giorni o già scaduti.",
            "Identity document, MiFID questionnaire or policy that expires within 60 days, or has.",
        ),
        filter={
            "any": [
                _is("document_expires_on", "due_within_days", 60),
                _is("questionnaire_expires_on", "due_within_days", 60),
                _is("policy.expires_on", "within_next_days", 60),
            ]
        },
        columns=("advisor", "document_expires_on", "questionnaire_expires_on", "policy.expires_on"),
        ordering="document_expires_on",
    ),
)
SERVICES = (
    SuppliedView(
        key="services_matrix",
        name=Words("Clienti e servizi", "Clients and services"),
        description=Words(
            "Come sta ogni servizio con ogni cliente, e a chi non è mai stato proposto.",
            "How each service stands with each client, and who was never offered it.",
        ),
        layout=ViewLayout.SERVICES,
    ),
    # SIS-07 b, SIS-08.
    SuppliedView(
        key="by_opportunity",
        name=Words("Opportunità di servizio", "Service opportunities"),
        description=Words("I clienti per opportunità aperta.", "The clients by open opportunity."),
        columns=("opportunities.open", "opportunities.opened_on", "advisor", "status", "aum"),
        grouping="opportunities.open",
    ),
    # SIS-07 c.
    SuppliedView(
        key="by_active_service",
        name=Words("Servizi di fatturazione attivi", "Active billing services"),
        description=Words("I clienti per servizio già attivo.", "The clients by service that is active already."),
        columns=("service.active", "year.invoices_issued", "year.revenue", "advisor"),
        grouping="service.active",
    ),
)
# SIS-07 a, SIS-11, SIS-12.
ACCOUNTS = (
    SuppliedView(
        key="by_year",
        name=Words("Esercizio", "Financial year"),
        description=Words("I clienti per ultimo esercizio.", "The clients by their latest financial year."),
        filter=_is("year.latest", "not_empty"),
        columns=YEAR,
        grouping="year.latest",
    ),
    SuppliedView(
        key="by_regime",
        name=Words("Regime contabile", "Accounting regime"),
        description=Words("I clienti per regime dell’ultimo esercizio.", "The clients by regime of the latest year."),
        filter=_is("year.latest", "not_empty"),
        columns=YEAR,
        grouping="year.regime",
    ),
    SuppliedView(
        key="by_revenue",
        name=Words("Dati quantitativi", "Quantities"),
        description=Words(
            "Fatture emesse, totale attivo e fatturato, per fasce di fatturato.",
            "Invoices issued, total assets and revenue, by bands of revenue.",
        ),
        filter=_is("year.latest", "not_empty"),
        columns=YEAR,
        grouping="year.revenue",
    ),
    SuppliedView(
        key="by_filing",
        name=Words("Adempimenti da fare", "Filings to do"),
        description=Words("I clienti per adempimento non ancora fatto.", "The clients by filing that is not done yet."),
        filter=_is("filing.open_type", "not_empty"),
        columns=("filing.open_type", "filing.due_on", "advisor"),
        grouping="filing.open_type",
    ),
)


def supplied() -> Iterator[SuppliedView]:
    yield from (*ADVISOR, *SERVICES, *ACCOUNTS)


def load(scheme: str) -> None:
    """The rows for the bound firm, whatever its scheme. Loading twice adds nothing."""
    language = bound_firm().language
    View.objects.bulk_create(
        [View(key=each.key, position=place, **each.values(language)) for place, each in enumerate(supplied(), start=1)],
        ignore_conflicts=True,
    )
