"""How people, tokens and the audit trail are read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from tenants.enums import Role
from tenants.models import ApiToken, AuditEvent, Invitation, Membership, Removal, TrailState
from tenants.permissions import PERMISSION_LABELS, ROLE_PERMISSIONS, Permission
from tenants.removals import RESTORABLE, kinds_needing

# How the trail is narrowed, and by which comparison.
WANTED = {
    "action": "action",
    "by": "by",
    "target_kind": "target_kind",
    "target_id": "target_id",
    "since": "at__gte",
    "until": "at__lt",
}

TOKEN = re.compile(r"^Bearer\s+cdz_(?P<firm>[0-9]{1,18})_(?P<secret>[A-Za-z0-9_-]{20,100})$")


@dataclass(frozen=True)
class PermissionRow:
    """One line of the page "Permissions": what, and for each role whether."""

    label: str
    allowed: list[bool]
    grant: str


@dataclass(frozen=True)
class PresentedToken:
    """A token as it came in: the firm it claims, and the hash of its secret."""

    firm_id: int
    secret_hash: str


def hash_secret(secret: str) -> str:
    """How secrets of 256 random bits are stored; a slow hash would add nothing to them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def presented_token(header: str) -> PresentedToken | None:
    """The token in an Authorization header, or None if there is none of our shape."""
    found = TOKEN.match(header)
    return PresentedToken(int(found["firm"]), hash_secret(found["secret"])) if found else None


def usable_token(presented: PresentedToken, *, at: datetime) -> ApiToken | None:
    """The bound firm's token, if it is neither revoked nor expired and its member and user are active."""
    return (
        ApiToken.objects.select_related("member__user")
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), secret_hash=presented.secret_hash)
        .filter(revoked_at__isnull=True, member__is_active=True, member__user__is_active=True)
        .first()
    )


def members() -> QuerySet[Membership]:
    """The people of the bound firm, by name."""
    return Membership.objects.select_related("user").order_by("name", "id")


def active_members() -> QuerySet[Membership]:
    return members().filter(is_active=True)


def member_names() -> dict[int, str]:
    """The names of the firm's people, by id."""
    return dict(Membership.objects.values_list("id", "name"))


def tokens_of(member: Membership) -> QuerySet[ApiToken]:
    """The tokens that somebody may see: an administrator all of the firm's, everybody else his own."""
    tokens = ApiToken.objects.select_related("member").order_by(F("revoked_at").desc(nulls_first=True), "-id")
    return tokens if member.can(Permission.MANAGE_PEOPLE) else tokens.filter(member=member)


def open_invitations(*, at: datetime) -> QuerySet[Invitation]:
    """Neither accepted, nor revoked, nor expired."""
    return Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)


def find_invitation(secret: str, *, at: datetime) -> Invitation | None:
    """The bound firm's open invitation with this secret."""
    return open_invitations(at=at).filter(secret_hash=hash_secret(secret)).first()


def audit_trail(*, about: Q | None = None, **wanted: Any) -> QuerySet[AuditEvent]:
    """The firm's audit trail, narrowed by whatever is given; ``about`` is a condition on what the lines tell of."""
    given = {WANTED[name]: value for name, value in wanted.items() if value not in ("", None)}
    return AuditEvent.objects.select_related("by").filter(about or Q(), **given)


def trail_state() -> TrailState | None:
    """What the last verification of the firm's trail found."""
    return TrailState.objects.first()


def permission_table() -> list[PermissionRow]:
    """The table of permissions with a column for each role, as it is decided in ``permissions.py``."""
    grants = {
        Permission.ENTER_APPOINTMENTS: _("can be withdrawn from a person"),
        Permission.EDIT_GROUPS: _("can be granted to an advisor"),
    }
    return [
        PermissionRow(
            str(PERMISSION_LABELS[permission]),
            [permission in ROLE_PERMISSIONS[role] for role in Role],
            grants.get(permission, ""),
        )
        for permission in Permission
    ]


def removals(member: Membership, *, at: datetime) -> QuerySet[Removal]:
    """What of the last month's deletions the member may take back: his own, or all if he configures the firm."""
    rows: QuerySet[Removal] = Removal.objects.filter(at__gt=at - RESTORABLE).select_related("by").order_by("-at", "-id")
    if member.can(Permission.CONFIGURE):
        return rows
    return rows.filter(by=member, kind__in=kinds_needing(member.can))
