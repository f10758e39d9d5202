"""Amounts as people type them: ``1.234,56``, ``1,234.56``, ``1234.56``, ``€ 1.234``."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = re.compile(r"^-?\d+(\.(\d+))?$", re.ASCII)
NOISE = re.compile(r"[\s\u00a0\u202f'’]|€|EUR", re.IGNORECASE)


def parse_amount(text: str, *, decimal: str, places: int = 2) -> Decimal:
    """The amount; ``decimal`` is the sign before the cents in the reader's language. Raises ValueError.

    A point or comma that can only be one thing is read as that thing, whatever the language: ``1.234,56`` and
    ``1234.5`` are clear everywhere. ``1.234`` is not: there the language decides.
    """
    plain = NOISE.sub("", text)
    number = _with_point(plain, decimal)
    found = NUMBER.match(number)
    if found is None or len(found[2] or "") > places:
        raise ValueError(f"{text!r} is not an amount")
    return Decimal(number)


def _with_point(plain: str, decimal: str) -> str:
    signs = {sign for sign in ".," if sign in plain}
    if not signs:
        return plain
    mark = max(signs, key=plain.rfind) if len(signs) == 2 else _single(plain, signs.pop(), decimal)
    whole, _, cents = plain.rpartition(mark) if mark else (plain, "", "")
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and not all(len(group) == 3 for group in groups[1:]):
        raise ValueError(f"{plain!r} has its thousands in the wrong place")
    return "".join(groups) + (f".{cents}" if mark else "")


def _single(plain: str, sign: str, decimal: str) -> str:
    """The decimal sign of a number with one kind of sign: none, when all of them separate thousands."""
    after = len(plain) - plain.rfind(sign) - 1
    if plain.count(sign) > 1 or (after == 3 and sign != decimal):
        return ""
    return sign
