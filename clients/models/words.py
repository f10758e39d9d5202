"""What search looks up beside the words of names: words with a letter left out, and the words of notes."""

from __future__ import annotations

from django.db import models

from clients.models.clients import PREFIX
from clients.models.notes import Note
from tenants.constraints import FirmPolicy, wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned


class WordVariant(Derived):
    """A word that some client of the firm is called by, as it is and with each of its letters left out.

    Two words that differ by one slip of the finger share a variant, and equality is a comparison that row-level
    security lets an index serve (docs/decisions/0003). Derived from ClientWord.
    """

    pk = models.CompositePrimaryKey("firm_id", "variant", "word")
    variant = models.TextField()
    word = models.TextField()

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="clients_wordvariant_policy")]

    def __str__(self) -> str:
        return f"{self.variant}: {self.word}"


class NoteWord(FirmOwned):
    """A word of a note, folded."""

    note = FirmForeignKey(Note, on_delete=models.CASCADE, related_name="words")
    word = models.TextField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("note"),
            models.UniqueConstraint(fields=["firm", "note", "word"], name="clients_noteword_once"),
        ]
        indexes = [
            models.Index(fields=["firm", "word"], opclasses=PREFIX, include=["note"], name="clients_noteword_by_word")
        ]

    def __str__(self) -> str:
        return self.word
