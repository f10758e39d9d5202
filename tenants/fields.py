"""References between rows of one firm."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.sql.where import WhereNode


class _SameFirmJoin:
    """Shared by both kinds of reference: no plain key in the database, and the firm in every join."""

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> WhereNode | None:
        """``child.firm_id = parent.firm_id``, so that each join stays within one firm's index (and one shard)."""
        if alias is None or related_alias is None:
            return None
        field: models.Field[Any, Any] = self.model._meta.get_field("firm")  # type: ignore[attr-defined]
        remote = self.remote_field.model._meta.get_field("firm")  # type: ignore[attr-defined]
        left = remote.get_col(alias)
        right = field.get_col(related_alias)
        lookup = left.output_field.get_lookup("exact")
        return WhereNode([lookup(left, right)])


class FirmForeignKey(_SameFirmJoin, models.ForeignKey[Any, Any]):
    """A foreign key within the firm. Its database key is the composite one of the model's ``wall()`` constraints."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)


class FirmOneToOneField(_SameFirmJoin, models.OneToOneField[Any, Any]):
    """A one-to-one reference within the firm."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        super().__init__(to, on_delete, **kwargs)
