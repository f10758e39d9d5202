"""The formats of an export. Each writer takes rows as they come and holds none of them."""

from __future__ import annotations

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import vobject
import xlsxwriter
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from clients.enums import ClientKind, ExportFormat, PhoneKind
from clients.exports.columns import Column
from clients.guarding import guarded
from clients.imports.queries import Encoded
from clients.models import Client, Profile
from clients.values import address_values, email_values, phone_values
from web import formatting

# What a cell of Excel holds; more of a text is not shown there.
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575


class Writer(ABC):
    """Writes one file. ``needs_record``: besides the columns it reads the client's contacts."""

    content_type: str
    suffix: str
    needs_record = False

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self.file, self.columns = file, columns

    @abstractmethod
    def write(self, client: Client, today: date) -> None: ...

    def close(self) -> None:  # noqa: B027 - most have nothing to finish
        """The last words of the file."""

    def values(self, client: Client, today: date) -> Iterable[tuple[object, ...]]:
        return (tuple(value for value in column.read(client, today) if value is not None) for column in self.columns)


class CsvWriter(Writer):
    """For an Italian Excel: semicolons, decimal commas, and a mark that says it is UTF-8. No cell is a formula."""

    content_type, suffix = "text/csv; charset=utf-8", "csv"

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        super().__init__(file, columns)
        file.write("\ufeff".encode())
        self._rows = csv.writer(Encoded(file), delimiter=";", quoting=csv.QUOTE_ALL)
        self._rows.writerow([guarded(column.label) for column in columns])

    def write(self, client: Client, today: date) -> None:
        self._rows.writerow([_cell(values) for values in self.values(client, today)])


class XlsxWriter(Writer):
    """Numbers and days as such, everything else as text that nothing evaluates."""

    content_type, suffix = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        super().__init__(file, columns)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(file, {**options, "default_date_format": "dd/mm/yyyy"})
        self._amount = self._book.add_format({"num_format": "#,##0.00"})
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._row = 1
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column.label)

    def write(self, client: Client, today: date) -> None:
        for place, values in enumerate(self.values(client, today)):
            self._write_cell(place, values)
        self._row += 1

    def _write_cell(self, place: int, values: tuple[object, ...]) -> None:
        match values:
            case ():
                return
            case (Decimal() as amount,):
                self._sheet.write_number(self._row, place, amount, self._amount)
            case (bool(),):
                self._sheet.write_string(self._row, place, _words(values))
            case (int() as number,):
                self._sheet.write_number(self._row, place, number)
            case (date() as day,) if not isinstance(day, datetime) and day.year >= 1900:
                self._sheet.write_datetime(self._row, place, day)
            case _:
                self._sheet.write_string(self._row, place, _words(values)[:LONGEST_CELL])

    def close(self) -> None:
        self._book.close()


class JsonWriter(Writer):
    """One object for each client, as integrations read him: codes, ISO days, amounts as text."""

    content_type, suffix, needs_record = "application/json", "json", True

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        super().__init__(file, columns)
        self._between = b"[\n"

    def write(self, client: Client, today: date) -> None:
        told: dict[str, Any] = {"id": client.pk}
        for column in self.columns:
            told[column.name] = _plain(column, client, today)
        told["emails"] = [email_values(email) for email in client.emails.all()]
        told["phones"] = [phone_values(phone) for phone in client.phones.all()]
        told["addresses"] = [address_values(address) for address in client.addresses.all()]
        self.file.write(self._between + json.dumps(told, ensure_ascii=False).encode())
        self._between = b",\n"

    def close(self) -> None:
        self.file.write(b"[]\n" if self._between == b"[\n" else b"\n]\n")


class CardWriter(Writer):
    """vCard 3.0, which telephones and mail programs read."""

    content_type, suffix, needs_record = "text/vcard; charset=utf-8", "vcf", True

    def write(self, client: Client, today: date) -> None:
        card = vobject.vCard()
        _name(card, client)
        for email in client.emails.all():
            _add(card, "email", email.address, "INTERNET")
        for phone in client.phones.all():
            _add(card, "tel", phone.number, "CELL" if phone.kind == PhoneKind.MOBILE else "VOICE")
        for address in client.addresses.all():
            _add(card, "adr", _address(address), "HOME")
        self._more(card, client)
        self.file.write(card.serialize().encode())

    def _more(self, card: Any, client: Client) -> None:
        profile: Profile | None = getattr(client, "profile", None)
        if profile is not None and profile.birth_date:
            _add(card, "bday", profile.birth_date.isoformat())
        if profile is not None and profile.profession:
            _add(card, "title", profile.profession)
        labels = [own.label.name for own in client.client_labels.all()]
        if labels:
            card.add("categories").value = labels


WRITERS: dict[str, type[Writer]] = {
    ExportFormat.CSV.value: CsvWriter,
    ExportFormat.XLSX.value: XlsxWriter,
    ExportFormat.JSON.value: JsonWriter,
    ExportFormat.VCARD.value: CardWriter,
}


def as_attachment(name: str) -> dict[str, str]:
    """The header with which a browser saves the file under this name."""
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}


def _cell(values: tuple[object, ...]) -> str:
    """Numbers are never formulas; whatever somebody typed may look like one."""
    if len(values) == 1 and isinstance(values[0], Decimal):
        return f"{values[0]:f}".replace(".", ",")
    return guarded(_words(values))


def _words(values: tuple[object, ...]) -> str:
    return ", ".join(_word(value) for value in values)


def _word(value: object) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case Decimal():
            return f"{value:f}".replace(".", ",")
        case date():
            return formatting.moment(value) if isinstance(value, datetime) else value.strftime("%d/%m/%Y")
        case _:
            return str(value)


def _plain(column: Column, client: Client, today: date) -> Any:
    field = column.field
    has_codes = field is not None and field.choices is not None and field.type.name == "choice"
    read = field.read if field is not None and has_codes else column.read
    values = [_json(value) for value in read(client, today) if value not in (None, "")]
    if column.name == "labels" or len(values) > 1:
        return values
    return values[0] if values else None


def _json(value: object) -> Any:
    match value:
        case bool() | int():
            return value
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _name(card: Any, client: Client) -> None:
    is_company = client.kind == ClientKind.COMPANY
    family = "" if is_company else client.last_name
    card.add("n").value = vobject.vcard.Name(family=family, given="" if is_company else client.first_name)
    card.add("fn").value = client.name
    if client.company_name:
        card.add("org").value = [client.company_name]


def _add(card: Any, name: str, value: Any, kind: str = "") -> None:
    part = card.add(name)
    part.value = value
    if kind:
        part.type_param = kind


def _address(address: Any) -> Any:
    return vobject.vcard.Address(
        street=address.street,
        city=address.city,
        region=address.province,
        code=address.postal_code,
        country=address.country,
    )
