"""Files that would be far larger than they look are refused by what their directory says, or by the reader's limits."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from clients.imports import spreadsheets
from clients.imports.mapping import ImportMapping
from clients.imports.reading import open_source
from clients.imports.refusals import FileRefused
from tenants.models import Firm

MIB = 1024 * 1024
SHEET = b'<?xml version="1.0"?><worksheet><sheetData>'
ROW = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'


def workbook(sheet: bytes, names: dict[str, bytes] | None = None) -> bytes:
    """A workbook as Excel would pack it, with this as its sheet."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.add_worksheet().write_string(0, 0, "Cognome")
    book.close()
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for entry in old.infolist():
            content = sheet if entry.filename == "xl/worksheets/sheet1.xml" else old.read(entry)
            new.writestr(entry.filename, content)
        for name, content in (names or {}).items():
            new.writestr(name, content)
    return packed.getvalue()


def swollen() -> bytes:
    return workbook(SHEET + ROW * (32 * MIB // len(ROW)) + b"</sheetData></worksheet>")


def many_entries() -> bytes:
    return workbook(SHEET, {f"xl/media/{number}.bin": b"" for number in range(5_000)})


def overlapping() -> bytes:
    """Every entry of the directory points at the same packed bytes."""
    content = bytearray(workbook(SHEET + ROW * 1_000 + b"</sheetData></worksheet>"))
    place, sizes = 0, 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 20 : place + 24] = struct.pack("<I", len(content))
        place, sizes = place + 4, sizes + 1
    assert sizes > 3
    return bytes(content)


def lying() -> bytes:
    """The directory says that the sheet is small."""
    content = bytearray(workbook(SHEET + ROW * (32 * MIB // len(ROW)) + b"</sheetData></worksheet>"))
    for mark, size in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = 0
        while (place := content.find(mark, place)) >= 0:
            if struct.unpack("<I", content[place + size : place + size + 4])[0] > MIB:
                content[place + size : place + size + 4] = struct.pack("<I", 1_000)
            place += 4
    return bytes(content)


def entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><worksheet><sheetData>'
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    return workbook(f"{declared}{row}</sheetData></worksheet>".encode())


def repeated_cells() -> bytes:
    """An OpenDocument sheet of few bytes and sixteen thousand million cells."""
    table = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell'
        ' table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
        "</table:table-row>"
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return packed.getvalue()


def rows_of(content: bytes) -> int:
    with open_source(io.BytesIO(content), recognise=ImportMapping().recognise) as source:
        return sum(1 for _row in source.rows())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (swollen, "bomb"),
        (many_entries, "bomb"),
        (overlapping, "bomb"),
        (repeated_cells, "unreadable_spreadsheet"),
        (entities, "unreadable_spreadsheet"),
    ],
)
def test_a_bomb_is_refused(bound: Firm, make: Callable[[], bytes], code: str) -> None:
    content = make()

    with pytest.raises(FileRefused) as refused:
        rows_of(content)

    assert refused.value.why == code


def test_a_directory_that_lies_does_no_harm(bound: Firm) -> None:
    """Its reader stops at the size that is stated, or dies of its own limits: never more rows than were declared."""
    try:
        rows = rows_of(lying())
    except FileRefused:
        rows = 0
    assert rows <= 1


def test_a_zip_that_is_no_workbook_and_a_damaged_one_are_named(bound: Firm) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../etc/passwd", "x")

    for content in (packed.getvalue(), packed.getvalue()[:40], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600):
        with pytest.raises(FileRefused) as refused:
            open_source(io.BytesIO(content), recognise=ImportMapping().recognise)
        assert refused.value.why in ("wrong_kind", "unreadable_spreadsheet")


def test_the_limits_are_those_of_a_list_of_clients() -> None:
    assert spreadsheets.MOST_UNPACKED <= 512 * MIB
