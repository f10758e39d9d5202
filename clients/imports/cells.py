"""How the text of one cell becomes a value: dates and amounts as people write them, choices by label or code.

Each function builds a reader for one column: ``read(text) -> value``, or CellRefused. The text is stripped and there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from django.core.exceptions import ValidationError

from clients import normalising, validators
from clients.filters.folding import fold
from clients.imports.refusals import CellRefused

Value: TypeAlias = str | int | bool | date | None
Read: TypeAlias = Callable[[str], Value]

DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
YEAR_FIRST = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
AMOUNT = re.compile(r"\d{1,3}(?:(?P<sign>[.,' ])\d{3})(?:(?P=sign)\d{3})*|\d+", re.ASCII)
CURRENCY = re.compile(r"€|EUR\b|euro\b", re.IGNORECASE)
MOST_CENTS = 10**15 - 1
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
ITALIAN_MOBILE = re.compile(r"(?:\+39|0039)?(3\d{8,9})", re.ASCII)
SEPARATORS = str.maketrans("", "", " -./()\u00a0")
YES = frozenset({"si", "yes", "y", "s", "true", "vero", "1", "x"})
NO = frozenset({"no", "n", "false", "falso", "0"})


@dataclass(frozen=True)
class Notation:
    """How the file writes dates and amounts, where the mapping says so."""

    date_format: str = ""
    decimal: str = ""
    month_first: bool = False
    # Not how it is written, but what may be: a wrong code of a person, told in a warning.
    keep_tax_codes: bool = False


def text(longest: int | None) -> Read:
    """A line of at most so many characters, or with None a text of several lines."""

    def read(cell: str) -> str:
        if not cell.isprintable() and CONTROLS.search(cell):
            raise CellRefused("invalid_text")
        if longest is not None:
            cell = " ".join(cell.split())
        if longest is not None and len(cell) > longest:
            raise CellRefused("too_long", limit=longest)
        return cell

    return read


def day(notation: Notation) -> Read:
    """A date: ISO, dd/mm/yyyy, dd.mm.yyyy or dd-mm-yyyy (or the month first), unless the mapping names one format."""
    if notation.date_format:
        return lambda cell: _formatted_day(cell, notation.date_format)

    def read(cell: str) -> date:
        if found := YEAR_FIRST.fullmatch(cell):
            return _day(found[1], found[2], found[3])
        if found := DAY_FIRST.fullmatch(cell):
            month, of_month = (found[1], found[3]) if notation.month_first else (found[3], found[1])
            return _day(found[4], month, of_month)
        raise CellRefused("invalid_date", example="31/12/2025")

    return read


def amount(notation: Notation) -> Read:
    """An amount in cents, not negative: 1.234,56 or 1,234.56 or 1234.56."""

    def read(cell: str) -> int:
        digits, negative = _unsigned(cell)
        whole, fraction = _split(digits, notation.decimal)
        if not AMOUNT.fullmatch(whole) or (fraction and not fraction.isdecimal()):
            raise CellRefused("invalid_amount")
        if len(fraction.rstrip("0")) > 2:
            raise CellRefused("too_many_decimals", limit=2)
        cents = int(re.sub(r"\D", "", whole)) * 100 + int(fraction[:2].ljust(2, "0"))
        if negative and cents:
            raise CellRefused("negative_amount")
        if cents > MOST_CENTS:
            raise CellRefused("out_of_range")
        return cents

    return read


def number(notation: Notation, *, places: int, largest: Decimal) -> Read:
    """A number in units of its last place: -1,5 with six places is -1500000."""

    def read(cell: str) -> int:
        digits, negative = _unsigned(cell)
        whole, fraction = _split(digits, notation.decimal)
        if not AMOUNT.fullmatch(whole) or (fraction and not fraction.isdecimal()):
            raise CellRefused("invalid_number")
        if len(fraction.rstrip("0")) > places:
            raise CellRefused("too_many_decimals", limit=places)
        units = int(re.sub(r"\D", "", whole) + fraction[:places].ljust(places, "0"))
        if units > largest.scaleb(places):
            raise CellRefused("out_of_range")
        return -units if negative else units

    return read


def yes_or_no() -> Read:
    def read(cell: str) -> bool:
        folded = fold(cell)
        if folded in YES:
            return True
        if folded in NO:
            return False
        raise CellRefused("invalid_boolean")

    return read


def choice(codes: Mapping[str, str], names: Iterable[str] = ()) -> Read:
    """One of a fixed set, by its code or by its label in either language (folded); ``names`` are what is told."""
    offered = ", ".join(names or dict.fromkeys(codes.values()))

    def read(cell: str) -> str:
        code = codes.get(fold(cell))
        if code is None:
            raise CellRefused("invalid_choice", choices=offered)
        return code

    return read


def entry(names: Iterable[tuple[str, int]]) -> Read:
    """The id of a row of the firm by its name."""
    found: dict[str, set[int]] = {}
    for name, pk in names:
        found.setdefault(fold(name), set()).add(pk)

    def read(cell: str) -> int:
        ids = found.get(fold(cell), set())
        if len(ids) != 1:
            raise CellRefused("ambiguous_entry" if ids else "unknown_entry")
        return next(iter(ids))

    return read


def email(longest: int) -> Read:
    read_text = text(longest)
    return lambda cell: read_text(_checked(validators.clean_email, cell.removeprefix("mailto:"), "invalid_email"))


def phone() -> Read:
    """A telephone number in E.164; one without a country code is Italian. Its extension is told (comparing.py)."""

    def read(cell: str) -> str:
        mobile = ITALIAN_MOBILE.fullmatch(cell.translate(SEPARATORS))
        return f"+39{mobile[1]}" if mobile else _number(cell)

    return read


def tax_code(notation: Notation = Notation()) -> Read:  # noqa: B008 - frozen
    """A codice fiscale of 16 characters (persons) or 11 digits (companies)."""
    check = validators.validate_kept_tax_code if notation.keep_tax_codes else validators.validate_tax_code
    return lambda cell: _valid(normalising.code(cell), check, "invalid_tax_code")


def vat_number() -> Read:
    return lambda cell: _valid(normalising.vat_number(cell), validators.validate_vat_number, "invalid_vat_number")


def iban() -> Read:
    return lambda cell: _valid(normalising.code(cell), validators.validate_iban, "invalid_iban")


def named(names: Mapping[str, str], refusal: str) -> Read:
    """One of a table of the system, by its code or by its name (folded)."""

    def read(cell: str) -> str:
        code = names.get(fold(cell))
        if code is None:
            raise CellRefused(refusal)
        return code

    return read


def past_day(notation: Notation, today: date) -> Read:
    read_day = day(notation)

    def read(cell: str) -> Value:
        found = read_day(cell)
        if isinstance(found, date) and found > today:
            raise CellRefused("in_the_future")
        return found

    return read


def shown(cell: str, most: int) -> str:
    """The beginning of a cell as a report can show it: what cannot be stored is written as an escape."""
    return CONTROLS.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", cell[:most])


def _checked(clean: Callable[[str], str], cell: str, code: str) -> str:
    try:
        return clean(cell)
    except ValidationError:
        raise CellRefused(code) from None


def _number(cell: str) -> str:
    try:
        return normalising.phone(cell)
    except ValueError:
        raise CellRefused("invalid_phone") from None


def _valid(value: str, validate: Callable[[str], None], code: str) -> str:
    try:
        validate(value)
    except ValidationError:
        raise CellRefused(code) from None
    return value


def _day(year: str, month: str, of_month: str) -> date:
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        raise CellRefused("invalid_date", example="31/12/2025") from None


def _formatted_day(cell: str, written: str) -> date:
    try:
        return datetime.strptime(cell, written).date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        example = date(2025, 12, 31).strftime(written)
        raise CellRefused("invalid_date", example=example) from None


def _unsigned(cell: str) -> tuple[str, bool]:
    """The digits without currency and sign; accountants put the minus behind, or use brackets."""
    bare = CURRENCY.sub("", cell).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").strip()
    bare = bare.replace("\u2212", "-")
    if bare.startswith("(") and bare.endswith(")"):
        return bare[1:-1].strip(), True
    if bare.endswith("-"):
        return bare[:-1].strip(), True
    return bare.lstrip("+-").strip(), bare.startswith("-")


def _split(digits: str, decimal: str) -> tuple[str, str]:
    """Whole part and decimals. A lone sign before exactly three digits separates thousands: money has two decimals."""
    if not decimal:
        decimal = _decimal_sign(digits)
    if not decimal:
        return digits, ""
    if digits.count(decimal) > 1 or (decimal == "." and "," in digits.partition(".")[2]):
        raise CellRefused("invalid_amount")
    whole, _sign, fraction = digits.partition(decimal)
    return whole or "0", fraction


def _decimal_sign(digits: str) -> str:
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return ""
    sign, other = digits[last], {".": ",", ",": "."}[digits[last]]
    if other in digits:
        return sign
    lone = digits.count(sign) == 1
    return sign if lone and not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits) else ""
