"""Files in the database, in pieces: web and workers need no common folder, and what is rolled back leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from clients.imports.refusals import FileRefused
from clients.models import ImportJob, ImportPiece

MOST_BYTES = 100 * 1024 * 1024
PIECE = 1024 * 1024
IN_MEMORY = 2 * PIECE


def keep(job: ImportJob, stream: BinaryIO) -> None:
    """Keep the job and its file."""
    job.save()
    job.size = _keep(job, stream)
    job.save(update_fields=["size"])


def _keep(job: ImportJob, stream: BinaryIO) -> int:
    """Piece by piece; how many bytes it has."""
    stream.seek(0)
    size = number = 0
    while content := stream.read(PIECE):
        size += len(content)
        if size > MOST_BYTES:
            raise FileRefused("too_large", limit=MOST_BYTES // PIECE)
        ImportPiece.objects.create(import_job=job, number=number, content=content)
        number += 1
    return size


@contextmanager
def opened(job: ImportJob) -> Iterator[BinaryIO]:
    """The file as it was handed in; on disk when it is large."""
    with SpooledTemporaryFile(IN_MEMORY, mode="w+b") as file:
        number = 0
        while piece := ImportPiece.objects.filter(import_job=job, number=number).first():
            file.write(bytes(piece.content))
            number += 1
        file.seek(0)
        yield cast(BinaryIO, file)


def drop(job: ImportJob) -> None:
    ImportPiece.objects.filter(import_job=job).delete()
