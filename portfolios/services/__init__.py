"""What can be done with typologies, portfolios, subjects, sales and values."""

from __future__ import annotations

from portfolios.services.ledger import (
    Refused,
    SaleDetails,
    correct_sale,
    enter_sale,
    enter_sales,
    restore_sale,
    reverse_sale,
)
from portfolios.services.links import LinkValues, set_link
from portfolios.services.portfolios import (
    activate_portfolio,
    activate_subject,
    create_portfolio,
    create_subject,
    deactivate_portfolio,
    deactivate_subject,
    delete_portfolio,
    edit_portfolio,
    edit_subject,
    set_default_portfolio,
)
from portfolios.services.typologies import TypologyValues, activate_typology, deactivate_typology, edit_typology
from portfolios.services.values import set_values

__all__ = [
    "LinkValues",
    "Refused",
    "SaleDetails",
    "TypologyValues",
    "activate_portfolio",
    "activate_subject",
    "activate_typology",
    "correct_sale",
    "create_portfolio",
    "create_subject",
    "deactivate_portfolio",
    "deactivate_subject",
    "deactivate_typology",
    "delete_portfolio",
    "edit_portfolio",
    "edit_subject",
    "edit_typology",
    "enter_sale",
    "enter_sales",
    "restore_sale",
    "reverse_sale",
    "set_default_portfolio",
    "set_link",
    "set_values",
]
