"""Cells that a spreadsheet would take for formulas: held down by an apostrophe on the way out, freed on the way in.

``freed(guarded(text)) == text`` for every text (security.md T15).
"""

from __future__ import annotations

import re

# What begins a formula in some program, full-width forms included; apostrophes before it are counted, not lost.
TRIGGERS = "=+\\-@\t\r\n＝＋－＠"
FORMULA = re.compile(f"'*[{TRIGGERS}]")
GUARDED = re.compile(f"'(?='*[{TRIGGERS}])")


def guarded(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def freed(text: str) -> str:
    return text[1:] if GUARDED.match(text) else text
