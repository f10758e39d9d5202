"""OpenID Connect by allauth, stricter: the token's signature is always looked at, and so is its nonce."""

from __future__ import annotations

import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tenants import mail
from web import outbound

# Asymmetric ones only: with the others whoever knows the client's secret could sign, and "none" is no signature.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
NEEDED = ["exp", "iat", "iss", "aud", "sub", "nonce"]
ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
LONGEST_SUBJECT = 190
LEEWAY = 60


class FirmOpenIDAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it has to be the one that was asked for."""
        if not hasattr(self, "_openid_config"):
            provider = self.get_provider()
            self._openid_config = discovered(provider.app.settings["issuer"], provider.server_url)
        return self._openid_config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return return_url(app.provider_id)

    def get_access_token_data(self, request: HttpRequest, app: Any, client: Any, **kwargs: Any) -> dict[str, str]:
        said = super().get_access_token_data(request, app, client, **kwargs)
        kept = {name: said.get(name) for name in ("access_token", "id_token")}
        if not all(isinstance(value, str) and value for value in kept.values()):
            raise OAuth2Error("The answer has no tokens.")
        return kept

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        claims = self._verified(app.client_id, kwargs["response"]["id_token"])
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _verified(self, client_id: str, token: str) -> dict[str, Any]:
        """The token's claims (OpenID Connect Core 3.1.3.7); its nonce is compared where the state is known."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self._key(jwt.get_unverified_header(token)),
                algorithms=ALGORITHMS,
                audience=client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": NEEDED},
            )
        except jwt.PyJWTError as wrong:
            raise OAuth2Error("The token is not valid.") from wrong
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client_id) != client_id:
            raise OAuth2Error("The token was made for another system.")
        if not 0 < len(str(claims["sub"])) <= LONGEST_SUBJECT:
            raise OAuth2Error("The subject is not usable.")
        return claims

    def _key(self, header: dict[str, Any]) -> Any:
        said = read(self.openid_config["jwks_uri"])
        keys = jwt.PyJWKSet.from_dict(said).keys
        named = [key for key in keys if key.key_id == header.get("kid")]
        if len(named) != 1:
            raise OAuth2Error("The token's key is not known.")
        return named[0].key


class FirmOpenIDProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """Named in settings.SOCIALACCOUNT_PROVIDERS."""

    pkce_enabled_default = True
    oauth2_adapter_class = FirmOpenIDAdapter

    @property
    def server_url(self) -> str:
        return discovery_url(self.app.settings["issuer"])

    def get_callback_url(self) -> str:
        return return_url(self.app.provider_id)

    def get_default_scope(self) -> list[str]:
        return ["openid", "email"]

    def send(self, request: HttpRequest, *, next_url: str, again: bool) -> HttpResponse:
        """To the provider's own page; ``again`` asks it not to take an older log-in for an answer."""
        nonce = secrets.token_urlsafe(24)
        asked = {"prompt": "login", "max_age": "0"} if again else {}
        leaving: HttpResponse = self.redirect(
            request, "login", next_url, nonce=nonce, again=again, auth_params={"nonce": nonce, **asked}
        )
        return leaving


provider_classes = [FirmOpenIDProvider]


def discovery_url(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def return_url(door: str) -> str:
    """Links are built from the setting, never from the request (security.md T26)."""
    firm_id, _hyphen, key = door.partition("-")
    return mail.absolute(reverse("single_sign_on_return", kwargs={"firm_id": int(firm_id), "key": key}))


def discovered(issuer: str, url: str) -> dict[str, Any]:
    """OpenID Connect Discovery 4: the issuer that answers is the one that was named. Raises OAuth2Error."""
    said = read(url)
    if not all(isinstance(said.get(name), str) for name in ENDPOINTS):
        raise OAuth2Error("The provider's description is not complete.")
    if said["issuer"].rstrip("/") != issuer.rstrip("/"):
        raise OAuth2Error("The provider calls itself otherwise.")
    for name in ENDPOINTS:
        try:
            outbound.check_url(said[name], excepted=settings.SINGLE_SIGN_ON_EXCEPTIONS)
        except outbound.RefusedError as refused:
            raise OAuth2Error(refused.code) from None
    return said


def read(url: str) -> dict[str, Any]:
    """A JSON document of the provider. Raises OAuth2Error, or what ``requests`` raises."""
    with get_adapter().get_requests_session() as session:
        answer = session.get(url)
        answer.raise_for_status()
        said = answer.json()
    if not isinstance(said, dict):
        raise OAuth2Error("The provider's answer is not an object.")
    return said
