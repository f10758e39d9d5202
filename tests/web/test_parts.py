"""The shared parts: what a reader of the screen is told, and what keeps the address of a list."""

import re
from pathlib import Path

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from web.keyset import Page

ROOT = Path(__file__).resolve().parents[2]


class Example(forms.Form):
    name = forms.CharField(help_text="As in letters.")
    agrees = forms.BooleanField(required=False)
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def rendered(source: str, address: str = "/list/", **context: object) -> str:
    request = RequestFactory().get(address)
    with translation.override("en"):
        html = engines["django"].from_string(source).render(context, request)
    return re.sub(r"\s+", " ", html)


def test_a_field_ties_label_help_and_error_to_its_input() -> None:
    html = rendered("{% field form.name autocomplete='off' %}", form=Example({}))

    assert '<label class="field-label" for="id_name"> Name' in html
    described = re.search(r'<input[^>]* aria-describedby="([^"]+)"', html)
    assert described is not None
    assert described[1].split() == ["id_name_helptext", "id_name_error"]
    for name in described[1].split():
        assert f'id="{name}"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="input"' in html
    assert 'autocomplete="off"' in html


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert "(optional)" not in rendered("{% field form.name %}", form=Example())
    assert "(optional)" in rendered(
        "{% field form.name %}", form=type("E", (forms.Form,), {"name": forms.CharField(required=False)})()
    )


def test_choices_are_a_fieldset_and_each_has_its_label() -> None:
    html = rendered("{% field form.kinds %}", form=Example())

    assert "<fieldset" in html
    assert "Kinds</legend>" in html
    assert html.count('<label class="choice"') == 2
    assert html.count('class="checkbox"') == 2


def test_a_hidden_field_is_only_its_input() -> None:
    assert (
        rendered("{% field form.secret %}", form=Example()).strip()
        == '<input type="hidden" name="secret" class="input" id="id_secret">'
    )


@pytest.mark.parametrize(
    ("ordering", "leads_to", "direction"),
    [("name", "-name", "ascending"), ("-name", "name", "descending"), ("city", "name", None)],
)
def test_a_sort_head_turns_the_order_and_keeps_the_filters(ordering: str, leads_to: str, direction: str | None) -> None:
    html = rendered(
        "{% sort_head 'name' 'Name' ordering %}", "/list/?q=ros%26a&cursor=abc&ordering=x", ordering=ordering
    )

    assert f'href="?q=ros%26a&amp;ordering={leads_to}"' in html
    assert (f'aria-sort="{direction}"' in html) is (direction is not None)


def test_pagination_keeps_the_filters_and_hides_what_does_not_exist() -> None:
    page: Page[object] = Page([], next="n=", previous=None)  # type: ignore[type-var]

    html = rendered("{% pagination page shown='1 of 2' %}", "/list/?q=a&cursor=old", page=page)

    assert 'href="?q=a&amp;cursor=n%3D"' in html
    assert 'rel="prev"' not in html
    assert "1 of 2" in html


def test_names_are_escaped_wherever_they_are_shown() -> None:
    html = rendered("{% badge n 'green' %}{% avatar n %}{% icon 'users' label=n %}", n='<b>"x"</b>')

    assert "<b>" not in html
    assert '"x"' not in html


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = set((ROOT / "frontend" / "icons.txt").read_text().split())
    templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))

    used = set(re.findall(r"""{% icon ["']([\w-]+)["']""", templates)) | set(re.findall(r' icon="([\w-]+)"', templates))

    assert used - sprite == set()
    assert len(used) > 15


def test_no_template_has_inline_style_or_script() -> None:
    offences = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / "templates").rglob("*.html")
        if (
            found := re.findall(
                r"""\sstyle=|<style|<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|hx-on|hx-vals=["']js""", path.read_text()
            )
        )
    }

    assert offences == {}


def test_no_template_takes_a_text_for_markup() -> None:
    """What is markup says so itself (``format_html``); a filter would say it of whatever comes (security.md T10)."""
    offences = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\|\s*safe(seq)?\b|autoescape off", path.read_text())
    ]

    assert offences == []


def test_a_help_text_of_somebody_is_no_markup() -> None:
    class Asked(forms.Form):
        own = forms.CharField(help_text="<img src=x onerror=alert(1)>")

    shown = engines["django"].from_string('{% include "web/_field_notes.html" with field=form.own %}')

    assert "<img" not in shown.render({"form": Asked()})
