"""Words that differ by one slip of the finger: a letter left out, doubled, wrong, or changed with its neighbour.

Each word stands in the index as it is and with each letter left out; the word that was typed is looked up in the same
forms (symmetric deletion). What shares one of them is compared letter by letter.
"""

from __future__ import annotations

from clients.models import WordVariant

# A slip in a shorter word makes another word; longer ones are no names.
SHORTEST, LONGEST = 4, 24  # as in the statement below
MOST = 20

# Of the words of a table expression, each with its variants.
VARIANTS = """
    SELECT DISTINCT word, variant FROM {words}, LATERAL (
        SELECT word AS variant
        UNION ALL
        SELECT left(word, place - 1) || substr(word, place + 1) FROM generate_series(1, length(word)) AS place
    ) AS made
    WHERE length(word) BETWEEN 4 AND 24
"""


def similar(word: str) -> list[str]:
    """The words of the firm's clients that differ from ``word`` by one slip."""
    if not SHORTEST <= len(word) <= LONGEST:
        return []
    found = WordVariant.objects.filter(variant__in=sorted(variants(word)))
    candidates = set(found.values_list("word", flat=True)[: MOST * 10])
    return sorted(other for other in candidates if differ_by_a_slip(word, other))[:MOST]


def variants(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def differ_by_a_slip(one: str, other: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes the one into the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    rest, others = one[start:], other[start:]
    if len(one) == len(other):
        swapped = len(rest) > 1 and rest[0] == others[1] and rest[1] == others[0] and rest[2:] == others[2:]
        return rest[1:] == others[1:] or swapped
    return rest[1:] == others if len(one) > len(other) else rest == others[1:]
