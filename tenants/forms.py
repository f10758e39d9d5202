"""Forms about people, tokens and the firm."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

import holidays
import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants import audit, queries, services
from tenants.enums import Language, LogInProtocol, Role, Scope, Theme
from tenants.models import Firm, IdentityProvider, Invitation, Membership, User
from tenants.single_sign_on.metadata import MOST, Described, UnreadableError, described
from tenants.single_sign_on.openid import discovered, discovery_url


class InviteForm(forms.ModelForm[Invitation]):
    class Meta:
        model = Invitation
        fields = ["email", "name", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Role.ADVISOR
        self.fields["name"].help_text = _("First name and surname, as colleagues will see it.")


class RightsForm(forms.ModelForm[Membership]):
    class Meta:
        model = Membership
        fields = ["role", "enters_appointments", "edits_groups"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enters_appointments"].help_text = _("Takes effect where the role allows it.")
        self.fields["edits_groups"].help_text = _("For advisors; administrators may always.")


class OwnSettingsForm(forms.ModelForm[Membership]):
    class Meta:
        model = Membership
        fields = ["name", "language", "theme", "single_key_shortcuts", "signature"]
        widgets = {"signature": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["single_key_shortcuts"].help_text = _("Such as J and K in lists. Combinations with Ctrl stay.")


class PreferencesForm(forms.Form):
    """Any one of the choices in the person's menu."""

    theme = forms.ChoiceField(choices=Theme.choices, required=False)
    language = forms.ChoiceField(choices=Language.choices, required=False)
    shortcuts = forms.ChoiceField(choices=[("on", "on"), ("off", "off")], required=False)

    def chosen(self) -> dict[str, Any]:
        """The member's settings that were sent."""
        sent = {name: self.cleaned_data[name] for name in ("theme", "language") if self.cleaned_data[name]}
        if self.cleaned_data["shortcuts"]:
            sent["single_key_shortcuts"] = self.cleaned_data["shortcuts"] == "on"
        return sent


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


def _provinces() -> list[tuple[str, Any]]:
    codes = holidays.list_supported_countries()["IT"]
    return [("", _("None")), *((code, code) for code in sorted(codes) if len(code) == 2)]


class FirmForm(forms.ModelForm[Firm]):
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, help_text=_("Decides what today is, and when the night runs.")
    )
    holiday_province = forms.ChoiceField(
        label=_("Province of the patron saint"),
        choices=_provinces,
        required=False,
        help_text=_("Its patron's day is a holiday in the calendar."),
    )

    class Meta:
        model = Firm
        fields = ["name", "time_zone", "language", "holiday_province", "requires_second_step"]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=100)
    scope = forms.ChoiceField(label=_("What it may do"), choices=Scope.choices, initial=Scope.READ)
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until it is revoked."),
    )

    def clean_expires_on(self) -> datetime | None:
        """The end of the day in the firm's zone, which the request has activated."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        if end <= timezone.now():
            raise forms.ValidationError(_("This day is past."), code="past")
        return end


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("Address"), max_length=500, help_text=_("A public address that begins with https://.")
    )
    description = forms.CharField(label=_("What it is for"), max_length=200, required=False)


class CompanyForm(forms.Form):
    """On the way in: whose identity provider."""

    named = forms.CharField(
        label=_("E-mail at work, or the firm's short name"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_named(self) -> str:
        return str(self.cleaned_data["named"]).strip().lower()

    def unknown(self) -> forms.ValidationError:
        message = _("No firm's log-in is known by this. Try the short name that your administrator has given you.")
        return forms.ValidationError(message, code="unknown")


class ProviderForm(forms.Form):
    """An identity provider that speaks OpenID Connect. Its description is read before anything is kept."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("As people know it, such as Microsoft, Google or Okta.")
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=400,
        help_text=_("The address before /.well-known/openid-configuration; it begins with https://."),
    )
    application_id = forms.CharField(label=_("Client ID"), max_length=191)
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    domains = forms.CharField(
        label=_("E-mail domains"),
        max_length=1000,
        help_text=_("Whom it may vouch for, such as studio-aurora.it; several with commas."),
    )
    vouches_for_addresses = forms.BooleanField(
        label=_("Its addresses count as verified"),
        required=False,
        help_text=_("For a provider that does not say whether it has verified an address, such as Microsoft Entra ID."),
    )
    asks_second_step = forms.BooleanField(
        label=_("It asks for a second step itself"),
        required=False,
        help_text=_("Then the firm's own second step is not asked for after it."),
    )

    def __init__(self, sent: Any = None, *, provider: IdentityProvider) -> None:
        kept = {name: getattr(provider, name) for name in self.base_fields if name not in ("secret", "domains")}
        super().__init__(sent, initial={**kept, "domains": ", ".join(provider.domains or [])})
        self.fields["secret"].required = not provider.secret
        if provider.secret:
            self.fields["secret"].help_text = _("Empty: the present one stays.")

    def clean_issuer(self) -> str:
        issuer = str(self.cleaned_data["issuer"]).strip().removesuffix("/.well-known/openid-configuration")
        try:
            discovered(issuer, discovery_url(issuer))
        except (OAuth2Error, requests.RequestException, ValueError):
            message = _("Nothing that speaks OpenID Connect answers there: the address has to be public, with https.")
            raise forms.ValidationError(message, code="unreachable") from None
        return issuer

    def clean_domains(self) -> list[str]:
        return str(self.cleaned_data["domains"]).replace(";", ",").split(",")


