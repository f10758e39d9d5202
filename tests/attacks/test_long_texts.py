"""Texts without end wherever something typed is looked at (security.md T20): refused, or read once from end to end.

What is measured is the processor's time of this process, fifty times what the goal allows: a slow machine fails
nothing, while a pattern that tries every way of reading a text does not come to an end.
"""

from __future__ import annotations

import base64
import importlib
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator, RegexValidator
from django.db.models import CharField, TextField
from django.test import Client
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as Refused

from clients.api.shapes import CodedEntryField
from clients.forms.fields import NamedField
from crm import logs
from tenants.models import Firm, Membership
from tenants.rest.fields import StrictSerializer
from tests.architecture.test_lists import LISTS
from tests.architecture.test_routes import PAGES, address
from tests.cast import api_client, login
from web.documents import Decoder, read_json

PACKAGES = ("web", "tenants", "clients", "groups", "portfolios", "communications", "scheduling", "outcomes", "crm")
LONG, LONG_FOR_PATTERNS = 1_000_000, 100_000
SECONDS = 10.0
# As much of an address as the server reads (gunicorn's limit_request_line).
LINE = 4_000
# What looks like the beginning of an address, a number, a name, a link, a template's mark, again and again.
UNITS = ("a", "1", " ", "a@", "a.", "a-", "0.0,", "\n", "{{", "{% if a", "A1", "\u00e0", "<", "[(", "+1 ", "'")
# Only asked of the beginning of a text, or of all of it: where else it might fit is never tried.
ANCHORED = {
    "clients.guarding.FORMULA",
    "clients.guarding.GUARDED",
    "clients.imports.reading.CARD",
    "clients.imports.targets.CODE",
    "communications.rendering.markup._ONLY_STAND_INS",
    "communications.views.typing._NAME",
}
# After texts that are short by then.
BOUNDED = {
    "clients.tax_codes.AFTER_THE_NAME": "a place's name of 100 characters, its blanks made one",
    "communications.rendering.language._ANY_NAME": "a template of 20 000 characters",
}


class TooSlowError(Exception):
    """It took more of the processor's time than it may."""


