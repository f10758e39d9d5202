"""What ``firm/`` shows of outcomes: the parameters of recording and the Monday mail (IFY-46, IFY-54 … IFY-56)."""

from __future__ import annotations

from typing import Any

from outcomes import queries
from outcomes.queries.points_mail import points_mail
from tenants.firm_parameters import Parameters, contribute
from tenants.permissions import Permission


def _recording() -> dict[str, Any]:
    found = queries.parameters()
    return {
        "standard_time": found.standard_time and found.standard_time.isoformat(),
        "charge_days": found.charge_days,
        "call_centre_category": found.call_centre_category_id,
    }


def _mail() -> dict[str, Any]:
    found = points_mail()
    return {"automatic": found is None or found.automatic, "addresses": found.addresses if found else []}


def register() -> None:
    contribute(Parameters("outcomes", _recording))
    contribute(Parameters("points_mail", _mail, Permission.CONFIGURE))
