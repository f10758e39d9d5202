"""A bucket that speaks as much of S3 as attachments need, on a port of this machine; what it was sent is told by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

WHEN = ("2026-03-02T10:00:00.000Z", "Mon, 02 Mar 2026 10:00:00 GMT")


@dataclass
class Bucket:
    address: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)
    signatures: set[str] = field(default_factory=set)
    permissions: set[str] = field(default_factory=set)


class _Server(ThreadingHTTPServer):
    def __init__(self, name: str, bucket: Bucket) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name, self.bucket = name, bucket
        bucket.address = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_PUT(self) -> None:
        bucket, body = self.server.bucket, self.rfile.read(int(self.headers["Content-Length"]))
        bucket.permissions.add(self.headers.get("x-amz-acl", ""))
        bucket.kept[self._key()] = _unchunked(body) if self.headers.get("x-amz-decoded-content-length") else body
        self._answer(200)

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        if "prefix" in asked:
            listing = _listing(self.server.name, list(self.server.bucket.kept), asked["prefix"][0])
            self._answer(200, listing.encode())
        else:
            self._content()

    def do_HEAD(self) -> None:
        self._content()

    def do_DELETE(self) -> None:
        self.server.bucket.kept.pop(self._key(), None)
        self._answer(204)

    def _content(self) -> None:
        found = self.server.bucket.kept.get(self._key())
        self._answer(404 if found is None else 200, found or b"")

    def _key(self) -> str:
        self.server.bucket.signatures.add(self.headers.get("Authorization", "").partition(" ")[0])
        return unquote(urlsplit(self.path).path).removeprefix(f"/{self.server.name}/")

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", WHEN[1])
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing of it is of interest."""


@contextmanager
def serving(name: str) -> Iterator[Bucket]:
    bucket = Bucket()
    server = _Server(name, bucket)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _unchunked(body: bytes) -> bytes:
    """A stream that the client sent in pieces, each after a line with its length."""
    content = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        content, body = content + body[:size], body[size + 2 :]
    return content


def _listing(name: str, keys: list[str], prefix: str) -> str:
    below = {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}
    folders = sorted({rest.partition("/")[0] for rest in below if "/" in rest})
    files = sorted(rest for rest in below if "/" not in rest)
    inside = "".join(f"<CommonPrefixes><Prefix>{prefix}{one}/</Prefix></CommonPrefixes>" for one in folders)
    inside += "".join(
        f"<Contents><Key>{prefix}{one}</Key><LastModified>{WHEN[0]}</LastModified><Size>1</Size></Contents>"
        for one in files
    )
    return (
        f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{name}</Name>'
        f"<Prefix>{prefix}</Prefix><IsTruncated>false</IsTruncated>{inside}</ListBucketResult>"
    )
