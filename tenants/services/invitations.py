"""Inviting people by e-mail. The link carries the firm's id and a secret that is stored only as a hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit, queries
from tenants.models import Invitation, Membership
from tenants.services.members import add_member
from tenants.signals import person_invited

VALID_FOR = timedelta(days=7)


@transaction.atomic
def invite(email: str, *, name: str, role: str, by: Membership, at: datetime) -> Invitation:
    """Invite somebody; an earlier open invitation to the same address ends."""
    if Membership.objects.filter(user__email__iexact=email, is_active=True).exists():
        raise ValidationError(_("There is a member with this e-mail already."), code="already_member")
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email.lower(),
        name=name,
        role=role,
        secret_hash=queries.hash_secret(secret),
        invited_by=by,
        expires_at=at + VALID_FOR,
    )
    invitation.clean_fields()
    queries.open_invitations(at=at).filter(email=invitation.email).update(revoked_at=at)
    invitation.save()
    audit.record("invitation.sent", invitation, by=by, after={"email": invitation.email, "role": role})
    person_invited.send(Invitation, invitation=invitation, secret=secret)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Membership, at: datetime) -> None:
    if queries.open_invitations(at=at).filter(pk=invitation.pk).update(revoked_at=at):
        audit.record("invitation.revoked", invitation, by=by, before={"email": invitation.email})


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, at: datetime, name: str | None = None, password: str | None = None
) -> Membership:
    """Make the invited person a member, once; somebody who had left comes back with the invited role."""
    if not queries.open_invitations(at=at).filter(pk=invitation.pk).update(accepted_at=at):
        raise ValidationError(_("This invitation has expired or was used already."), code="invitation_ended")
    former = Membership.objects.select_for_update().filter(user__email__iexact=invitation.email).first()
    if former is None:
        member = add_member(invitation.email, name=name or invitation.name, role=invitation.role, password=password)
    else:
        former.is_active, former.role = True, invitation.role
        former.save(update_fields=["is_active", "role", "updated_at"])
        member = former
    audit.record("invitation.accepted", invitation, by=member, after={"member": member.pk, "role": member.role})
    return member
