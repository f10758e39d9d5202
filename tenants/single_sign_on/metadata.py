"""What a SAML provider says of itself: read once, when it is entered."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from cryptography.x509 import load_der_x509_certificate
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.conf import settings
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser

from web import outbound

MOST = 256 * 1024
ENTITY = "{urn:oasis:names:tc:SAML:2.0:metadata}EntityDescriptor"
ACCEPT = {"Accept": "application/samlmetadata+xml, application/xml, text/xml"}


class UnreadableError(ValueError):
    """Not the metadata of one SAML provider."""


@dataclass(frozen=True)
class Described:
    issuer: str
    sign_on_url: str
    certificates: list[str]


def described(given: str) -> Described:
    """From the XML itself, or from its address (through the guarded door). Raises UnreadableError."""
    try:
        said = given if given.lstrip().startswith("<") else _fetched(given)
        if len(said) > MOST or fromstring(said, forbid_dtd=True).tag != ENTITY:
            raise UnreadableError
        idp: dict[str, Any] = Parser.parse(said)["idp"]
        several = idp.get("x509certMulti", {}).get("signing", [])
        certificates = ["".join(each.split()) for each in several or [idp["x509cert"]]]
        for each in certificates:
            load_der_x509_certificate(b64decode(each, validate=True))
        address = str(idp["singleSignOnService"]["url"])
        outbound.check_url(address, excepted=settings.SINGLE_SIGN_ON_EXCEPTIONS)
        return Described(str(idp["entityId"]), address, certificates)
    except (KeyError, ValueError, ParseError, DefusedXmlException, requests.RequestException, outbound.RefusedError):
        raise UnreadableError from None


def _fetched(address: str) -> str:
    with get_adapter().get_requests_session() as session:
        answer = session.get(address.strip(), headers=ACCEPT)
        answer.raise_for_status()
        return str(answer.content.decode())
