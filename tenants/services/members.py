"""People enter a firm, change what they may do, and leave it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tenants import audit
from tenants.binding import bound_firm
from tenants.enums import Role
from tenants.models import ApiToken, Membership, Session, User

RIGHTS = ("role", "enters_appointments", "edits_groups")
OWN_SETTINGS = ("name", "language", "theme", "single_key_shortcuts", "signature")


@transaction.atomic
def add_member(
    email: str, *, name: str, role: str, password: str | None = None, by: Membership | None = None
) -> Membership:
    """Make the person with this address a member of the bound firm; ``password`` counts only for a new user."""
    user = User.objects.filter(email__iexact=email).first() or _new_user(email, password)
    if Membership.objects.filter(user=user).exists():
        raise ValidationError(_("There is a member with this e-mail already."), code="already_member")
    member = Membership(user=user, name=name, role=role, language=bound_firm().language)
    member.clean_fields()
    member.save()
    audit.record("member.added", member, by=by, after={"email": user.email, "role": role})
    return member


def _new_user(email: str, password: str | None) -> User:
    user = User(email=email.lower())
    user.clean_fields(exclude=["password"])
    if password is not None:
        validate_password(password, user)
    return User.objects.create_user(email, password)


@transaction.atomic
def change_rights(member: Membership, *, by: Membership, **values: Any) -> None:
    """Change the role or what is granted to this person alone. Effective with the person's next request."""
    member, is_last_admin = _locked(member)
    before, after = audit.changes(member, {name: values[name] for name in RIGHTS if name in values})
    if is_last_admin and "role" in after:
        raise _last_admin()
    if not after:
        return
    for name, value in after.items():
        setattr(member, name, value)
    member.clean_fields()
    member.save(update_fields=[*after, "updated_at"])
    audit.record("member.rights_changed", member, by=by, before=before, after=after)


@transaction.atomic
def change_own_settings(member: Membership, **values: Any) -> None:
    """What somebody decides for himself; his colleagues see the name, so the change of it is audited."""
    before, after = audit.changes(member, {name: values[name] for name in OWN_SETTINGS if name in values})
    if not after:
        return
    for name, value in after.items():
        setattr(member, name, value)
    member.clean_fields()
    member.save(update_fields=[*after, "updated_at"])
    if "name" in after:
        audit.record("member.renamed", member, by=member, before=before, after=after)


@transaction.atomic
def deactivate_member(member: Membership, *, by: Membership, at: datetime) -> None:
    """End the person's access to the firm at once: his next request, and his tokens' next call, are refused.

    His sessions end as well, so that a reactivation does not bring an old log-in back.
    """
    member, is_last_admin = _locked(member)
    if member.pk == by.pk:
        raise ValidationError(_("You cannot deactivate yourself."), code="own_account")
    if not member.is_active:
        return
    if is_last_admin:
        raise _last_admin()
    member.is_active = False
    member.save(update_fields=["is_active", "updated_at"])
    ApiToken.objects.filter(member=member, revoked_at__isnull=True).update(revoked_at=at)
    Session.objects.filter(user=member.user_id).delete()
    audit.record("member.deactivated", member, by=by, before={"is_active": True}, after={"is_active": False})


@transaction.atomic
def reactivate_member(member: Membership, *, by: Membership) -> None:
    """Let the person in again. Tokens stay revoked."""
    member, _is_last_admin = _locked(member)
    if member.is_active:
        return
    member.is_active = True
    member.save(update_fields=["is_active", "updated_at"])
    audit.record("member.reactivated", member, by=by, before={"is_active": False}, after={"is_active": True})


def _locked(member: Membership) -> tuple[Membership, bool]:
    """The member as he stands now, and whether he is the only active administrator.

    All of them are locked with him, in one order, so that two cannot remove each other at the same moment.
    """
    concerned = Q(pk=member.pk) | Q(role=Role.ADMIN, is_active=True)
    locked = {row.pk: row for row in Membership.objects.select_for_update().filter(concerned).order_by("id")}
    admins = [pk for pk, row in locked.items() if row.role == Role.ADMIN and row.is_active]
    return locked[member.pk], admins == [member.pk]


def _last_admin() -> ValidationError:
    return ValidationError(_("A firm needs at least one active administrator."), code="last_admin")
