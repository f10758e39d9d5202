"""A firm's identity providers: kept, required, and whom they may vouch for (decision 0030)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit
from tenants.enums import Role
from tenants.models import Firm, IdentityProvider, Membership, ProviderAccount
from web.sealing import UnopenedError, seal, unseal

MOST = 5
DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# What the trail tells of a change; of the secret only that there is another one.
TOLD = (
    "name",
    "issuer",
    "application_id",
    "domains",
    "vouches_for_addresses",
    "asks_second_step",
    "sign_on_url",
)


@transaction.atomic
def save_provider(provider: IdentityProvider, values: Mapping[str, Any], *, by: Membership) -> IdentityProvider:
    """A new one, or a change of one; an empty ``secret`` leaves the present one."""
    is_new = provider.pk is None
    if is_new and IdentityProvider.objects.count() >= MOST:
        message = _("A firm has at most %(most)s identity providers.") % {"most": MOST}
        raise ValidationError(message, code="too_many")
    if is_new:
        provider.key = secrets.token_hex(10)
    given = {**values, "domains": _checked_domains(values["domains"])}
    secret = given.pop("secret", "")
    before, after = audit.changes(provider, given)
    for name, value in after.items():
        setattr(provider, name, value)
    if secret:
        provider.secret = seal(secret, purpose=provider.purpose)
    provider.save()
    facts = {name: value for name, value in after.items() if name in TOLD}
    former = {} if is_new else {name: before[name] for name in facts}
    action = "provider.created" if is_new else "provider.changed"
    renewed = {"secret_renewed": True} if secret or "certificates" in after else {}
    audit.record(action, provider, by=by, before=former, after=facts | renewed)
    return provider


@transaction.atomic
def switch_provider(provider: IdentityProvider, *, active: bool, by: Membership, firm: Firm) -> None:
    """Switched off it opens nothing from the next request on. Where it is required, the last one stays."""
    others = IdentityProvider.objects.filter(is_active=True).exclude(pk=provider.pk)
    if not active and firm.requires_single_sign_on and not others.exists():
        message = _("The firm requires it: take the requirement back first.")
        raise ValidationError(message, code="required")
    if provider.is_active != active:
        provider.is_active = active
        provider.save(update_fields=["is_active", "updated_at"])
        action = "provider.switched_on" if active else "provider.switched_off"
        audit.record(action, provider, by=by, before={"active": not active}, after={"active": active})


@transaction.atomic
def require_single_sign_on(firm: Firm, *, emergency: Membership, by: Membership) -> None:
    """From the next request on the firm opens by its provider alone, and to one administrator by the password."""
    tried = ProviderAccount.objects.filter(provider__is_active=True, member__is_active=True)
    if not tried.exists():
        message = _("Log in by the provider once, to see that it works: then it can be required.")
        raise ValidationError({"requires_single_sign_on": ValidationError(message, code="untried")})
    if emergency.role != Role.ADMIN or not emergency.is_active:
        message = _("Whoever keeps the password has to be an active administrator.")
        raise ValidationError({"emergency_user": ValidationError(message, code="no_admin")})
    keeping = Membership.objects.filter(keeps_own_log_in=True)
    if firm.requires_single_sign_on and keeping.filter(pk=emergency.pk).exists():
        return
    former = keeping.values_list("pk", flat=True).first()
    keeping.exclude(pk=emergency.pk).update(keeps_own_log_in=False)
    Membership.objects.filter(pk=emergency.pk).update(keeps_own_log_in=True)
    _keep(firm, required=True)
    audit.record("provider.required", firm, by=by, before={"member": former}, after={"member": emergency.pk})


@transaction.atomic
def release_single_sign_on(firm: Firm, *, by: Membership) -> None:
    """Everybody's own log-in opens the firm again."""
    if firm.requires_single_sign_on:
        keeping = Membership.objects.filter(keeps_own_log_in=True)
        former = keeping.values_list("pk", flat=True).first()
        keeping.update(keeps_own_log_in=False)
        _keep(firm, required=False)
        audit.record("provider.released", firm, by=by, before={"member": former})


