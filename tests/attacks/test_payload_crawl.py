"""Payloads stored in every text column of a firm, and every page of it opened in a real browser (security.md T10).

Nothing runs, nothing becomes an element, and the content security policy is not even asked: it would report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction
from django.db.models.expressions import RawSQL
from playwright.sync_api import Browser, Page, Route
from pytest_django.live_server_helper import LiveServer

from tenants import audit
from tenants.binding import use_firm
from tenants.models import AuditEvent, Membership
from tests.architecture.catalog import firm_models
from tests.attacks.payloads import SHORT, naughty, written
from tests.attacks.world import CODES
from tests.browser import enter
from tests.journeys.pages import open_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Asks the page, in the browser, what of the payloads came alive in it.
ALIVE = """() => ({
  ran: window.ran === undefined ? [] : ['ran'],
  reports: window.reports,
  elements: [...document.querySelectorAll(
    'cadenza-x, [cadenza-x], [onerror], [onload], [onfocus], [ontoggle], [srcdoc], base, meta[http-equiv=refresh]'
  )].map((found) => found.outerHTML.slice(0, 200)),
  links: [...document.querySelectorAll('[href], [action], [formaction], [src], [hx-get], [hx-post]')]
    .flatMap((found) => ['href', 'action', 'formaction', 'src', 'hx-get', 'hx-post']
      .map((name) => found.getAttribute(name) || ''))
    .filter((value) => /^[\\s\\x00-\\x1f]*(javascript|vbscript|data:text)/i.test(value)),
  lazy: document.querySelectorAll('[hx-trigger*=load], [hx-trigger*=revealed], [hx-trigger*=intersect]').length,
})"""
LISTEN = """window.reports = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


def poison(admin: Membership) -> Counter[str]:
    """A payload in each text of each row of the firm; how many were stored, in how many columns."""
    told: Counter[str] = Counter()
    payloads = [*written(), *naughty()]
    with use_firm(admin.firm_id):
        audit.record("payload", admin, by=admin, after={"<cadenza-x>": "<img src=x onerror=window.ran=1>"})
        for model in firm_models():
            if model is AuditEvent or isinstance(model._meta.pk, models.CompositePrimaryKey):
                continue
            for column in filter(takes_text, model._meta.concrete_fields):
                fitting = [each for each in payloads if len(each) <= (column.max_length or 10_000)]
                stored = store(model, column, fitting if len(fitting) > len(SHORT) else SHORT, told["columns"])
                told["texts"] += stored
                told["columns"] += bool(stored)
    return told


def takes_text(field: Any) -> bool:
    """Not a choice, not a code, not a part of the key."""
    is_code = field.name in CODES or field.choices or field.primary_key
    return isinstance(field, models.CharField | models.TextField) and not (
        is_code or (field.max_length or 99) < len(SHORT[0])
    )


def store(model: Any, column: Any, payloads: list[str], offset: int) -> int:
    """Each row another one; in one statement where none has to be the only one of its kind."""
    place = f"1 + ({model._meta.db_table}.{model._meta.pk.column} * 7 + {offset * 31}) %% {len(payloads)}"
    try:
        with transaction.atomic():
            text = RawSQL(f"(%s::text[])[{place}]", [payloads])  # noqa: S611 - nothing of it comes from outside
            return int(model.objects.update(**{column.name: text}))
    except DatabaseError:
        return sum(store_one(model, pk, column, payloads) for pk in model.objects.values_list("pk", flat=True))


def store_one(model: Any, pk: int, column: Any, payloads: list[str]) -> bool:
    """With as many spaces behind it as make it one of its kind."""
    for number in range(3):
        text = (payloads[pk % len(payloads)] + " " * number)[: column.max_length]
        try:
            with transaction.atomic():
                return bool(model.objects.filter(pk=pk).update(**{column.name: text}))
        except DatabaseError:
            continue
    return False


class Watch:
    """A page of the administrator's browser, and whatever came alive in it."""

    def __init__(self, page: Page) -> None:
        self.page, self.alive = page, dict[str, list[str]]()
        page.add_init_script(LISTEN)
        page.on("dialog", lambda dialog: (self.note("dialog " + dialog.message), dialog.dismiss()))
        page.on("console", lambda message: self.note(message.text) if "Content Security" in message.text else None)

    def note(self, what: str) -> None:
        self.alive.setdefault(self.page.url.partition("/f/")[2], []).append(what)

    def look_at(self, url: str) -> int:
        answer = self.page.goto(url)
        found = self.page.evaluate(ALIVE)
        if found.pop("lazy"):
            self.page.wait_for_load_state("networkidle")
            found = self.page.evaluate(ALIVE)
            del found["lazy"]
        for kind, each in found.items():
            for what in each:
                self.note(f"{kind}: {what}")
        return answer.status if answer else 0


@pytest.fixture
def watch(browser: Browser, live_server: LiveServer, ada: Membership) -> Iterator[Watch]:
    context = browser.new_context(locale="it-IT")
    enter(context, live_server, ada)
    yield Watch(context.new_page())
    context.close()


def test_no_payload_runs_on_any_page(watch: Watch, live_server: LiveServer, ada: Membership) -> None:
    found = open_pages(ada)
    told = poison(ada)
    statuses = Counter(watch.look_at(live_server.url + page.address) for page in found)
    print(f"payloads stored: {dict(told)}, pages opened by status: {dict(statuses)}")  # noqa: T201

    assert watch.alive == {}
    assert told["texts"] > 500
    assert told["columns"] > 100
    # A page whose own words were overwritten by payloads may refuse them; it does not fail.
    assert max(statuses) < 500
    assert statuses[200] > 0.9 * sum(statuses.values())


def answer(route: Route, *, body: str) -> None:
    policy = "default-src 'none'; script-src 'self'"
    route.fulfill(body=body, headers={"Content-Security-Policy": policy, "Content-Type": "text/html"})


def test_the_watch_notices_what_runs(watch: Watch, live_server: LiveServer, ada: Membership) -> None:
    """A trap that never catches proves nothing."""
    number = count()
    for body, word in [
        ("<script>window.ran=1</script>", "script-src"),
        ("<img src=x onerror=window.ran=1>", "elements"),
        ("<b cadenza-x>", "elements"),
        ("<a href='javascript:window.ran=1'>", "links"),
    ]:
        address = f"{live_server.url}/f/aurora/trap/{next(number)}/"
        watch.page.route(address, partial(answer, body=body))
        watch.look_at(address)

        assert word in str(watch.alive), body
        watch.alive.clear()
