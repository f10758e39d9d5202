"""What a firm's archive consists of: every table that the wall guards, but for what is left out with a reason.

Columns and references follow from the models. What models cannot say is entered here by the apps in
``AppConfig.ready()``: which tables stay behind, which plain numbers are ids of rows, and what a row still promises to
do that its copy must not do a second time. Guard tests derive from the models what has to be entered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from tenants.models import FirmOwned

Row = dict[str, Any]
# Of the rows of one page: put ``mark(...)`` where an id stands that the columns' types do not tell.
Annotate = Callable[[list[Row]], None]
# Of the value of one column: the same with ``mark(...)`` where ids stand.
Describe = Callable[[Any], Any]
# What becomes of a row in the new firm; False: it does not come along.
Arrive = Callable[[Row], bool]

MARK = "$id"


@dataclass(frozen=True)
class Files:
    """The contents of files that rows of one table stand for."""

    column: str
    read: Callable[[str], IO[bytes] | None]
    keep: Callable[[IO[bytes] | None], str]
    forget: Callable[[str], None]


_left_out: dict[str, str] = {}
_plain: dict[str, frozenset[str]] = {}
_numbers: dict[str, dict[str, str]] = {}
_annotated: dict[str, Annotate] = {}
_described: dict[str, dict[str, Describe]] = {}
_arriving: dict[str, Arrive] = {}
_files: dict[str, Files] = {}
_afterwards: list[Callable[[], None]] = []
# Of the lines of a list of erasures, the firm's short name in it, and the new ids: erases again and says how many.
Erase = Callable[[Iterable[str], str, Callable[[str, int], "int | None"]], int]
_erasing: list[Erase] = []


def leave_out(reason: str, *labels: str) -> None:
    """These tables stay behind."""
    _left_out.update(dict.fromkeys(labels, reason))


def plain(label: str, *columns: str) -> None:
    """These columns hold documents or numbers in which no row of the firm is named by its id."""
    _plain[label] = _plain.get(label, frozenset()) | frozenset(columns)


def numbers(label: str, **columns: str) -> None:
    """These columns hold ids, or lists of ids, of rows of another table, without a key in the database."""
    _numbers.setdefault(label, {}).update(columns)


def describe(label: str, **columns: Describe) -> None:
    """The documents in these columns name rows; each function marks them."""
    _described.setdefault(label, {}).update(columns)


def annotate(label: str, columns: Iterable[str], how: Annotate) -> None:
    """As ``describe``, where it takes the whole row, or a look into the database for all rows of a page."""
    _annotated[label] = how
    describe(label, **dict.fromkeys(columns, _as_it_is))


def described(label: str, column: str, value: Any) -> Any:
    """The value with its marks, as that column of that table has them."""
    return _described.get(label, {}).get(column, _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


def on_arrival(label: str, how: Arrive) -> None:
    """What a row of the copy has to give up."""
    _arriving[label] = how


def with_files(label: str, files: Files) -> None:
    _files[label] = files


def afterwards(work: Callable[[], None]) -> None:
    """When all rows have come into the bound firm."""
    _afterwards.append(work)


def on_erasures(work: Erase) -> None:
    """Whom the firm has erased since the archive was made is erased in the copy as well."""
    _erasing.append(work)


def erase_again(texts: Iterable[str], slug: str, number: Callable[[str, int], int | None]) -> int:
    told = list(texts)
    return sum(work(told, slug, number) for work in _erasing)


def mark(label: str, number: Any) -> Any:
    """An id in a document, told with its table; what is no id stays as it is."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        return number
    return {MARK: [label.lower(), number]}


def mark_digits(label: str, text: str) -> Any:
    """An id that stands there as text, and is to stand there as text again."""
    return {MARK: [label.lower(), text]} if text.isdecimal() else text


def marked(label: str, value: Any) -> Any:
    """``mark`` for one id or for a list of them."""
    return [mark(label, each) for each in value] if isinstance(value, list) else mark(label, value)


def left_out() -> Mapping[str, str]:
    return MappingProxyType(_left_out)


def marked_columns(label: str, values: Any) -> Any:
    """A document of column names and values, as history keeps former values of a row."""
    if not isinstance(values, dict):
        return values
    model: Any = apps.get_model(label)
    targets = {field.column: field.related_model for field in model._meta.concrete_fields if _leads_to_row(field)}
    targets |= {column.removesuffix("_id"): target for column, target in targets.items()}
    return {
        name: marked(targets[name]._meta.label_lower, value) if name in targets else described(label, name, value)
        for name, value in values.items()
    }


def afterwards_all() -> None:
    for work in _afterwards:
        work()


class Table:
    """One table of the archive."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model: Any = model
        self.label: str = model._meta.label
        self.name: str = model._meta.label_lower
        self.table: str = model._meta.db_table
        fields: list[Any] = [field for field in model._meta.concrete_fields if field.column and field.name != "firm"]
        self.fields = [field for field in fields if not isinstance(field, models.CompositePrimaryKey)]
        self.columns: list[str] = [field.column for field in self.fields]
        key: list[Any] = [field for field in model._meta.pk_fields if field.name != "firm"]
        self.key: list[str] = [field.column for field in key]
        self.has_own_id = isinstance(model._meta.pk, models.BigAutoField)
        self.references: dict[str, str] = dict(self._references())
        self.numbers: Mapping[str, str] = {
            column: target.lower() for column, target in _numbers.get(self.label, {}).items()
        }
        self.described: Mapping[str, Describe] = _described.get(self.label, {})
        self._annotate: Annotate | None = _annotated.get(self.label)
        self.arrive: Arrive | None = _arriving.get(self.label)
        self.files: Files | None = _files.get(self.label)
        # JSON's numbers are floats to whoever reads them: what is exact to the last digit travels as text.
        self.exact = [field.column for field in self.fields if str(field.db_type(connection)).startswith("numeric")]
        # Columns that name rows of a table which stays behind.
        self.emptied = [column for column, target in self.references.items() if target in _lowered(_left_out)]

    @property
    def has_marks(self) -> bool:
        return bool(self.described)

    def prepare(self, page: list[Row]) -> None:
        """Rows as the archive has them: what stays behind taken out, ids in documents marked."""
        for row in page:
            for column in self.emptied:
                row[column] = None
            if self.files:
                row[self.files.column] = ""
            for column, how in self.described.items():
                row[column] = how(row[column])
        if self._annotate:
            self._annotate(page)

    def _references(self) -> Iterable[tuple[str, str]]:
        for field in self.fields:
            if _leads_to_row(field):
                yield field.column, field.related_model._meta.label_lower

    @property
    def undeclared(self) -> list[str]:
        """Columns of which nobody has said whether they name rows."""
        said = _plain.get(self.label, frozenset()) | set(self.described) | set(self.numbers)
        return [field.column for field in self.fields if _may_name_rows(field) and field.column not in said]


def _leads_to_row(field: Any) -> bool:
    return bool(field.is_relation) and issubclass(field.related_model, FirmOwned)


def _may_name_rows(field: Any) -> bool:
    if field.is_relation or field.primary_key:
        return False
    return isinstance(field, models.JSONField | ArrayField) or type(field) is models.BigIntegerField


def _lowered(labels: Iterable[str]) -> set[str]:
    return {label.lower() for label in labels}


def tables() -> list[Table]:
    """Those of an archive, by name."""
    found = [
        model for model in apps.get_models() if issubclass(model, FirmOwned) and model._meta.label not in _left_out
    ]
    return [Table(model) for model in sorted(found, key=lambda model: model._meta.label_lower)]