class SamlForm(forms.Form):
    """An identity provider that speaks SAML 2.0: all of it but the name is in what it says of itself."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("As people know it, such as Microsoft, Google or Okta.")
    )
    metadata = forms.CharField(
        label=_("Metadata"),
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "font-mono text-xs"}),
        help_text=_("The XML that the provider gives out, or its address. It is read now, once."),
    )
    domains = forms.CharField(
        label=_("E-mail domains"),
        max_length=1000,
        help_text=_("Whom it may vouch for, such as studio-aurora.it; several with commas."),
    )
    asks_second_step = forms.BooleanField(
        label=_("It asks for a second step itself"),
        required=False,
        help_text=_("Then the firm's own second step is not asked for after it."),
    )

    def __init__(self, sent: Any = None, *, provider: IdentityProvider) -> None:
        kept = {"name": provider.name, "asks_second_step": provider.asks_second_step}
        super().__init__(sent, initial={**kept, "domains": ", ".join(provider.domains or [])})
        self.fields["metadata"].required = not provider.certificates
        if provider.certificates:
            self.fields["metadata"].help_text = _("Empty: what was read stays.")

    def clean_metadata(self) -> Described | None:
        if not self.cleaned_data["metadata"]:
            return None
        try:
            return described(self.cleaned_data["metadata"])
        except UnreadableError:
            message = _("This is not the metadata of one SAML provider with an address for HTTP-Redirect.")
            raise forms.ValidationError(message, code="unreadable") from None

    def clean_domains(self) -> list[str]:
        return str(self.cleaned_data["domains"]).replace(";", ",").split(",")

    def clean(self) -> dict[str, Any]:
        """Its signature covers the addresses too: there is nothing else by which they could be verified."""
        values = dict(self.cleaned_data)
        read: Described | None = values.pop("metadata", None)
        told = asdict(read) if read else {}
        return {**values, **told, "protocol": LogInProtocol.SAML, "vouches_for_addresses": True}


class RequirementForm(forms.Form):
    """Whether everybody logs in by the firm's provider, and who gets in when it is away."""

    requires_single_sign_on = forms.BooleanField(
        label=_("Everybody logs in by the firm's provider"),
        required=False,
        help_text=_("The password then opens the firm to one administrator alone. API tokens go on."),
    )
    emergency_user = forms.ModelChoiceField(
        label=_("Who keeps the password for emergencies"), queryset=Membership.objects.none(), empty_label=None
    )

    def __init__(self, sent: Any = None, *, firm: Firm, member: Membership) -> None:
        admins = queries.members().filter(role=Role.ADMIN, is_active=True)
        kept = {"requires_single_sign_on": firm.requires_single_sign_on}
        chosen = admins.filter(keeps_own_log_in=True).first() or member
        super().__init__(sent, initial={**kept, "emergency_user": chosen})
        self.fields["emergency_user"].queryset = admins  # type: ignore[attr-defined]

    def carry_out(self, firm: Firm, *, by: Membership) -> None:
        if self.cleaned_data["requires_single_sign_on"]:
            services.require_single_sign_on(firm, emergency=self.cleaned_data["emergency_user"], by=by)
        else:
            services.release_single_sign_on(firm, by=by)


class AcceptForm(forms.Form):
    """What somebody who has no log-in yet says when accepting an invitation."""

    name = forms.CharField(label=_("Your name"), max_length=150)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("At least 12 characters; not one that is often used, and not only digits."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email))
        return password


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("Everything")), *audit.recorded_kinds()]


def _actions() -> list[tuple[str, Any]]:
    return [("", _("Every action")), *audit.recorded_actions()]


class AuditFilterForm(forms.Form):
    client = forms.CharField(label=_("Client"), required=False, max_length=200)
    action = forms.ChoiceField(label=_("Action"), choices=_actions, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    by = forms.ModelChoiceField(
        label=_("Who"), queryset=Membership.objects.none(), required=False, empty_label=_("Everybody")
    )
    target_kind = forms.ChoiceField(label=_("What"), choices=_kinds, required=False)
    target_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].queryset = queries.members()  # type: ignore[attr-defined]

    def wanted(self, member: Membership) -> dict[str, Any]:
        """How to narrow the trail: days are those of the firm, the last one included."""
        given = dict(self.cleaned_data) if self.is_valid() else {}
        words = given.pop("client", "")
        for name, later in (("since", 0), ("until", 1)):
            if given.get(name):
                day = given[name] + timedelta(days=later)
                given[name] = timezone.make_aware(datetime.combine(day, time.min))
        return {**given, "about": audit.about(member, words)} if words else given
