"""SAML 2.0 by python3-saml and allauth, stricter than both (decision 0031): a signed assertion that answers this
browser's question, at this address, for this audience, once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlsplit

import xmlsec
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Words
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Tools

from tenants import mail
from tenants.models import IdentityProvider

MOST_ANSWERED = 256 * 1024
# How long an assertion is remembered as used; none is good for longer, since its question is forgotten before.
REMEMBERED = 60 * 60
FRESH = 5 * 60
LONGEST_SUBJECT = 190
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ADDRESS = [
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "mail",
    "email",
]
FAILURES = (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, etree.LxmlError, xmlsec.Error, ValueError, KeyError)


class RefusedError(Exception):
    """The answer is not taken; the word is for the log."""


@dataclass(frozen=True)
class Addresses:
    """What the provider is told about us. They follow from the setting, never from the request (security.md T26)."""

    entity: str
    answer: str

    @classmethod
    def of(cls, row: IdentityProvider) -> Addresses:
        named = {"firm_id": row.firm_id, "key": row.key}
        return cls(*(mail.absolute(reverse(f"single_sign_on_{end}", kwargs=named)) for end in ("metadata", "answer")))

    def request(self, said: str = "") -> dict[str, Any]:
        """The request as python3-saml wants it."""
        parts = urlsplit(self.answer)
        secure = "on" if parts.scheme == "https" else "off"
        given = {"SAMLResponse": said} if said else {}
        return {
            "https": secure,
            "http_host": parts.netloc,
            "script_name": parts.path,
            "get_data": {},
            "post_data": given,
        }


class FirmSamlProvider(SAMLProvider):  # type: ignore[misc]
    """Named in settings.SOCIALACCOUNT_PROVIDERS."""

    def send(self, request: HttpRequest, *, next_url: str, again: bool) -> HttpResponse:
        """To the provider's own page; ``again`` asks it not to take an older log-in for an answer."""
        row: IdentityProvider = self.app.settings["row"]
        auth = OneLogin_Saml2_Auth(Addresses.of(row).request(), configuration(row))
        address = auth.login(return_to="", force_authn=again)
        self.stash_redirect_state(request, "login", next_url, None, state_id=auth.get_last_request_id(), again=again)
        return HttpResponseRedirect(address)

    def extract_uid(self, data: Any) -> str:
        """What stays the same for a person: the subject's id, or a name that is not drawn anew for each log-in."""
        uid = self._extract(data).get("uid") or ("" if data.get_nameid_format() == TRANSIENT else data.get_nameid())
        if not uid or len(uid) > LONGEST_SUBJECT:
            raise RefusedError("subject")
        return str(uid)


provider_classes = [FirmSamlProvider]


def configuration(row: IdentityProvider) -> dict[str, Any]:
    ours = Addresses.of(row)
    return {
        "strict": True,
        "sp": {
            "entityId": ours.entity,
            "assertionConsumerService": {"url": ours.answer, "binding": Words.BINDING_HTTP_POST},
            "NameIDFormat": Words.NAMEID_UNSPECIFIED,
        },
        "idp": {
            "entityId": row.issuer,
            "singleSignOnService": {"url": row.sign_on_url, "binding": Words.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": row.certificates},
        },
        "security": {
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "wantAttributeStatement": False,
            "wantNameId": True,
            "allowRepeatAttributeName": True,
            "allowSingleLabelDomains": True,
            # Our metadata follow from the address alone: they do not end after two days.
            "metadataValidUntil": "",
            "metadataCacheDuration": "",
        },
    }


def own_metadata(row: IdentityProvider) -> bytes:
    """What the provider's administrator reads about us."""
    made = OneLogin_Saml2_Settings(configuration(row), sp_validation_only=True).get_sp_metadata()
    return made if isinstance(made, bytes) else str(made).encode()


def answered(request: HttpRequest, row: IdentityProvider, provider: FirmSamlProvider, said: str) -> SocialLogin:
    """Whom the answer means. Raises RefusedError."""
    try:
        response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(configuration(row)), said)
        question = str(response.get_in_response_to() or "")
        # Taken out of the browser's session whatever comes of it: no answer is tried twice.
        state = statekit.unstash_state(request, provider_id=provider.sub_id, state_id=question)
        if not question or state is None:
            raise RefusedError("not_asked")
        ours = Addresses.of(row)
        if not response.is_valid(ours.request(said), request_id=question):
            raise RefusedError("not_valid")
        _check_what_is_left_open(response, ours, question)
        if state.get("again") and _age(response) > FRESH:
            raise RefusedError("old")
        used = sha256(f"{row.door} {response.get_assertion_id()}".encode()).hexdigest()
        if not cache.add(f"saml:{used}", True, REMEMBERED):
            raise RefusedError("used")
        login = cast("SocialLogin", provider.sociallogin_from_response(request, response))
    except FAILURES as wrong:
        raise RefusedError(type(wrong).__name__) from None
    login.state = state
    return login


def _check_what_is_left_open(response: Any, ours: Addresses, question: str) -> None:
    """python3-saml looks at these only where they are present (SAML 2.0 Profiles 4.1.4.2 and 4.1.4.3)."""
    if len(response._query("//saml:Assertion")) != 1 or len(response._query("//ds:Signature")) > 2:
        raise RefusedError("wrapped")
    if response.document.get("Destination", ours.answer) != ours.answer:
        raise RefusedError("destination")
    if ours.entity not in response.get_audiences():
        raise RefusedError("audience")
    found = response._query_assertion("/saml:Subject/saml:SubjectConfirmation")
    [confirmed] = [one for one in found if one.get("Method") == Words.CM_BEARER] or [None]
    data = None if confirmed is None else confirmed.find("saml:SubjectConfirmationData", namespaces=Words.NSMAP)
    if data is None or not data.get("NotOnOrAfter"):
        raise RefusedError("confirmation")
    if data.get("InResponseTo") != question or data.get("Recipient") != ours.answer:
        raise RefusedError("confirmation")


def _age(response: Any) -> float:
    """How many seconds ago whoever it is has logged in there."""
    [statement] = response._query_assertion("/saml:AuthnStatement")
    at = Tools.parse_SAML_to_time(statement.get("AuthnInstant"))
    return time.time() - float(at)
