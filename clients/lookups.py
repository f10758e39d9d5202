"""The prefix comparison that an index serves under row-level security."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.lookups import BuiltinLookup


@models.CharField.register_lookup
@models.TextField.register_lookup
class Prefix(BuiltinLookup[str]):
    """``field__prefix="ros"`` becomes ``field ^@ 'ros'``.

    LIKE, which Django's ``startswith`` writes, is not leakproof: under row-level security PostgreSQL would read every
    row of the firm first (security.md 3.7). ``^@`` is, and an index with text_pattern_ops serves it in any collation.
    """

    lookup_name = "prefix"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"^@ {rhs}"
