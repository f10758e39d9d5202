"""Field types of the client's record: money, and the folded copy of a text that filters and lists compare on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from clients.filters.folding import fold


class _WholeUnitsField(models.DecimalField[Any, Any]):
    """A number with a fixed count of decimals, stored as a whole number (bigint) of its smallest unit.

    Comparisons of bigint are leakproof, so an index serves them under row-level security; numeric ones are not.
    """

    digits: ClassVar[int]
    places: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = self.digits
        kwargs["decimal_places"] = self.places
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, list(args), kwargs

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def db_type(self, connection: Any) -> str:
        return "bigint"

    def get_db_converters(self, connection: Any) -> list[Any]:
        return [self.from_db_value]

    def from_db_value(self, value: int | Decimal | None, expression: Any, connection: Any) -> Decimal | None:
        """Whole units as read; sums of bigint arrive as Decimal, hence the conversion."""
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        return whole_units(self.to_python(value), self.places)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return value
        return self.get_db_prep_value(value, connection)


class MoneyField(_WholeUnitsField):
    """An amount in the firm's currency: Decimal with two places in Python, integer cents in the database."""

    digits, places = 15, 2


class NumberField(_WholeUnitsField):
    """A number with up to six decimals, stored as whole millionths."""

    digits, places = 18, 6


def whole_units(number: Decimal | None, places: int) -> int | None:
    """A number in units of its last place. Raises ValueError for a fraction of one: nothing is rounded silently."""
    if number is None:
        return None
    scaled = number.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{number} has more than {places} decimals")
    return int(scaled)


class CoordinateField(models.DecimalField[Any, Any]):
    """Degrees of latitude or longitude: Decimal with six places in Python, integer millionths in the database.

    A metre is nine of them; and as with amounts an index on integers serves under row-level security.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_digits=9, decimal_places=6, null=True, blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_digits", "decimal_places", "null", "blank"):
            kwargs.pop(key, None)
        return name, path, list(args), kwargs

    def get_internal_type(self) -> str:
        return "IntegerField"

    def db_type(self, connection: Any) -> str:
        return "integer"

    def get_db_converters(self, connection: Any) -> list[Any]:
        return [self.from_db_value]

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-6)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        degrees = self.to_python(value)
        return None if degrees is None else int(degrees.scaleb(6).to_integral_value())

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return value if hasattr(value, "as_sql") else self.get_db_prep_value(value, connection)


class NonNegativeMoneyField(MoneyField):
    """Money that may be empty but not negative (REL-06)."""

    default_validators = [MinValueValidator(Decimal(0))]


class FoldedField(models.TextField[Any, Any]):
    """The folded form (case and accents ignored) of another column, kept beside it whenever the row is saved.

    ``QuerySet.update`` and raw SQL do not pass here: set-based services write both columns.
    """

    def __init__(self, *, of: str = "", **kwargs: Any) -> None:
        self.of = of
        kwargs.update(editable=False, blank=True, default="")
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for key in ("editable", "blank", "default"):
            kwargs.pop(key, None)
        kwargs["of"] = self.of
        return name, path, list(args), kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = fold(getattr(model_instance, self.of) or "")
        setattr(model_instance, self.attname, folded)
        return folded
