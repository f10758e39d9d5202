"""What the rows of a file can be: clients, or what a higher app receives in the same way: sales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.imports import services, undoing
from clients.models import ImportJob


@dataclass(frozen=True)
class ImportKind:
    """How a job of this kind is worked on, and the page that shows what it brought."""

    name: str
    label: str | Promise
    page: str
    page_label: str | Promise
    run: Callable[[ImportJob, BinaryIO, datetime], None]
    can_be_undone: Callable[[ImportJob], bool]
    undo: Callable[[ImportJob, datetime], None]


CLIENTS = ImportKind(
    name="clients",
    label=_("Clients"),
    page="clients:client_list",
    page_label=_("To the clients"),
    run=lambda job, stream, at: services.run_from_file(job, stream, at=at),
    can_be_undone=undoing.can_be_undone,
    undo=lambda job, at: undoing.undo(job, at=at),
)
_kinds = {CLIENTS.name: CLIENTS}


def register(kind: ImportKind) -> None:
    """Called by a higher app, in its ``AppConfig.ready()``."""
    _kinds[kind.name] = kind


def of(job: ImportJob) -> ImportKind:
    return _kinds[job.kind]
