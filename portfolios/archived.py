"""What of portfolios names rows without a key (a firm's archive)."""

from __future__ import annotations

from clients.archived import name_fields, name_fields_like
from portfolios.enums import HandoverAction
from tenants.archive.contents import Row, annotate, mark, plain

PORTFOLIO, SUBJECT = "portfolios.Portfolio", "portfolios.Subject"


def register() -> None:
    name_fields(main_portfolio=PORTFOLIO)
    name_fields_like(r"portfolio\.[0-9]+\.name", PORTFOLIO)
    name_fields_like(r"portfolio\.[0-9]+\.(agent|operator|agency|introducer)", SUBJECT)
    plain("portfolios.Typology", "recency_thresholds", "frequency_thresholds", "monetary_thresholds")
    plain("portfolios.Typology", "potentiality_thresholds", "palette")
    annotate("portfolios.PlannedHandover", ["argument"], _handovers)


def _handovers(rows: list[Row]) -> None:
    for row in rows:
        moved = PORTFOLIO if row["action"] == HandoverAction.PORTFOLIO else SUBJECT
        named = {"former": moved, "to": moved, "group": "groups.Group", "typology": "portfolios.Typology"}
        row["argument"] = {
            key: mark(named[key], value) if key in named else value for key, value in row["argument"].items()
        }
