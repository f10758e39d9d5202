"""The catalogue of client fields: every fact about a client is one entry, whoever owns it (architecture.md section 1).

Filters, columns of lists, groups, import, export, checks, mail and the API all read it; a higher app adds its entries
in `AppConfig.ready()` and they appear in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.db.models import Q, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.filters.compile import Source, compile_filter
from clients.filters.expressions import Expression
from clients.filters.operators import operators_for
from clients.filters.types import Fact, FieldType
from clients.models import Client
from tenants.binding import forget, is_firm_bound, remembered

Choices = Iterable[tuple[str | int, str | Promise]]


class FieldGroup(TextChoices):
    """The headings under which a picker shows the fields."""

    IDENTITY = "identity", _("Identity")
    CONTACTS = "contacts", _("Contacts")
    RELATIONSHIP = "relationship", _("Relationship")
    PLANNING = "planning", _("Planning")
    OUTCOMES = "outcomes", _("Outcomes and activities")
    WEALTH = "wealth", _("Wealth")
    PORTFOLIOS = "portfolios", _("Portfolios")
    MIFID = "mifid", _("MiFID and documents")
    CONSENT = "consent", _("Consent")
    RECORD = "record", _("Other")
    CUSTOM = "custom", _("User fields")
    ACCOUNTS = "accounts", _("Years, filings and services")
    POLICIES = "policies", _("Insurance policies")
    SERVICES = "services", _("Service opportunities")


@dataclass(frozen=True, kw_only=True)
class CatalogueField:
    """One fact about a client: its name, and all that can be done with it."""

    name: str
    label: str | Promise
    group: FieldGroup
    type: FieldType
    # In memory: the stored values of one client on a day, and what must be loaded with him to read them.
    read: Callable[[Client, date], Iterable[object]]
    select: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    prefetch_shown: tuple[str, ...] = ()
    # In words, where the stored value is not what a person reads (the member's name for an id).
    show: Callable[[Client, date], Iterable[object]] | None = None
    # In SQL: None where the field cannot be filtered.
    source: Source | None = None
    # What a picker offers, and the names of all that may be stored, those no longer offered included.
    choices: Callable[[], Choices] | None = None
    names: Callable[[], Choices] | None = None
    # The user list that a reference chooses from, and the rows of it that a filter may name by their codes.
    list_name: str = ""
    coded: Callable[[], Mapping[str, int]] | None = None
    moves_with_time: bool = False
    # Follows from groups (the plan, membership): not for a group that itself drives the cadence (architecture.md 4).
    follows_from_groups: bool = False
    # Capabilities: the ORM path to sort by (and what must be joined for it), the setter that an import calls, the rest
    # as yes or no.
    sort: str = ""
    sort_join: Callable[[QuerySet[Client]], QuerySet[Client]] | None = None
    setter: str = ""
    listable: bool = True
    exportable: bool = True
    in_mail: bool = True

    @property
    def operators(self) -> tuple[str, ...]:
        return operators_for(self.type) if self.filterable else ()

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(str(code) for code, _label in self.choices()) if self.choices else frozenset()

    @property
    def references(self) -> Mapping[str, int]:
        return self.coded() if self.coded else {}

    @property
    def filterable(self) -> bool:
        return self.source is not None

    @property
    def sortable(self) -> bool:
        return bool(self.sort)

    @property
    def importable(self) -> bool:
        return bool(self.setter)

    def fact(self, client: Client, today: date) -> Fact:
        """The client's values in the form that filters compare."""
        return self.type.fact(self.read(client, today))

    def shown(self, client: Client, today: date) -> tuple[object, ...]:
        """The client's values as a person reads them; empty ones are left out."""
        values = self.show(client, today) if self.show else self.read(client, today)
        return tuple(value for value in values if value not in (None, ""))


_fields: dict[str, CatalogueField] = {}
_providers: list[Callable[[], Iterable[CatalogueField]]] = []
REMEMBERED = "clients.catalogue"


def register(entries: Iterable[CatalogueField]) -> None:
    """Add an app's entries. Called when the app is ready; a name can be taken only once."""
    for entry in entries:
        if entry.name in _fields:
            raise ValueError(f"the catalogue already has a field named {entry.name}")
        _fields[entry.name] = entry


def provide(entries: Callable[[], Iterable[CatalogueField]]) -> None:
    """Add entries that differ from firm to firm: asked for once in a transaction, with the firm bound.

    Who changes what they are made of calls ``forget_fields``.
    """
    _providers.append(entries)


def fields() -> Mapping[str, CatalogueField]:
    """Every field of the bound firm by name, in the order in which pickers show them."""
    return _OfTheFirm() if is_firm_bound() else MappingProxyType(_fields)


def of_all_firms() -> Mapping[str, CatalogueField]:
    """The fields that every firm has; no provider is asked."""
    return MappingProxyType(_fields)


def is_current(entry: CatalogueField) -> bool:
    """Whether the bound firm's catalogue still has this very entry; for those of all firms no provider is asked."""
    return fields().get(entry.name) is entry


def forget_fields() -> None:
    """What a provider gives has changed."""
    forget(REMEMBERED)


class _OfTheFirm(Mapping[str, CatalogueField]):
    """Providers are asked, each of which asks the database, for a field that not every firm has, or for all of them."""

    def __getitem__(self, name: str) -> CatalogueField:
        found = _fields.get(name)
        return found if found is not None else self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, CatalogueField]:
        return remembered(REMEMBERED, _of_the_firm)


def _of_the_firm() -> dict[str, CatalogueField]:
    known = {**_fields, **{entry.name: entry for provider in _providers for entry in provider()}}
    places = {group: place for place, group in enumerate(dict.fromkeys(entry.group for entry in known.values()))}
    return dict(sorted(known.items(), key=lambda item: places[item[1].group]))


def source_of(name: str) -> Source:
    """Where SQL finds a field. Raises KeyError for one that is gone or cannot be filtered."""
    source = fields()[name].source
    if source is None:
        raise KeyError(name)
    return source


def where(expression: Expression, *, today: date, few: bool = False) -> Q:
    """The condition on clients that a parsed filter stands for; ``few``: to be asked of some, each looked up by id."""
    return compile_filter(expression, source_of, today, few=few)


def sorted_by(clients: QuerySet[Client], ordering: str) -> tuple[QuerySet[Client], str]:
    """The clients with what ``-aum`` or ``custom.x`` sorts by beside them, and its path; no path where it cannot."""
    name = ordering.removeprefix("-")
    field = fields().get(name)
    if field is None or not field.sortable:
        return clients, ""
    joined = field.sort_join(clients) if field.sort_join else clients
    return joined, f"-{field.sort}" if ordering.startswith("-") else field.sort
