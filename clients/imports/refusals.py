"""What can be wrong with a file to import: stable codes, and the words for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    # The file.
    "empty_file": _("The file is empty."),
    "no_rows": _("The file has a header on line %(line)s but no row below it."),
    "wrong_kind": _("This is %(kind)s; an import takes CSV, Excel, OpenDocument and vCard files."),
    "not_text": _("This is not a text file: line %(line)s contains bytes that no text has."),
    "not_decodable": _("The file cannot be read as %(encoding)s."),
    "cell_too_long": _("Line %(line)s has a cell that is too long: is a quotation mark not closed?"),
    "line_too_long": _("The file has a line that is too long for a list of clients."),
    "one_column": _(
        "The file has one column only (%(column)s): the columns must be separated by semicolons, commas, tabs or |."
    ),
    "missing_column": _("The file has no column named %(column)s; it has: %(found)s."),
    "duplicate_column": _("The file has more than one column named %(column)s."),
    "no_known_column": _("No column of the file is known; it has: %(found)s. Give a mapping."),
    "no_default_meeting_type": _("The firm has no default type of meeting, so meetings cannot be imported."),
    "unreadable_spreadsheet": _("The spreadsheet cannot be read: it is damaged, protected by a password or too large."),
    "encrypted_file": _("The file is protected by a password. Save it without one and try again."),
    "bomb": _("The file would be far larger when unpacked than a list of clients can be."),
    "no_sheet": _("The spreadsheet has no sheet named %(sheet)s."),
    "too_large": _("The file is larger than %(limit)s MB."),
    # The mapping.
    "not_a_mapping": _('A mapping is an object such as {"columns": {"header": "field"}}.'),
    "unknown_key": _("A mapping has no part named %(key)s."),
    "columns_required": _("A mapping must say which columns go to which fields."),
    "unknown_target": _("There is no field named %(field_name)s that an import can fill."),
    "target_needed": _("A column must go to the field %(field_name)s for this."),
    "duplicate_target": _("Two columns go to the field %(field_name)s."),
    "unknown_encoding": _("There is no text encoding named %(encoding)s."),
    "unknown_delimiter": _("The separator must be one of ; , | or a tab."),
    "unknown_date_format": _("A date format is written with day, month and year, such as %(example)s."),
    "unknown_date_order": _("The order of dates must be dmy, mdy or ymd."),
    "unknown_header_line": _("The line of the header is a number from 1."),
    "unknown_match_on": _("Duplicates are found by external_id, tax_code and email."),
    "unknown_decimal": _("The decimal sign must be a comma or a point."),
    "unknown_on_duplicate": _("on_duplicate must be create, update or skip."),
    # A row.
    "too_many_cells": _("The row has %(cells)s cells, the header only %(columns)s."),
    "too_few_cells": _("The row has only %(cells)s cells, the header %(columns)s."),
    "unclosed_quote": _("A quotation mark that is opened in this row is never closed."),
    "unreadable_card": _("This contact cannot be read: it does not keep to the vCard standard."),
    "card_too_large": _("This contact is too large."),
    "required": _("A client needs a name."),
    "ambiguous_duplicate": _("More than one client has this value: it does not say which one is meant."),
    "duplicate_external_id": _("Another client has this external id."),
    "unknown_company": _("There is no company of this name, VAT number or external id, or there are several."),
    "parent_of_a_person": _("Only a company has a parent company."),
    "circle_of_companies": _("This company stands below the one that it would be put under."),
    "company_refused": _("The row of this company was refused."),
    "not_your_household": _("A household with this key exists, and you see nobody of it."),
    # Told, not refused.
    "household_by_name": _(
        "Put into a household that was there, by its name alone. If it is another family, give it a key of its own."
    ),
    "household_shared": _(
        "Put into one household with line %(line)s, by its name alone. If they are two families, give each a key."
    ),
    "extension_left_out": _("The number is kept without its extension %(extension)s: write that into the notes."),
    "not_your_client": _("A client with this value exists and is looked after by somebody else."),
    "unknown_client": _("There is no client with this code."),
    "ambiguous_client": _("More than one client has this code."),
    "missing_value": _("This must be filled in."),
    "external_id_taken": _("This external id is taken."),
    "repeated_key": _("This external id stands here twice."),
    "no_key": _("Give an external id, or a number."),
    "out_of_reach": _("This year is out of reach."),
    # A cell.
    "invalid_text": _("This contains characters that cannot be stored."),
    "too_long": _("This may have at most %(limit)s characters."),
    "invalid_date": _("This is not a date; write it such as %(example)s."),
    "invalid_amount": _("This is not an amount; write it such as 1.234,56."),
    "invalid_year": _("This is not a year; write it such as 2025."),
    "invalid_number": _("This is not a number; write it such as 1.234,5."),
    "negative_amount": _("This amount may not be negative."),
    "too_many_decimals": _("An amount may have at most %(limit)s decimals."),
    "out_of_range": _("This amount is too large."),
    "invalid_choice": _("This is not one of the choices: %(choices)s."),
    "unknown_entry": _("There is no active entry of this name."),
    "ambiguous_entry": _("More than one entry has this name."),
    "invalid_boolean": _("Write yes or no."),
    "invalid_email": _("This is not an e-mail address."),
    "invalid_phone": _("This is not a telephone number."),
    "invalid_tax_code": _("This is not a valid tax code: its check digit or its form is wrong."),
    "invalid_vat_number": _("This is not a valid VAT number: its check digit or its form is wrong."),
    "invalid_iban": _("This is not a valid IBAN: its check digits or its form are wrong."),
    "in_the_future": _("This day is still to come."),
    "invalid_province": _("This is not a province; write its name or its two letters, such as MI."),
    "unknown_country": _("This is not a country."),
}


def name_refusals(messages: Mapping[str, str | Promise]) -> None:
    """Let a higher app name what can be wrong with its rows, in its ``AppConfig.ready()``."""
    MESSAGES.update(messages)


def message(code: str, params: Mapping[str, object] | None = None) -> str:
    """The words for a code in the active language."""
    return str(MESSAGES[code]) % (params or {})


class FileRefused(ValidationError):  # noqa: N818 - named for what happened
    """A file or a mapping that cannot be used at all; nothing of it is imported."""

    def __init__(self, code: str, *, field: str = "file", **params: object) -> None:
        super().__init__({field: ValidationError(message(code, params), code=code)})
        self.why = code


class CellRefused(Exception):  # noqa: N818 - as above
    """A cell whose text does not fit its field."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a row is not imported: the line on which the row begins, the column, what stood there, why."""

    line: int
    column: str
    value: str
    code: str
    message: str
