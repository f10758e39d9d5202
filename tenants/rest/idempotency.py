"""``Idempotency-Key`` on POST: the same request twice has one effect, and the second is told what the first was.

The key is inserted first, in the transaction of the request: a second caller waits there until the first has ended
(security.md 4.4). An answer of 400 or more leaves no trace, the key included.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.binding import bound_firm_id
from tenants.models import IdempotentAnswer

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Location", "ETag")
WAIT = "20s"
INSERT = """
    INSERT INTO tenants_idempotentanswer (firm_id, token_id, key, request_hash, body, headers, created_at)
    VALUES (%s, %s, %s, %s, '', '{}', now()) ON CONFLICT (firm_id, token_id, key) DO NOTHING RETURNING id
"""


class KeyMisusedError(Exception):
    """The key came with another request before, or is none."""


class Replayed(Exception):  # noqa: N818 - not an error: the way out of a request that has been answered
    """The request was answered before; ``response`` is that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def claim(request: Request) -> int | None:
    """Take the request's key: its row's id, or None without a key. Raises Replayed, KeyMisusedError."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise KeyMisusedError
    token = request.auth
    IdempotentAnswer.objects.filter(token=token, key=key, created_at__lt=timezone.now() - KEPT).delete()
    taken = _insert(token.pk, key, _hash(request))
    if taken is not None:
        return taken
    answered = IdempotentAnswer.objects.get(token=token, key=key)
    if answered.request_hash != _hash(request):
        raise KeyMisusedError
    raise Replayed(_replay(answered))


def keep(claimed: int, response: Response) -> None:
    """Store what the request was answered, before the commit."""
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    IdempotentAnswer.objects.filter(pk=claimed).update(
        status=response.status_code, body=response.rendered_content.decode(), headers=headers
    )


def _insert(token_id: int, key: str, request_hash: str) -> int | None:
    """Waits while another request with this key is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        [usual] = cursor.fetchone()
        cursor.execute("SET LOCAL lock_timeout = %s", [WAIT])
        cursor.execute(INSERT, [bound_firm_id(), token_id, key, request_hash])
        row = cursor.fetchone()
        cursor.execute("SET LOCAL lock_timeout = %s", [usual])
    return int(row[0]) if row else None


def _hash(request: Request) -> str:
    """Of what is asked; the boundary between the parts of a form is drawn anew at each try."""
    body = request._request.body
    boundary = re.search(r"boundary=\"?([^\";]+)", request.headers.get("Content-Type", ""))
    if boundary:
        body = body.replace(boundary[1].encode(), b"")
    return hashlib.sha256(b"\0".join((request.get_full_path().encode(), body))).hexdigest()


def _replay(answered: IdempotentAnswer) -> Response:
    data = json.loads(answered.body) if answered.body else None
    return Response(data, answered.status, headers={**answered.headers, REPLAYED: "true"})
