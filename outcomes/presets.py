"""The category of clients that a call-centre operator enters (IFY-55, O-30)."""

from __future__ import annotations

from clients import presets
from clients.values import ClientValues
from outcomes.queries.parameters import parameters
from tenants.enums import Role
from tenants.models import Membership


def of_the_call_centre(member: Membership) -> ClientValues:
    """One that is no longer offered is not set any more."""
    category = parameters().call_centre_category if member.role == Role.OPERATOR else None
    return {"category": category} if category is not None and category.active else {}


presets.contribute(of_the_call_centre)
