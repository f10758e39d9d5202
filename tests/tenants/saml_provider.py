"""A stand-in for a SAML identity provider: it signs assertions with a real key (xmlsec), and can be told to cheat."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import NameOID
from lxml import etree

ISSUER = "https://idp.aurora.example/saml"
SIGN_ON = "https://idp.aurora.example/saml/redirect"
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
Change = Callable[[Any], Any]


@cache
def key(which: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(which: str) -> str:
    """In base64, as it stands in metadata."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"IdP {which}")])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key(which).public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key(which), hashes.SHA256())
    )
    return b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def metadata(which: str = "own") -> str:
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}">
      <md:IDPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}">
        <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{NS["ds"]}"><ds:X509Data>
          <ds:X509Certificate>{certificate(which)}</ds:X509Certificate>
        </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
        <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SIGN_ON}"/>
      </md:IDPSSODescriptor>
    </md:EntityDescriptor>"""


@dataclass
class Question:
    """What the browser brought (SAML 2.0 Bindings 3.4: DEFLATE, then base64)."""

    id: str
    answer_to: str
    entity: str
    force: bool

    @classmethod
    def read(cls, address: str) -> Question:
        asked = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
        root = etree.fromstring(zlib.decompress(b64decode(asked), -15))
        entity = root.findtext("saml:Issuer", namespaces=NS) or ""
        return cls(root.get("ID"), root.get("AssertionConsumerServiceURL"), entity, root.get("ForceAuthn") == "true")


@dataclass
class Answer:
    """An answer to ``question``; ``before`` changes it under the signature, ``after`` behind the signer's back."""

    question: Question
    address: str
    name: str = ""
    before: Change = field(default=lambda root: root)
    after: Change = field(default=lambda root: root)
    by: str = "own"
    sign: str | None = "assertion"
    method: Any = xmlsec.Transform.RSA_SHA256
    digest: Any = xmlsec.Transform.SHA256

    def encoded(self) -> str:
        root = etree.fromstring(self._text().encode())
        self.before(root)
        if self.sign:
            self._signed(root if self.sign == "response" else root.find("saml:Assertion", NS))
        made = self.after(root)
        return b64encode(made if isinstance(made, bytes) else etree.tostring(root)).decode()

    def _signed(self, node: Any) -> None:
        node.find("saml:Issuer", NS).addnext(self._template(f"#{node.get('ID')}"))
        xmlsec.tree.add_ids(node, ["ID"])
        context = xmlsec.SignatureContext()
        pem = key(self.by).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)
        context.sign(node.find("ds:Signature", NS))

    def _template(self, reference: str) -> Any:
        holder = etree.Element("holder")
        made = xmlsec.template.create(holder, xmlsec.Transform.EXCL_C14N, self.method, ns="ds")
        holder.append(made)
        part = xmlsec.template.add_reference(made, self.digest, uri=reference)
        xmlsec.template.add_transform(part, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(part, xmlsec.Transform.EXCL_C14N)
        return made

    def _text(self) -> str:
        now = datetime.now(tz=UTC)
        at, until = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (now, now + timedelta(minutes=5)))
        to, asked = self.question.answer_to, self.question.id
        name = self.name or self.address
        kind = PERSISTENT if self.name else ADDRESS
        return (
            f'<samlp:Response xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="_r{asked[-8:]}" Version="2.0" '
            f'IssueInstant="{at}" Destination="{to}" InResponseTo="{asked}"><saml:Issuer>{ISSUER}</saml:Issuer>'
            '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f'<saml:Assertion ID="_a{asked[-8:]}" Version="2.0" IssueInstant="{at}"><saml:Issuer>{ISSUER}</saml:Issuer>'
            f'<saml:Subject><saml:NameID Format="{kind}">{name}</saml:NameID>'
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
            f'NotOnOrAfter="{until}" Recipient="{to}" InResponseTo="{asked}"/></saml:SubjectConfirmation>'
            "</saml:Subject>"
            f'<saml:Conditions NotBefore="{at}" NotOnOrAfter="{until}"><saml:AudienceRestriction>'
            f"<saml:Audience>{self.question.entity}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{at}"><saml:AuthnContext><saml:AuthnContextClassRef>'
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
            '</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="mail">'
            f"<saml:AttributeValue>{self.address}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
            "</saml:Assertion></samlp:Response>"
        )
