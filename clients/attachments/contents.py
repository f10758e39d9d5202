"""What a file is, by its content; its name only tells apart what begins alike (security.md T12)."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from typing import IO

import puremagic

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
_ZIP = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
# Documents that are archives inside.
_ARCHIVES = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "odt": f"{_OPEN}.text",
    "ods": f"{_OPEN}.spreadsheet",
    "odp": f"{_OPEN}.presentation",
}
# What a browser is told as it is; whatever else, above all what it could run, is only bytes to it.
_TOLD = {
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "audio/mpeg",
    "audio/wav",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "video/mp4",
}
# A text that begins like one of these is a page or a program, whatever it is called.
_RUNS = (b"<", b"#!", b"%!")
_HEAD = 8192
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Content:
    content_type: str
    size: int
    digest: str


def inspect(file: IO[bytes], *, name: str) -> Content:
    """Read the file once, in pieces, and leave it at its start."""
    file.seek(0)
    head, size, digest = b"", 0, hashlib.sha256()
    while piece := file.read(_CHUNK):
        head = head or piece[:_HEAD]
        size += len(piece)
        digest.update(piece)
    file.seek(0)
    return Content(content_type(head, name=name), size, digest.hexdigest())


def content_type(head: bytes, *, name: str) -> str:
    """The type of a file that begins with ``head``: a known one, plain text, or just bytes."""
    if head.startswith(_ZIP):
        return _ARCHIVES.get(name.rpartition(".")[2].lower(), "application/zip")
    try:
        found = puremagic.from_string(head, mime=True, filename=name)
    except (puremagic.PureError, ValueError):
        found = ""
    if found in _TOLD:
        return found
    return TEXT if _is_plain_text(head) else UNKNOWN


def _is_plain_text(head: bytes) -> bool:
    if not head or b"\0" in head or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_RUNS):
        return False
    try:
        # Of a longer file the cut may go through a letter.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _HEAD)
    except UnicodeDecodeError:
        return False
    return True
