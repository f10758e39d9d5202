"""The table of ASVS is whole, and names only tests that exist."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# How many requirements ASVS 5.0 has at its first two levels, in each chapter.
COUNTS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]
IN_CHAPTER = dict(enumerate(COUNTS, start=1))
AT_LEVEL = {1: 70, 2: 183}
ROW = re.compile(r"^\| (?P<ids>[\d., ]+?\d)(?P<words> [^|]*)?\| (?P<level>[12]) \| (?P<shown>.+) \|$", re.M)


def rows() -> list[tuple[list[str], int, str]]:
    text = (ROOT / "docs/asvs.md").read_text()
    return [(found["ids"].split(", "), int(found["level"]), found["shown"]) for found in ROW.finditer(text)]


def test_every_requirement_of_the_first_two_levels_is_answered_once() -> None:
    answered = [each for ids, _, _ in rows() for each in ids]
    levels = Counter(level for ids, level, _ in rows() for _ in ids)
    open_ones = [each for ids, _, shown in rows() for each in ids if re.search(r"\bopen\b", shown)]
    print(f"requirements: {len(answered)}, still open: {len(open_ones)}")  # noqa: T201

    assert [each for each, times in Counter(answered).items() if times > 1] == []
    assert Counter(int(each.partition(".")[0]) for each in answered) == IN_CHAPTER
    assert levels == AT_LEVEL


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for named in re.findall(r"tests/[\w/]+\.py(?:::\w+)?", (ROOT / "docs/asvs.md").read_text()):
        path, _, name = named.partition("::")
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text()):
            missing.append(named)

    assert missing == []
