"""The list of erasures, without anything about a person, and erasing again whom an older state brought back.

A backup knows nothing of the erasures that came after it (security.md 6). The list is kept apart from the database and
replayed after a restore. A client is known by his number and the moment at which he was entered: after the restore
somebody else may have got the number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce

from clients.enums import ErasureGround
from clients.models import Client, Erasure
from clients.services.erasure import erase_client
from tenants.archive import contents
from tenants.binding import bound_firm

LONGEST_LINE = 1_000


@dataclass(frozen=True)
class Line:
    """One erased client. Whoever was merged into him stands on a line of his own, after him."""

    firm: str
    client: int
    entered_at: datetime
    erased_at: datetime
    ground: ErasureGround

    def written(self) -> str:
        moments = {"entered_at": self.entered_at.isoformat(), "erased_at": self.erased_at.isoformat()}
        return json.dumps(asdict(self) | moments | {"ground": self.ground.value})


@dataclass
class Replayed:
    """How many were erased again, were so already, and are not there at all."""

    erased: int = 0
    already: int = 0
    missing: int = 0


def lines() -> Iterator[Line]:
    """Of the bound firm, in the order of the erasures."""
    grounds = dict(Erasure.objects.order_by("id").values_list("client_id", "ground"))
    slug = bound_firm().slug
    rows = Client.objects.exclude(erased_at=None).annotate(person=Coalesce("merged_into_id", "id"))
    # The survivor of a merge first: whoever was merged into him goes with him.
    rows = rows.order_by("erased_at", "person", F("merged_into_id").asc(nulls_first=True), "id")
    for pk, entered_at, erased_at, person in rows.values_list("id", "created_at", "erased_at", "person"):
        ground = ErasureGround(grounds.get(person, ErasureGround.REQUEST))
        yield Line(slug, pk, entered_at, erased_at, ground)


def read(texts: Iterable[str]) -> list[Line]:
    """The lines of a list. Raises ValidationError that says which one is none."""
    found = []
    for number, text in enumerate(texts, start=1):
        if text.strip():
            try:
                found.append(_line(json.loads(text[:LONGEST_LINE])))
            except (ValueError, KeyError, TypeError):
                message = "Line %(line)s is no line of a list of erasures."
                raise ValidationError(message, code="not_an_erasure", params={"line": number}) from None
    return found


def _line(said: Mapping[str, Any]) -> Line:
    moments = {name: datetime.fromisoformat(said[name]) for name in ("entered_at", "erased_at")}
    if any(moment.tzinfo is None for moment in moments.values()):
        raise ValueError("a moment without a zone")
    return Line(str(said["firm"]), int(said["client"]), **moments, ground=ErasureGround(said["ground"]))


def replay(listed: Iterable[Line], *, number: Callable[[int], int | None] = lambda pk: pk) -> Replayed:
    """Erase again, in the bound firm and in the caller's transaction; ``number`` tells today's number of a client."""
    done = Replayed()
    for line in listed:
        client = Client.objects.filter(pk=number(line.client) or 0, created_at=line.entered_at).first()
        if client is None:
            done.missing += 1
        elif client.erased_at is not None or client.merged_into_id is not None:
            done.already += 1
        else:
            erase_client(client, ground=line.ground, by=None, at=line.erased_at)
            done.erased += 1
    return done


def _in_an_archive(texts: Iterable[str], firm: str, number: Callable[[str, int], int | None]) -> int:
    """Of a firm's archive that is older than the list; its clients have new numbers."""
    own = [line for line in read(texts) if line.firm == firm]
    return replay(own, number=lambda pk: number(Client._meta.label_lower, pk)).erased


def register() -> None:
    contents.on_erasures(_in_an_archive)
