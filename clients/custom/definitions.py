"""The user fields of the bound firm, asked for once in a transaction (SIS-16)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from clients.enums import CustomType
from clients.models import CustomField
from tenants.binding import bound_firm_id, forget, remembered

REMEMBERED = "clients.custom_fields"
PREFIX = "custom."


@dataclass(frozen=True)
class Definition:
    """One active field, unchangeable: equal definitions share one catalogue entry within a process."""

    firm_id: int
    id: int
    key: str
    label: str
    help_text: str
    type: str
    list_name: str
    form: str
    required: bool
    in_mail: bool

    @property
    def name(self) -> str:
        """As the catalogue calls it."""
        return PREFIX + self.key

    @property
    def column(self) -> str:
        """Of CustomValue, where the values stand."""
        return COLUMNS[self.type]

    @property
    def has_entries(self) -> bool:
        return self.column == "entry"


COLUMNS: dict[str, str] = {
    CustomType.TEXT: "text",
    CustomType.NUMBER: "number",
    CustomType.MONEY: "amount",
    CustomType.DATE: "day",
    CustomType.BOOLEAN: "flag",
    CustomType.CHOICE: "entry",
    CustomType.CHOICES: "entry",
}
_STORED = [part.name for part in fields(Definition) if part.name != "firm_id"]


def definitions() -> dict[str, Definition]:
    """The active fields by key, in the firm's order."""
    return remembered(REMEMBERED, _read)


def forget_definitions() -> None:
    """A field was added, changed or taken away."""
    forget(REMEMBERED)


def _read() -> dict[str, Definition]:
    firm_id = bound_firm_id()
    rows = CustomField.objects.filter(active=True).order_by("position", "id").values(*_STORED)
    return {row["key"]: Definition(firm_id, **row) for row in rows}
