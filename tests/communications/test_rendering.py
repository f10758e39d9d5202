"""What templates say, what they may not say, and that nothing they say is ever run (security.md T10, T16, T17)."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communications.rendering import Colour, Frame, compile_letter, problems_of
from communications.rendering.frames import as_seen

KNOWN = {"client.name", "client.first_name", "client.pac_amount", "advisor.name", "firm.name", "opportunity.name"}
BARE = Frame()
# What each of these languages would make of 7 * 7, or of a way to the machine.
FOREIGN = [
    "{{ 7*7 }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "<% import os %>", "*{7*7}", "@(7*7)", "{7*7}", "[[${7*7}]]",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ config.items() }}", "{{ request.application }}",
    "{{ client.delete }}", "{{ client.__class__ }}", "{{ client.objects.all }}", "{% debug %}", "{% load log %}",
    "{% csrf_token %}", "{% include '/etc/passwd' %}", "{% ssi '/etc/passwd' %}", "{% extends 'base.html' %}",
    "{{#each this}}x{{/each}}", "{{{ client.name }}}", "{{> partial}}", "{{&client.name}}", "{{= <% %> =}}",
    "<#assign x='freemarker.template.utility.Execute'?new()>${x('id')}", "#set($x=7*7)$x", "{php}echo 1;{/php}",
    "<?php echo 7*7; ?>", "{% import os %}", "{% raw %}<script>{% endraw %}", "{% assign x = 1 %}", "{% render 'x' %}",
    "{% capture x %}a{% endcapture %}", "{% liquid echo 1 %}", "{% for i in (1..1000000) %}x{% endfor %}",
    "{% tablerow i in (1..1000000) %}x{% endtablerow %}", "{% cycle 'a','b' %}", "{% increment x %}",
    "{{ (1..100000000) | join: ',' }}", "{{ client.name | safe }}", "{{ client.name | map: 'x' }}",
    "{{ 'a' | append: 'b' }}", "{{ client[client.name] }}", "{{ client.name.first }}",
    "{% if 1 == 1 %}x{% endif %}", "{% if client.name > 3 %}x{% endif %}",
    "{{ client.name | default: 'a}}b' }}", "{% comment %}{{ 7*7 }}{% endcomment %}", "{%", "{{", "{{ client.name",
]  # fmt: skip


def letter(body: str, subject: str = "Oggetto", frame: Frame = BARE, **values: str) -> "tuple[str, str, str]":
    given = {name.replace("__", "."): value for name, value in values.items()}
    made = compile_letter(subject, body, frame=frame).render(given)
    return made.subject, made.text, made.html


def codes(body: str, **parts: str) -> list[tuple[str, str, int, str]]:
    found = problems_of(parts.get("subject", ""), body, BARE, known=KNOWN)
    return [(each.field, each.code, each.line, each.name) for each in found]


def words_of(page: str) -> str:
    """What a mail client shows."""
    body = page[page.index("<body") :]
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)))


def test_both_parts_say_the_same_in_their_own_way() -> None:
    body = (
        'Gentile **{{ client.first_name | default: "cliente" }}**,\n\n## Novità\n\n- uno\n- due\n\n'
        "1. primo\n2. secondo\n\n"
        "{% if client.pac_amount %}\nHa {{ client.pac_amount }}.\n{% else %}\nNon ha un PAC.\n{% endif %}\n\n"
        "Legga [qui](https://www.inps.it/?a=1&b=2)."
    )
    subject, text, page = letter(
        body, "Per {{ client.name | upcase }}", client__name="Anna Rossi", client__first_name=""
    )

    assert subject == "Per ANNA ROSSI"
    assert text == (
        "Gentile cliente,\n\nNovità\n\n- uno\n- due\n\n1. primo\n2. secondo\n\nNon ha un PAC.\n\n"
        "Legga qui (https://www.inps.it/?a=1&b=2).\n"
    )
    assert "<strong>cliente</strong>" in page
    assert 'href="https://www.inps.it/?a=1&amp;b=2"' in page
    assert re.search(r"<li[^>]*>due</li>", page)
    assert "Non ha un PAC." in page
    assert "Ha ." not in page
    assert "Ha 100 €." in letter(body, client__pac_amount="100 €")[2]


def test_the_html_is_for_mail_clients_light_and_dark_in_the_firms_language() -> None:
    frame = Frame(header="{{ firm.name }}", closing="Saluti", footer="Piede", colour=Colour.TEAL)
    made = compile_letter("Oggetto", "Testo", frame=frame, language="it").render({"firm.name": "Studio & C."})

    assert '<html lang="it"' in made.html
    assert '<meta name="color-scheme" content="light dark">' in made.html
    assert "prefers-color-scheme: dark" in made.html
    assert "Studio &amp; C." in made.html
    assert Colour.TEAL.light in made.html
    assert re.search(r'<p style="[^"]*margin', made.html), "styles stand in the elements"
    assert "https://" not in made.html, "no font of a third party, no picture: nothing says that it was opened"
    assert "<script" not in made.html
    assert "http://" not in re.sub(r"xmlns\S+", "", made.html)
    assert "prefers-color-scheme" not in as_seen(made.html, dark=True)
    assert made.text == "Studio & C.\n\nTesto\n\nSaluti\n\nPiede\n"


def test_the_foot_says_how_to_stop_the_mails_only_when_there_is_a_way() -> None:
    made = compile_letter("Oggetto", "Testo", frame=BARE)
    address = "https://crm.example/u?a=1&b=2"

    assert "cancelli" not in made.render({}).html + made.render({}).text
    offered = made.render({}, unsubscribe_url=address)
    assert f'href="{html.escape(address)}"' in offered.html
    assert address in offered.text


@pytest.mark.parametrize("payload", FOREIGN)
def test_no_other_language_is_ever_run(payload: str) -> None:
    """It is refused with its place, or it is text and stays as it was written."""
    problems = codes(f"Prima riga\n\n{payload}")
    if problems:
        assert all(field == "body" and line == 3 for field, _code, line, _name in problems)
        assert codes("", subject=payload)
        return
    subject, text, page = letter(payload, subject=payload)
    assert subject == payload
    assert "49" not in text + words_of(page)
    assert re.sub(r"[\s*]", "", payload) in re.sub(r"[\s*]", "", words_of(page))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Ciao {{ client.nome }}", ("unknown_placeholder", 1, "client.nome")),
        ("a\nb {{ client.name | default: client.nick }}", ("unknown_placeholder", 2, "client.nick")),
        ("a\n\n{% if client.nick %}x{% endif %}", ("unknown_placeholder", 3, "client.nick")),
        ("a\n{% for i in x %}", ("unknown_tag", 2, "for")),
        ("{{ client.name | truncate: 3 }}", ("unknown_filter", 1, "truncate")),
        ("\n{{ client.name }", ("unclosed", 2, "{{")),
        ("{% if client.name %}", ("unbalanced", 1, "")),
        ("{% endif %}", ("unbalanced", 1, "")),
        ("{% if client.name %}" * 9 + "{% endif %}" * 9, ("too_deep", 1, "")),
        ("{{ client.name }}" * 201, ("too_many_placeholders", 1, "200")),
        ("x" * 20_001, ("too_long", 1, "20000")),
        ("a\n\n[qui]({{ client.name }})", ("in_an_address", 3, "{{ client.name }}")),
        ("a {% if client.name %}b\n\nc{% endif %}", ("across_paragraphs", 1, "")),
        ("- a\n- b {% if client.name %}\n- c {% endif %}", ("across_paragraphs", 2, "")),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_its_place_and_name(body: str, expected: tuple[str, int, str]) -> None:
    assert codes(body)[0][1:] == expected


def test_an_unknown_placeholder_is_told_with_the_one_that_was_meant() -> None:
    [problem] = problems_of("", "{{ client.frist_name }}", BARE, known=KNOWN)

    assert (problem.line, problem.column, problem.suggestion) == (1, 4, "client.first_name")


@pytest.mark.parametrize(
    "name", ["Rossi\r\nBcc: x@evil.example", "Rossi\nSubject: y", "a\x00b\x0bc\u2028d", "\r\n\r\nbody"]
)
def test_no_value_and_no_template_begins_another_header(name: str) -> None:
    subject, _text, page = letter("Testo", f"Per {{{{ client.name }}}}{name}", client__name=name)

    assert len(subject.splitlines()) == 1
    assert subject.isprintable()
    assert "\r" not in page


words = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
plain = st.text(alphabet="abc \n*_`[]()<>&\"'#-+.!\\|~1", max_size=80)
names = st.sampled_from(sorted(KNOWN))
literals = st.text(alphabet="ab<>&;#é ", max_size=8)
outputs = st.builds('{{{{ {} | default: "{}" }}}}'.format, names, literals) | st.builds(
    "{{{{ {} | upcase }}}}".format, names
)
passages = st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, names, st.sampled_from(["a", "b c"]), outputs)
bodies = st.lists(plain | outputs | passages | st.just("\n\n"), max_size=8).map("".join)


@settings(max_examples=150, deadline=None)
@given(body=bodies, values=st.dictionaries(names, words))
def test_whatever_is_accepted_renders_and_values_stay_words(body: str, values: dict[str, str]) -> None:
    if problems_of("", body, BARE, known=KNOWN):
        return
    hostile = {name: f"<img src=x onerror=alert(1)>{value}" for name, value in values.items()}
    made = compile_letter("Oggetto", body, frame=BARE)

    for given_values in ({}, values, hostile):
        page = made.render(given_values).html
        assert "<img" not in page
        assert "<script" not in page
        assert "\ua66e" not in page
    # What stands for nobody is the same letter whatever else is known.
    assert made.render(values) == made.render({**values, "client.unused": "x"})


@settings(max_examples=150, deadline=None)
@given(source=words | bodies)
def test_any_text_is_either_refused_or_rendered(source: str) -> None:
    """Never an error of the libraries underneath, and the same answer whether names are known or not."""
    problems = problems_of(source, source, Frame(header=source, opening=source, closing=source, footer=source))
    if not problems:
        compile_letter(source, source, frame=Frame(header=source, footer=source)).render({})


@settings(max_examples=100, deadline=None)
@given(value=words, fallback=literals)
def test_a_value_stands_where_there_is_one_and_else_its_fallback(value: str, fallback: str) -> None:
    made = compile_letter('{{ client.name | default: "' + fallback + '" }}', "x", frame=BARE)
    shown = " ".join(value.split()) if value.strip() else value

    subject = made.render({"client.name": value}).subject
    if not value:
        assert subject == " ".join(fallback.split())
    elif shown.isprintable() and "\ua66e" not in shown and "\ua66d" not in shown:
        assert subject == " ".join(shown.split())
