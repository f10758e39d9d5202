"""For every page that names a row in its address: a row of the firm, to be looked for by strangers.

One line for each view: its name, and a function that makes the row and returns the parameters of the address. It is
called with the firm's administrator, the firm bound. A page without an example fails the build.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from tenants import services
from tenants.enums import Role, Scope
from tenants.models import Membership

Example = Callable[[Membership], dict[str, Any]]


def invitation(admin: Membership) -> dict[str, Any]:
    made = services.invite("guest@example.org", name="Guest", role=Role.ADVISOR, by=admin, at=timezone.now())
    return {"pk": made.pk}


def token(admin: Membership) -> dict[str, Any]:
    return {"pk": services.create_token(admin, name="example", scopes=[Scope.READ], by=admin).row.pk}


def member(admin: Membership) -> dict[str, Any]:
    return {"pk": admin.pk}


EXAMPLES: dict[str, Example] = {
    # tenants
    "tenants:member_edit": member,
    "tenants:member_deactivate": member,
    "tenants:member_reactivate": member,
    "tenants:invitation_revoke": invitation,
    "tenants:token_revoke": token,
}
