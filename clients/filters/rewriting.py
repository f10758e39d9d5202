"""A filter document in which one row stands in the place of another."""

from collections.abc import Collection
from typing import Any


def renamed(document: Any, fields: Collection[str], *, old: int, new: int) -> Any:
    """The document with ``new`` where a condition on one of the fields names ``old``; everything else as it is."""
    if isinstance(document, list):
        return [renamed(part, fields, old=old, new=new) for part in document]
    if not isinstance(document, dict):
        return document
    if "field" not in document:
        return {key: renamed(part, fields, old=old, new=new) for key, part in document.items()}
    if document["field"] not in fields or "value" not in document:
        return document
    return {**document, "value": _renamed_value(document["value"], old, new)}


def _renamed_value(value: Any, old: int, new: int) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(new if one == old else one for one in value))
    return new if value == old and not isinstance(value, bool) else value
