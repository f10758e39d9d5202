"""The words of texts, so that a note is found by what it says (docs/decisions/0003: prefixes are leakproof)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from clients.filters.folding import fold
from clients.models import NoteWord
from tenants.binding import bound_firm_id

WORD = re.compile(r"[^\W_]+")
SHORTEST, LONGEST = 2, 40
# Of a longer text the first words are found; of what is looked for, too.
MOST_WORDS, MOST_WANTED = 3_000, 6

INDEX = """
WITH given AS (
    SELECT * FROM unnest(%(rows)s::bigint[], %(words)s::text[]) AS given (row_id, word)
), dropped AS (
    DELETE FROM {table} t WHERE t.firm_id = %(firm)s AND t.{column} = ANY(%(all)s::bigint[])
    AND NOT EXISTS (SELECT FROM given WHERE given.row_id = t.{column} AND given.word = t.word)
)
INSERT INTO {table} (firm_id, {column}, word)
SELECT %(firm)s, row_id, word FROM given ON CONFLICT DO NOTHING
"""


def index_notes(texts: Mapping[int, str]) -> None:
    """Bring the words of notes up to date with their texts, in one statement; an empty text has none."""
    _index(NoteWord, "note", texts)


def notes_matching(notes: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Of ``notes`` those that have, of every word that was typed, one that begins with it."""
    words = words_of(text)
    if not words:
        return notes.none()
    for word in words[:MOST_WANTED]:
        notes = notes.filter(pk__in=NoteWord.objects.filter(word__prefix=word).values("note_id"))
    return notes


def words_of(text: str) -> list[str]:
    """The words of a text, folded, each once, in their order."""
    found = dict.fromkeys(WORD.findall(fold(text)))
    return [word for word in found if SHORTEST <= len(word) <= LONGEST][:MOST_WORDS]


def _index(model: Any, reference: str, texts: Mapping[int, str]) -> None:
    pairs = [(pk, word) for pk, text in texts.items() for word in words_of(text)]
    names = {"table": model._meta.db_table, "column": model._meta.get_field(reference).column}
    given: dict[str, Any] = {
        "firm": bound_firm_id(),
        "all": list(texts),
        "rows": [pk for pk, _word in pairs],
        "words": [word for _pk, word in pairs],
    }
    with connection.cursor() as cursor:
        cursor.execute(INDEX.format(**names), given)
