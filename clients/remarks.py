"""What higher apps say of a client in a few words wherever he is a row of something.

A remark names the relation that it is read from; rows that are shown together are read in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from clients.models import Client


@dataclass(frozen=True, slots=True)
class Remark:
    """``words`` are empty where there is nothing to say."""

    relation: str
    words: Callable[[Client], str]


_remarks: list[Remark] = []


def register(remark: Remark) -> None:
    """Called in ``AppConfig.ready()``."""
    if remark not in _remarks:
        _remarks.append(remark)


def read(clients: Iterable[Client]) -> None:
    """What the remarks about all of these are read from, as far as it has not been read."""
    missing = [client for client in clients if not _is_read(client)]
    prefetch_related_objects(missing, *(remark.relation for remark in _remarks))


def about(client: Client) -> list[str]:
    return [words for remark in _remarks if (words := remark.words(client))]


def _is_read(client: Client) -> bool:
    return all(getattr(Client, remark.relation).is_cached(client) for remark in _remarks)