@contextmanager
def soon() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def texts(length: int, units: tuple[str, ...] = UNITS) -> list[str]:
    """Each ends otherwise than it began, so that what fitted all the way does not fit in the end."""
    return [(unit * (length // len(unit)))[: length - 1] + "!" for unit in units]


def modules() -> Iterator[Any]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def patterns() -> dict[tuple[Any, int], tuple[str, Any]]:
    """Every compiled pattern that a module of the product holds, under the name by which it was met first."""
    found: dict[tuple[Any, int], tuple[str, Any]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for each in value.values() if isinstance(value, dict) else [value]:
                if isinstance(each, re.Pattern) and isinstance(each.pattern, str):
                    found.setdefault((each.pattern, each.flags), (f"{module.__name__}.{name}", each))
    return found


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    """Those of the product, wherever they stand."""
    assert list(modules())
    waiting = list(of.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.partition(".")[0] in PACKAGES:
            yield found


def columns() -> Iterator[tuple[str, Any]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if model.__module__.partition(".")[0] in PACKAGES and isinstance(field, CharField | TextField):
                yield f"{model.__name__}.{field.name}", field


def serializer_fields() -> Iterator[tuple[str, Any]]:
    for shape in subclasses(StrictSerializer):
        for name, field in shape(context={}).get_fields().items():
            # A firm's own choices are looked for in the firm of the caller.
            if not field.read_only and not isinstance(field, serializers.BaseSerializer | CodedEntryField):
                yield f"{shape.__name__}.{name}", field


def form_fields() -> Iterator[tuple[str, Any]]:
    for shape in subclasses(forms.BaseForm):
        for name, field in shape.base_fields.items():
            # What stands before and after is no part of a name that is looked for, among rows that its form knows.
            if not isinstance(field, NamedField):
                yield f"{shape.__name__}.{name}", field


LOOKED_AT: dict[str, tuple[Callable[[], Iterator[tuple[str, Any]]], Callable[[Any, str], Any]]] = {
    "columns": (columns, lambda field, text: field.run_validators(text)),
    "serializers": (serializer_fields, lambda field, text: field.run_validation(text)),
    "forms": (form_fields, lambda field, text: field.clean(text)),
}


def kind_of(field: Any) -> tuple[Any, ...]:
    """Two fields that read in the same way need one trial."""
    told = []
    for each in field.validators:
        pattern = each.regex.pattern if isinstance(each, RegexValidator) else ""
        limit = each.limit_value if isinstance(each, BaseValidator) else ""
        told.append((getattr(each, "__qualname__", type(each).__name__), pattern, str(limit)))
    return type(field), getattr(field, "max_length", None), tuple(sorted(told))


@pytest.mark.parametrize("where", LOOKED_AT)
def test_no_field_ponders_over_a_million_characters(where: str, bound: Firm) -> None:
    found, look = LOOKED_AT[where]
    kinds: dict[tuple[Any, ...], tuple[str, Any]] = {}
    for name, field in found():
        kinds.setdefault(kind_of(field), (name, field))
    given, slow = texts(LONG, UNITS[:8]), []
    for name, field in kinds.values():
        for text in given:
            try:
                with soon():
                    look(field, text)
            except (ValidationError, Refused):
                continue
            except TooSlowError:
                slow.append(f"{name}: {text[:8]!r}")
                break
    print(f"{where}: {len(kinds)} kinds of fields, each with {len(given)} texts")  # noqa: T201

    assert slow == []
    assert len(kinds) > 10


def test_no_pattern_of_the_product_tries_every_way_of_reading() -> None:
    given, slow, found = texts(LONG_FOR_PATTERNS), [], patterns()
    for name, pattern in found.values():
        ways = [pattern.match, pattern.fullmatch]
        if name not in ANCHORED and name not in BOUNDED:
            ways.append(pattern.search)
            ways.append(lambda text, sub=pattern.sub: sub("", text))
        for text in given:
            try:
                with soon():
                    for way in ways:
                        way(text)
            except TooSlowError:
                slow.append(f"{name}: {text[:8]!r}")
                break
    print(f"patterns: {len(found)}, each with {len(given)} texts")  # noqa: T201

    assert slow == []
    assert {*ANCHORED, *BOUNDED} <= {name for name, _pattern in found.values()}


def test_a_long_line_of_the_log_keeps_its_ends() -> None:
    told = logs.masked("began " + "x" * LONG + " ada@aurora.example ended")

    assert len(told) < 2 * logs.LONGEST
    assert told.startswith("began ")
    assert told.endswith("[e-mail] ended")


# Brackets and digits to whose end no reader of JSON comes.
ENDLESS = ("[" * LINE, '{"all":' * (LINE // 7), "1" * (LINE + 1_000))


def test_no_list_ponders_over_what_it_is_asked(ada: Membership) -> None:
    """Far more than an address may hold; and a filter and a cursor that do not end."""
    caller, faults, tried = api_client(ada), [], 0
    cursors = [base64.urlsafe_b64encode(text.encode()).decode() for text in ENDLESS]
    for door in LISTS:
        if door.names_a_row or door.action != "list":
            continue
        asked = [{"search": "a@" * LONG_FOR_PATTERNS}, {"ordering": "a" * LONG_FOR_PATTERNS}]
        asked += [{"cursor": text} for text in cursors] + [{"filter": text} for text in ENDLESS]
        for given in asked:
            tried += 1
            with soon():
                answer = caller.get(door.address(0), given)
            if answer.status_code != 400 and "next" in (answer.json() if answer.status_code == 200 else {"next": 1}):
                faults.append(f"{door}: {next(iter(given))} is answered {answer.status_code}")
    print(f"questions without end: {tried}")  # noqa: T201

    assert faults == []
    assert tried > 300


def test_no_page_fails_over_what_stands_in_its_address(ada: Membership) -> None:
    """As long as an address may be: what cannot be read narrows nothing, or is refused."""
    browser, faults, tried = login(Client(), ada), [], 0
    for route in PAGES:
        if route.objects:
            continue
        for text in ENDLESS[::2]:
            cursor = base64.urlsafe_b64encode(text[:3_000].encode()).decode()
            tried += 1
            with soon():
                given = {"filter": text, "q": "a@" * (LINE // 2), "search": text, "cursor": cursor}
                answer = browser.get(address(route, ada.firm.slug, {}), given)
                answer.getvalue()
            faults += [f"{route.name}: {answer.status_code}"] * (answer.status_code >= 500)
    print(f"pages with addresses as long as may be: {tried}")  # noqa: T201

    assert sorted(set(faults)) == []
    assert tried > 150


@pytest.mark.parametrize("unit", ["[", '{"all":', "1"])
def test_json_that_does_not_end_is_no_json(unit: str) -> None:
    text = unit * 100_000

    for given in (text, text.encode()):
        with pytest.raises(ValueError, match="The document is beyond all measure"):
            read_json(given)
    assert forms.JSONField(decoder=Decoder).bound_data(text, None) == text
