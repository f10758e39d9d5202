"""The filter builder: a filter as a form that people fill in, with or without JavaScript.

The form names every part by its path (``0`` the outermost bracket, ``0.2`` the third part inside it); each change of
structure is a submit button, so the server holds the only copy of the logic.
"""

from clients.builder.parts import Bracket, Choice, ConditionRow, from_document, to_document
from clients.builder.posted import apply_action, from_post, is_structural

__all__ = [
    "Bracket",
    "Choice",
    "ConditionRow",
    "apply_action",
    "from_document",
    "from_post",
    "is_structural",
    "to_document",
]
