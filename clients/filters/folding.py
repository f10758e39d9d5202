"""One folded form for stored keys and for the values they are compared with."""

import unicodedata

# Letters that people type without their stroke or as two letters, but that Unicode does not decompose, and the
# signs that keyboards and word processors put in the place of an apostrophe or a hyphen. NFKD comes after this
# table: it would turn the acute accent that stands for an apostrophe into a space.
_SAME = str.maketrans(
    {
        "’": "'", "‘": "'", "‛": "'", "ʼ": "'", "ʹ": "'", "′": "'", "`": "'", "´": "'", "＇": "'",
        "“": '"', "”": '"', "„": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
        "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ł": "l", "Ł": "l", "ħ": "h", "Ħ": "h",
        "ŧ": "t", "Ŧ": "t", "ı": "i", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th",
    }
)  # fmt: skip

# Marks over letters, and characters that cannot be seen: soft hyphens, joiners, direction marks, control characters.
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})


def fold(text: str) -> str:
    """The text without case, accents, ligatures and superfluous spaces; folding twice changes nothing."""
    if text.isascii() and text.isprintable():
        return " ".join(text.replace("`", "'").lower().split())
    # Case folding can bring back what a decomposition took away, and the other way round: two rounds settle it.
    return _round(_round(text))


def _round(text: str) -> str:
    spaced = " ".join(text.split()).translate(_SAME)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", spaced).casefold())
    seen = "".join(char for char in plain if unicodedata.category(char) not in _UNSEEN)
    return " ".join(seen.translate(_SAME).split())
