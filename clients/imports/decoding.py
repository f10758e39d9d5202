"""Which kind of file this is, and in which encoding its text is written."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from clients.imports.refusals import FileRefused

CHUNK = 1 << 20

# What people hand in instead of a CSV file, by its first bytes.
OTHER_KINDS = (
    (b"PK\x03\x04", _("a spreadsheet (xlsx, ods) or a zip archive")),
    (b"PK\x05\x06", _("a zip archive")),
    (b"\xd0\xcf\x11\xe0", _("an old spreadsheet or document (xls, doc)")),
    (b"%PDF", _("a PDF document")),
    (b"\x1f\x8b", _("a compressed file")),
    (b"7z\xbc\xaf", _("a compressed file")),
    (b"Rar!", _("a compressed file")),
    (b"\x89PNG", _("an image")),
    (b"GIF8", _("an image")),
    (b"\xff\xd8\xff", _("an image")),
    (b"{\\rtf", _("a text document (rtf)")),
    (b"BEGIN:VCALENDAR", _("a calendar (iCalendar)")),
    (b"<!doctype html", _("a web page")),
    (b"<html", _("a web page")),
    (b"<?xml", _("an XML file")),
)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes that Windows' code page leaves undefined.
NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# Control characters that no text file contains.
NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
UNDECODED = re.compile("[\udc80-\udcff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of a text file, or FileRefused for anything that is not one. Leaves the stream at its start."""
    stream.seek(0)
    start = stream.read(CHUNK)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileRefused("empty_file")
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), "")
    encoding = encoding or _utf_16_without_mark(start)
    if not encoding:
        _refuse_other_kinds(start)
        encoding = "utf-8" if _is_utf_8(stream) else _single_byte(stream)
    stream.seek(0)
    return encoding


def error_handler(encoding: str) -> str:
    """A few broken bytes spoil their cells, not the file; the checks of the cells refuse the surrogates."""
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    return "surrogatepass" if wide else "surrogateescape"


def known_encoding(name: str) -> str:
    """The encoding's name as Python knows it, or FileRefused."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except LookupError:
        raise FileRefused("unknown_encoding", field="mapping.encoding", encoding=name[:40]) from None
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _utf_16_without_mark(start: bytes) -> str:
    """Text of Latin letters in UTF-16 has a zero in every second byte."""
    sample = start[:4096]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) == 0:
        return "utf-16-le"
    if half and sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return ""


def _refuse_other_kinds(start: bytes) -> None:
    begin = start.removeprefix(codecs.BOM_UTF8).lstrip()[:20].lower()
    for magic, kind in OTHER_KINDS:
        if begin.startswith(magic.lower()):
            raise FileRefused("wrong_kind", kind=kind)
    fault = NOT_IN_TEXT.search(start)
    if fault:
        raise FileRefused("not_text", line=start.count(b"\n", 0, fault.start()) + 1)


def _is_utf_8(stream: BinaryIO) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(stream: BinaryIO) -> str:
    """UTF-8 with a few faults if most of it is UTF-8, else Windows' code page, else Latin-1."""
    stream.seek(0)
    broken = whole = 0
    cp1252 = True
    while chunk := stream.read(CHUNK):
        text = chunk.decode("utf-8", "surrogateescape")
        bad = len(UNDECODED.findall(text))
        broken += bad
        whole += len(NOT_ASCII.findall(text)) - bad
        cp1252 = cp1252 and not NOT_IN_CP1252.search(chunk)
    if whole > broken:
        return "utf-8"
    return "cp1252" if cp1252 else "latin-1"
