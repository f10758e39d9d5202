"""API tokens: shown once, stored as a hash, carrying the id of their firm."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tenants import audit, queries
from tenants.enums import Scope
from tenants.models import ApiToken, Membership

HINT = 4
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """A token at the one moment when its secret is known."""

    row: ApiToken
    secret: str


@transaction.atomic
def create_token(
    member: Membership,
    *,
    name: str,
    scopes: Sequence[str],
    by: Membership | None,
    expires_at: datetime | None = None,
) -> NewToken:
    """Give ``member`` a token. What it may do is both its scopes and what its member may."""
    if not scopes or set(scopes) - set(Scope.values):
        raise ValidationError({"scopes": ValidationError(_("Scopes are read, write and admin."), code="invalid_scope")})
    random = secrets.token_urlsafe(32)
    row = ApiToken(
        member=member,
        name=name,
        secret_hash=queries.hash_secret(random),
        hint=random[-HINT:],
        scopes=[scope for scope in Scope.values if scope in scopes],
        expires_at=expires_at,
    )
    row.clean_fields()
    row.save()
    audit.record("token.created", row, by=by, after={"name": name, "member": member.pk, "scopes": row.scopes})
    return NewToken(row, f"cdz_{row.firm_id}_{random}")


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Membership, at: datetime) -> None:
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
        audit.record("token.revoked", token, by=by, before={"name": token.name})


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Remember when the token was last used, at most once a minute."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
