"""Texts are collected, checked and compiled without GNU gettext."""

import gettext
from pathlib import Path

import pytest

from crm import translations

PYTHON = 'from django.utils.translation import gettext as _, pgettext\na = _("Save")\nb = pgettext("door", "Open")\n'
TEMPLATE = """{% load i18n %}
  {% if it's an odd "template" %}<p title="{% translate "Close" %}">don't {% endif %}
    {% blocktranslate trimmed count n=rows %}
      {{ n }} row
    {% plural %}
      {{ n }} rows
    {% endblocktranslate %}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("crm", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "crm/thing.py").write_text(PYTHON)
    (tmp_path / "templates/thing.html").write_text(TEMPLATE)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    return tmp_path


def test_every_text_of_the_product_is_there_in_both_languages() -> None:
    assert translations.check() == []


def test_texts_are_found_in_python_and_in_templates(project: Path) -> None:
    found = {(message.id, message.context) for message in translations.collect() if message.id}
    assert found == {("Save", None), ("Open", "door"), ("Close", None), (("%(n)s row", "%(n)s rows"), None)}


def test_english_translates_itself_and_italian_waits(project: Path) -> None:
    translations.write()
    assert translations.check() == [
        "it: not translated: '%(n)s row'",
        "it: not translated: 'Close'",
        "it: not translated: 'Open'",
        "it: not translated: 'Save'",
    ]
    before = translations.path_of("it").read_bytes()
    translations.write()
    assert translations.path_of("it").read_bytes() == before, "collecting again changes nothing"


def test_what_is_new_or_gone_is_noticed(project: Path) -> None:
    translations.write()
    (project / "crm/thing.py").write_text(PYTHON.replace("Save", "Keep"))
    problems = translations.check()
    assert "en: not collected (make messages): 'Keep'" in problems
    assert "en: no longer used (make messages): 'Save'" in problems


def test_a_translation_that_loses_a_value_is_noticed(project: Path) -> None:
    translations.write()
    path = translations.path_of("it")
    text = path.read_text().replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%(m)s riga"\nmsgstr[1] "%(n)s righe"')
    path.write_text(text)
    assert any("%(n)s row" in problem and "not translated" not in problem for problem in translations.check())


def test_what_is_compiled_is_what_gettext_reads(project: Path) -> None:
    translations.write()
    path = translations.path_of("it")
    path.write_text(path.read_text().replace('msgid "Close"\nmsgstr ""', 'msgid "Close"\nmsgstr "Chiudi"'))
    translations.compile_all()
    with path.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Close") == "Chiudi"
    assert list(path.parent.glob("*")) != []
    assert {found.suffix for found in path.parent.iterdir()} == {".po", ".mo"}
