"""How the cells of the client list look, where plain words are not enough. Higher apps add theirs when they start."""

from __future__ import annotations

_BY_TYPE = {
    "money": "clients/cells/_money.html",
    "date": "clients/cells/_date.html",
    "boolean": "clients/cells/_boolean.html",
    "integer": "clients/cells/_number.html",
    "decimal": "clients/cells/_number.html",
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


def template_of(name: str, type_name: str) -> str:
    return _BY_NAME.get(name) or _BY_TYPE.get(type_name, PLAIN)
