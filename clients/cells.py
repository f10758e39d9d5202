"""How the cells of the client list look: plain words, or a template where those are not enough.

Higher apps add theirs when they start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext

from web import formatting


def _yes_or_no(value: object) -> str:
    yes, no = gettext("yes,no").split(",")
    return yes if value else no


_WORDS: dict[str, Callable[[Any], str]] = {
    "money": formatting.money,
    "date": formatting.day,
    "boolean": _yes_or_no,
    "integer": formatting.number,
    "decimal": formatting.number,
}
_BY_NAME = {
    "name": "clients/cells/_name.html",
    "status": "clients/cells/_status.html",
    "labels": "clients/cells/_labels.html",
    "phone": "clients/cells/_phone.html",
    "email": "clients/cells/_email.html",
}
PLAIN = "clients/cells/_plain.html"


def present(field: str, template: str) -> None:
    """Show the catalogue's ``field`` with ``template``, which gets ``client``, ``values`` and ``today``."""
    _BY_NAME[field] = template


def template_of(name: str) -> str:
    return _BY_NAME.get(name, PLAIN)


def text_of(name: str, type_name: str, values: Iterable[object]) -> str:
    """What the plain template shows: nothing for a field that has one of its own."""
    return "" if name in _BY_NAME else words_of(type_name, values)


def words_of(type_name: str, values: Iterable[object]) -> str:
    """Values of a type as people write them."""
    words = _WORDS.get(type_name, str)
    return ", ".join(words(value) for value in values)
