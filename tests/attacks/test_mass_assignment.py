"""Every form of every page, filled in as a person would, with every column of every model beside it (security.md T3).

Each column gets a value that stands nowhere else; wherever one is found afterwards, something was written that the form
does not show. The API's half stands in tests/architecture/test_matrix.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection, models, transaction
from django.test import Client
from django.urls import resolve

from tenants.enums import Role
from tenants.models import Firm, Membership, User
from tests.architecture.catalog import firm_models
from tests.architecture.routes import pages
from tests.architecture.test_routes import address, example
from tests.cast import join, login

DAY, NUMBER = "1987-06-05", 31987
# Fields that a view takes without showing them: with the reason.
TAKEN = {("outcomes:fulfil", "note"): "the page that asks for more sends the same form"}


@dataclass
class Form:
    """A form of a page: where it goes, and what a person would send."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @property
    def view(self) -> str:
        return resolve(urlsplit(self.action).path).view_name


class Reader(HTMLParser):
    """Fills in what is empty: some text, the first choice, a day."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.current, self.select = page, list[Form](), list[Form](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.current.append(Form(urljoin(self.page, given.get("action", "")), given.get("method", "get").lower()))
            self.forms += self.current[-1:]
        elif self.current:
            self._control(tag, given, self.current[-1])

    def _control(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if name and tag in ("input", "select", "textarea", "button"):
            form.names.add(name)
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and (value or "selected" in given):
            if "selected" in given or self.select not in form.values:
                form.values[self.select] = [value]
        elif tag in ("textarea", "button") and name:
            form.values.setdefault(name, [value or "Esempio"])
        elif tag == "input" and name:
            self._input(given.get("type", "text"), name, given, form)

    def _input(self, kind: str, name: str, given: dict[str, str], form: Form) -> None:
        value = given.get("value", "")
        if kind in ("checkbox", "radio"):
            form.values.setdefault(name, []).extend([value or "on"] * ("checked" in given))
        elif kind not in ("file", "submit"):
            form.values[name] = [value or SOME.get(kind, "Esempio")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "form" and self.current:
            self.current.pop()


SOME = {
    "date": "2027-01-12",
    "datetime-local": "2027-01-12T10:00",
    "time": "10:00",
    "number": "1",
    "email": "a@b.example",
}


def forms(client: Client, admin: Membership) -> list[Form]:
    """For each view the form with the most fields; what any other form sends there is shown as well."""
    known: dict[str, Form] = {}
    offered: dict[str, set[str]] = {}
    for form in shown_forms(client, admin):
        offered.setdefault(form.view, set()).update(form.names)
        known[form.view] = max(form, known.get(form.view, form), key=lambda each: len(each.values))
    for view, form in known.items():
        form.names = offered[view]
    return list(known.values())


def shown_forms(client: Client, admin: Membership) -> Iterator[Form]:
    for route in pages():
        url = address(route, admin.firm.slug, example(route, admin))
        answer = client.get(url)
        content = answer.getvalue()
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        reader = Reader(url)
        reader.feed(content.decode())
        for form in reader.forms:
            path = urlsplit(form.action).path
            if form.method == "post" and path.startswith("/f/"):
                yield form


def columns() -> list[models.Field[Any, Any]]:
    return [field for model in [*firm_models(), Firm, User] for field in model._meta.concrete_fields]


def forged(decoy: Membership) -> dict[str, tuple[str, Any]]:
    """For each name of a column a value of its kind that stands nowhere else."""
    found: dict[str, tuple[str, Any]] = {}
    for column in columns():
        value: Any = f"zq9{len(found)}q"
        if isinstance(column, models.DateTimeField):
            value = f"{DAY}T04:03"
        elif isinstance(column, models.DateField):
            value = DAY
        elif column.is_relation or isinstance(column, models.IntegerField | models.DecimalField):
            value = decoy.pk if getattr(column, "related_model", None) is Membership else NUMBER
        elif isinstance(column, models.BooleanField):
            value = "on"
        elif isinstance(column, models.JSONField):
            value = f'{{"zq9{len(found)}q": 1}}'
        for name in (column.name, column.attname):
            found.setdefault(name, (str(value), column))
    return found


def search(decoy: Membership) -> str:
    """One statement that finds every table in which one of the values stands."""
    tables = {column.model._meta.db_table for column in columns()}
    texts = f"t::text LIKE '%%zq9%%' OR t::text LIKE '%%{DAY}%%' OR t::text ~ '[(,]{NUMBER}[,)]'"
    parts = [f"SELECT '{table}', (SELECT t::text FROM {table} t WHERE {texts} LIMIT 1)" for table in sorted(tables)]
    parts += [
        f"SELECT '{column.model._meta.db_table}.{column.column}',"
        f" (SELECT t::text FROM {column.model._meta.db_table} t WHERE {column.column} = {decoy.pk} LIMIT 1)"
        for column in columns()
        if getattr(column, "related_model", None) is Membership
    ]
    return " UNION ALL ".join(parts)


def found_by(statement: str, decoy: Membership) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.firm_id', %s, true)", [str(decoy.firm_id)])
        cursor.execute(statement.replace("%%", "%"))
        return {where: row for where, row in cursor.fetchall() if row}


@pytest.mark.django_db
def test_a_form_writes_only_the_fields_that_it_shows(ada: Membership, firm: Firm) -> None:
    decoy = join(firm, "decoy@aurora.example", "Decoy", Role.ADVISOR)
    client = login(Client(raise_request_exception=False), ada)
    hostile, statement = forged(decoy), search(decoy)
    baseline = set(found_by(statement, decoy))
    problems, tried, accepted = {}, 0, 0
    for form in forms(client, ada):
        extra = {
            each: [value]
            for each, (value, _) in hostile.items()
            if each not in form.names and (form.view, each) not in TAKEN
        }
        with transaction.atomic():
            answer = client.post(form.action, {**extra, **form.values})
            found = found_by(statement, decoy) if answer.status_code < 400 else {}
            written = {where: row for where, row in found.items() if where not in baseline}
            transaction.set_rollback(True)
        tried, accepted = tried + 1, accepted + (answer.status_code < 400)
        if written or answer.status_code >= 500:
            problems[f"{form.view} {answer.status_code}"] = {where: row[:300] for where, row in written.items()}
    print(f"forms: {tried}, accepted: {accepted}, columns offered to each: {len(hostile)}")  # noqa: T201

    assert problems == {}
    assert accepted > 40
    assert len(hostile) > 300
