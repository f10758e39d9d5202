"""The texts in Italian and English, without GNU gettext: `python -m crm.translations write|check|compile`.

`write` collects the texts from Python and templates into locale/<language>/LC_MESSAGES/django.po; `check` fails when a
text is missing there, untranslated, or no longer in the sources; `compile` makes the .mo files that are not committed.
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("it", "en")
SOURCE_LANGUAGE = "en"
APPS = ("crm", "web", "tenants", "clients", "groups", "portfolios", "communications", "scheduling", "outcomes")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "gettext_noop": None,
}


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def collect() -> Catalog:
    """Every text that the sources mark for translation."""
    catalog = Catalog(charset="utf-8")
    for path in _sources():
        text = path.read_text()
        if path.suffix != ".py":
            # Template tags become calls, everything else is blanked; indentation would only confuse the tokenizer.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
        name = str(path.relative_to(ROOT))
        for _line, message, comments, context in extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators:",)
        ):
            catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((ROOT / app).rglob("*.py"))
    for suffix in ("html", "txt", "xml"):
        yield from sorted((ROOT / "templates").rglob(f"*.{suffix}"))


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        epoch = datetime(2026, 1, 1, tzinfo=UTC)
        return Catalog(
            locale=language,
            project="Cadenza",
            version="1",
            charset="utf-8",
            header_comment="# Cadenza",
            msgid_bugs_address="",
            last_translator="",
            language_team=language,
            creation_date=epoch,
            revision_date=epoch,
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write() -> None:
    found = collect()
    for language in LANGUAGES:
        catalog = read(language)
        made_on = catalog.creation_date
        catalog.update(found, no_fuzzy_matching=True)
        catalog.creation_date = made_on  # a date of each run would make every run a change
        if language == SOURCE_LANGUAGE:
            _translate_by_itself(catalog)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(
                file,
                catalog,
                width=120,
                sort_output=True,
                ignore_obsolete=True,
                omit_header=False,
                include_lineno=False,
            )


def _translate_by_itself(catalog: Catalog) -> None:
    for message in catalog:
        if message.id and not any(_forms(message)):
            message.string = message.id


def check() -> list[str]:
    """What is wrong, one line each."""
    wanted = {_key(message) for message in collect() if message.id}
    problems = []
    for language in LANGUAGES:
        present = {_key(message): message for message in read(language) if message.id}
        problems += [
            f"{language}: not collected (make messages): {key[0]!r}" for key in sorted(wanted - present.keys())
        ]
        problems += [
            f"{language}: no longer used (make messages): {key[0]!r}" for key in sorted(present.keys() - wanted)
        ]
        for key, message in present.items():
            if message.fuzzy or not all(_forms(message)):
                problems.append(f"{language}: not translated: {key[0]!r}")
            problems += [f"{language}: {key[0]!r}: {error}" for error in message.check()]
    return problems


def compile_all() -> None:
    """Replaced in one move, so that processes which start together do not read half a file."""
    for language in LANGUAGES:
        target = path_of(language).with_suffix(".mo")
        if not path_of(language).exists() or _is_current(target):
            continue
        half = target.with_suffix(f".{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, read(language))
        half.replace(target)


def _is_current(target: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= target.with_suffix(".po").stat().st_mtime


def _key(message: Message) -> tuple[str, str]:
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return singular, message.context or ""


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def main(action: str) -> NoReturn:
    if action == "check":
        problems = check()
        sys.exit("\n".join([*problems, f"{len(problems)} problems in the translations"]) if problems else 0)
    {"write": write, "compile": compile_all}[action]()
    sys.exit()


if __name__ == "__main__":
    main(sys.argv[1])