def recognise(provider: IdentityProvider, *, subject: str, email: str, is_verified: bool, at: datetime) -> Membership:
    """The member of the bound firm whom its provider means, bound to the account there at the first time.

    Raises ValidationError; which of the reasons it was stands in the firm's trail, and only there.
    """
    try:
        return _recognised(provider, subject=subject, email=email, is_verified=is_verified, at=at)
    except ValidationError as refused:
        audit.record("provider.refused", provider, by=None, after={"reason": refused.code, "email": email[:254]})
        # Outside the savepoint that was rolled back: it stays, although the caller is refused.
        refusal = refused
    raise refusal


@transaction.atomic
def forget_account(account: ProviderAccount, *, by: Membership) -> None:
    """Who has another account at the provider now is recognised by the address once more."""
    audit.record("provider.account_forgotten", account.provider, by=by, before={"member": account.member_id})
    account.delete()


def opened_secret(provider: IdentityProvider) -> str:
    """Of a provider whose seal no longer opens nothing is left: its log-in fails until the secret is given anew."""
    try:
        return unseal(provider.secret, purpose=provider.purpose) if provider.secret else ""
    except UnopenedError:
        return ""


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


@transaction.atomic
def _recognised(provider: IdentityProvider, *, subject: str, email: str, is_verified: bool, at: datetime) -> Membership:
    known = ProviderAccount.objects.select_related("member__user").filter(provider=provider, subject=subject).first()
    member = known.member if known else _by_address(provider, email, is_verified=is_verified)
    if not member.is_active or not member.user.is_active:
        raise ValidationError("", code="no_member")
    if domain_of(member.user.email) not in provider.domains:
        raise ValidationError("", code="foreign_domain")
    if known:
        ProviderAccount.objects.filter(pk=known.pk).update(last_at=at)
        return member
    ProviderAccount.objects.create(provider=provider, member=member, subject=subject, first_at=at, last_at=at)
    audit.record("provider.account_bound", provider, by=member, after={"member": member.pk})
    return member


def _by_address(provider: IdentityProvider, email: str, *, is_verified: bool) -> Membership:
    """Only a member of the provider's own firm, and only by an address that is known to be his."""
    if not email or not (is_verified or provider.vouches_for_addresses):
        raise ValidationError("", code="unverified")
    if domain_of(email) not in provider.domains:
        raise ValidationError("", code="foreign_domain")
    members = Membership.objects.select_related("user").select_for_update(of=("self",))
    member: Membership | None = members.filter(user__email__iexact=email, is_active=True).first()
    if member is None:
        raise ValidationError("", code="no_member")
    if ProviderAccount.objects.filter(provider=provider, member=member).exists():
        raise ValidationError("", code="other_account")
    return member


def _keep(firm: Firm, *, required: bool) -> None:
    firm.requires_single_sign_on = required
    firm.save(update_fields=["requires_single_sign_on"])


def _checked_domains(given: list[str]) -> list[str]:
    """Somebody of the firm has a mailbox in each: nobody leads other people's addresses to a page of his own."""
    domains = sorted({each.strip().lower().removeprefix("@") for each in given if each.strip()})
    if not domains:
        raise ValidationError({"domains": ValidationError(_("Name at least one domain."), code="required")})
    addresses = Membership.objects.filter(is_active=True).values_list("user__email", flat=True)
    own = {domain_of(each) for each in addresses}
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            message = _("%(domain)s is not a domain.") % {"domain": domain}
            raise ValidationError({"domains": ValidationError(message, code="malformed")})
        if domain not in own:
            message = _("Nobody in the firm has an address in %(domain)s.") % {"domain": domain}
            raise ValidationError({"domains": ValidationError(message, code="not_yours")})
    return domains
