"""The one door through which the product speaks to addresses that a person has typed (security.md T22).

``https`` to ports 443 and 8443 of public addresses only. A name is resolved once, every address that it has is looked
at, and the connection goes to one of those: a second answer of the name server is never asked for. No redirects, no
proxies, ten seconds for everything. Of what answers a ``post`` nobody sees more than the status; ``ask`` is for
protocols whose answer is read, up to a bound.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpcore
from django.conf import settings

SECONDS = 10.0
MOST_READ = 64 * 1024
LONGEST_URL, LONGEST_ASKED = 500, 4_000
MOST_ANSWERED = 8 * 1024 * 1024
PORTS = frozenset({443, 8443})
USUAL = {"https": 443, "http": 80}
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A last label without a letter is how odd spellings of addresses end: 0x7f.1, 017700000001, 127.1.
NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{LABEL}\.)+(?=[a-z0-9-]*[a-z]){LABEL}")
# What ``is_global`` lets through although it leads inside, or wraps an address that does.
DENIED = [
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
    )
]  # fmt: skip
Resolve = Callable[[str, int], Iterable[str]]


class RefusedError(Exception):
    """The address may not be spoken to; ``code`` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and how long it took."""

    status: int
    seconds: float


@dataclass(frozen=True)
class Reply:
    """An answer with what it says; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str
    # Named by the operator: need not be public.
    excepted: bool = False


def resolve(host: str, port: int) -> list[str]:
    """Every address of the name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RefusedError("unresolvable") from None
    return sorted({str(address[0]) for *_rest, address in found})


def check_url(url: str, *, excepted: Collection[str] | None = None, longest: int = LONGEST_URL) -> Target:
    """The address in its parts, if it is spelled plainly. Raises RefusedError.

    ``excepted`` names, as host:port, what the operator lets be spoken to although it is no public address.
    """
    if len(url) > longest or not url.isascii() or not url.isprintable() or re.search(r"[\s\\@#]", url):
        raise RefusedError("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedError("malformed") from None
    host = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme in USUAL and _is_excepted(parts.netloc, excepted):
        return Target(parts.scheme, host, port or USUAL[parts.scheme], path, excepted=True)
    if parts.scheme != "https":
        raise RefusedError("not_https")
    if (port or 443) not in PORTS:
        raise RefusedError("port")
    if not NAME.fullmatch(host) and not _is_plain_address(host, parts.netloc):
        raise RefusedError("host")
    if _as_address(host) is not None and not is_public(host):
        raise RefusedError("private")
    return Target("https", host, port or 443, path)


def public_addresses(host: str, port: int, *, find: Resolve = resolve) -> list[str]:
    """Every address of the name, if all of them are public. Raises RefusedError."""
    found = [host] if _as_address(host) else list(find(host, port))
    if not found:
        raise RefusedError("unresolvable")
    if not all(is_public(each) for each in found):
        raise RefusedError("private")
    return found


def is_public(address: str) -> bool:
    known = _as_address(address.partition("%")[0])
    if known is None or "%" in address:
        return False
    inside = any(known.version == net.version and known in net for net in DENIED)
    return known.is_global and not known.is_multicast and not inside


def post(url: str, body: bytes, headers: dict[str, str], *, find: Resolve = resolve) -> Answer:
    """Send it. Raises RefusedError for an address that may not be spoken to, OSError or httpcore's for a failure."""
    begun = time.monotonic()
    with _spoken_to("POST", check_url(url), body, headers, find) as response:
        _read_up_to(response, MOST_READ)
        return Answer(response.status, time.monotonic() - begun)


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    excepted: Collection[str] = (),
    find: Resolve = resolve,
) -> Reply:
    """Send it and read the answer, as guarded as ``post``; one that is too long is refused."""
    target = check_url(url, excepted=excepted, longest=LONGEST_ASKED)
    with _spoken_to(method, target, body, headers, find) as response:
        read = _read_up_to(response, MOST_ANSWERED)
        if len(read) > MOST_ANSWERED:
            raise RefusedError("too_long")
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Reply(response.status, named, read)


@contextmanager
def _spoken_to(method: str, target: Target, body: bytes, headers: Mapping[str, str], find: Resolve) -> Iterator[Any]:
    """The beginning of the answer, from an address that was looked at."""
    ask_for = find if target.excepted else _looked_at(find)
    addresses = list(ask_for(target.host, target.port))
    backend = _Checked(addresses, deadline=time.monotonic() + SECONDS)
    with httpcore.ConnectionPool(ssl_context=_context(), network_backend=backend, http2=False) as pool:
        host = f"[{target.host}]" if ":" in target.host else target.host
        address = httpcore.URL(
            scheme=target.scheme.encode(), host=host.encode(), port=target.port, target=target.path.encode()
        )
        named = [(b"Host", _host_header(host, target).encode())]
        sent = named + [(name.encode(), value.encode()) for name, value in headers.items()]
        limits = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
        with pool.stream(method, address, headers=sent, content=body, extensions={"timeout": limits}) as response:
            yield response


def _looked_at(find: Resolve) -> Resolve:
    return lambda host, port: public_addresses(host, port, find=find)


def _host_header(host: str, target: Target) -> str:
    return host if target.port == USUAL[target.scheme] else f"{host}:{target.port}"


def _read_up_to(response: Any, most: int) -> bytes:
    """So that a short answer ends properly; what is longer is left unread."""
    read = b""
    for piece in response.iter_stream():
        read += piece
        if len(read) > most:
            break
    return read


def _is_excepted(netloc: str, excepted: Collection[str] | None) -> bool:
    """Named by who runs the installation, as host:port: receivers of a development machine, unless others are said."""
    return netloc in (settings.WEBHOOK_EXCEPTIONS if excepted is None else excepted)


def _is_plain_address(host: str, netloc: str) -> bool:
    """An address as it is usually written; in brackets, if of version 6."""
    known = _as_address(host)
    if known is None or str(known) != host:
        return False
    return known.version == 4 or netloc.startswith(f"[{host}]")


def _as_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


class _Checked(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, never to a name; all of it before the deadline."""

    def __init__(self, addresses: list[str], *, deadline: float) -> None:
        self.addresses, self.deadline, self.inner = addresses, deadline, httpcore.SyncBackend()

    def connect_tcp(  # type: ignore[override]
        self, host: str, port: int, timeout: float | None = None, **kwargs: Any
    ) -> Any:
        failure: Exception = httpcore.ConnectError()
        for address in self.addresses:
            try:
                stream = self.inner.connect_tcp(address, port, timeout=_left(self.deadline), **kwargs)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                failure = failed
            else:
                return _Hurried(stream, self.deadline)
        raise failure


class _Hurried(httpcore.NetworkStream):
    """A stream that ends at the deadline, however slowly the other side drips."""

    def __init__(self, inner: Any, deadline: float) -> None:
        self.inner, self.deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return bytes(self.inner.read(max_bytes, timeout=_left(self.deadline)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, timeout=_left(self.deadline))

    def close(self) -> None:
        self.inner.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
        stream = self.inner.start_tls(ssl_context, server_hostname=server_hostname, timeout=_left(self.deadline))
        return _Hurried(stream, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
