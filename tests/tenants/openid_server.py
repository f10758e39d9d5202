"""A stand-in for an identity provider: a real HTTP server that speaks OpenID Connect, with real keys.

It keeps to OpenID Connect Core 1.0 (code flow), Discovery 1.0 and RFC 7636 (PKCE), and can be told to break each rule.
"""

from __future__ import annotations

import base64
import html
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.test import override_settings

CLIENT, SECRET = "cadenza", "the-client-secret"
KEY_NAME = "key-1"
Claims = dict[str, Any]


@cache
def key(which: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


class OpenIDProvider:
    """One provider. ``people`` are who would be logged in there when the browser comes by itself."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        # What becomes of the claims, and how they are signed.
        self.bend: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = signed
        self.description: dict[str, Any] = {}
        self.fault: dict[str, tuple[int, str]] = {}
        self.person: Claims = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"provider": self}))
        self.name = f"127.0.0.1:{self.server.server_port}"
        self.issuer = f"http://{self.name}/realms/aurora"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def consent(self, query: dict[str, str], **person: Any) -> dict[str, str]:
        """Somebody logs in there: what the browser brings back."""
        code = secrets.token_urlsafe(12)
        self.codes[code] = {**query, "person": json.dumps(person)}
        return {"code": code, "state": query["state"]}

    def configuration(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        named = {name: f"{self.issuer}/{path}" for name, path in ends.items()}
        said = {"issuer": self.issuer, **named, "token_endpoint_auth_methods_supported": ["client_secret_basic"]}
        return {**said, **self.description}

    def token(self, given: dict[str, str], credentials: str) -> tuple[int, Any]:
        """RFC 6749 4.1.3 and RFC 7636 4.6: the code, once, by the client that proves to have asked for it."""
        grant = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        fits = (
            grant is not None
            and credentials == base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            and given.get("redirect_uri") == grant["redirect_uri"]
            and grant.get("code_challenge_method") == "S256"
            and challenge.decode() == grant.get("code_challenge")
        )
        if grant is None or not fits:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now, "sub": "subject-1",
            "nonce": grant["nonce"], **json.loads(grant["person"]),
        }  # fmt: skip
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(self.bend(claims))}


def signed(claims: Claims, *, by: str = "own", named: str = KEY_NAME) -> str:
    return jwt.encode(claims, key(by), algorithm="RS256", headers={"kid": named})


def unsigned(claims: Claims) -> str:
    """alg: none, as in the attacks on libraries that believe the header."""
    head, body = ({"alg": "none", "typ": "JWT", "kid": KEY_NAME}, claims)
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, body)]
    return ".".join([*parts, ""])


class Handler(BaseHTTPRequestHandler):
    provider: OpenIDProvider

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        end = path.path.rpartition("/")[2]
        self.provider.asked.append(end)
        if end in self.provider.fault:
            self._redirect(*self.provider.fault[end])
        elif end == "openid-configuration":
            self._json(200, self.provider.configuration())
        elif end == "keys":
            numbers = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key("own").public_key()))
            self._json(200, {"keys": [{**numbers, "kid": KEY_NAME, "use": "sig", "alg": "RS256"}]})
        elif end == "authorize":
            self._authorize({name: values[0] for name, values in parse_qs(path.query).items()})
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        self.provider.asked.append("token")
        if "token" in self.provider.fault:
            self._redirect(*self.provider.fault["token"])
            return
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        given = {name: values[0] for name, values in sent.items()}
        self._json(*self.provider.token(given, self.headers.get("Authorization", "").removeprefix("Basic ")))

    def _authorize(self, query: dict[str, str]) -> None:
        """A page of the provider's own, with a link for whoever is logged in there."""
        back = f"{query['redirect_uri']}?{urlencode(self.provider.consent(query, **self.provider.person))}"
        page = f'<!doctype html><title>IdP</title><main><h1>IdP</h1><a href="{html.escape(back)}">Accedi</a></main>'
        self._send(200, "text/html; charset=utf-8", page.encode())

    def _redirect(self, status: int, to: str) -> None:
        self.send_response(status)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, said: Any) -> None:
        self._send(status, "application/json", json.dumps(said).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@contextmanager
def running_openid_provider() -> Iterator[OpenIDProvider]:
    made = OpenIDProvider()
    try:
        with override_settings(SINGLE_SIGN_ON_EXCEPTIONS=[made.name]):
            yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
