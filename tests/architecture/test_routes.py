"""Who may come through which door: every page of the resolver, tried by everybody who must not get in."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tenants.permissions import Permission
from tests.architecture.examples import EXAMPLES
from tests.architecture.known import PUBLIC
from tests.architecture.routes import Route, marker_problems, name_problems, pages, routes
from tests.cast import join, login

PAGES = pages()
UNUSED = {int: 4_611_686_018_427_387_904, str: "never-used"}
KEYS = re.compile(r"^(.*_)?(pk|id|key|slug|secret)$")
# Others may carry a word or a number that is nobody's secret.
OBJECT_PAGES = [route for route in PAGES if any(KEYS.match(name) for name in route.objects)]
VARYING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|name="csrf-token" content="[^"]*"|nonce="[^"]*"')

# Except the session, which is no row of a firm.
WRITING = re.compile(
    r'(?!.*"tenants_session")\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|WITH\b.*\b(INSERT|UPDATE|DELETE)\b)', re.S
)

Browse = Callable[[Membership], Client]


def by_name(route: Route) -> str:
    return route.name


def test_every_page_says_who_may_see_it() -> None:
    found = routes()
    print(f"routes: {len(found)}, in a firm: {len(PAGES)}, with a row: {len(OBJECT_PAGES)}")  # noqa: T201

    assert marker_problems(found) == []
    assert name_problems(found) == []
    assert len(PAGES) > 10


def test_the_list_of_public_pages_has_no_dead_entry() -> None:
    assert set(PUBLIC) == {route.name for route in routes() if route.permission == "public"}


def test_every_page_with_a_row_has_an_example() -> None:
    assert {route.name for route in PAGES if route.objects} == set(EXAMPLES)


def address(route: Route, slug: str, parameters: dict[str, Any]) -> str:
    return reverse(route.name, kwargs={"firm_slug": slug, **parameters})


def example(route: Route, admin: Membership) -> dict[str, Any]:
    if not route.objects:
        return {}
    with use_firm(admin.firm_id):
        return EXAMPLES[route.name](admin)


def tried(client: Client, url: str) -> list[tuple[int, bytes, dict[str, str]]]:
    """What reading, htmx and writing are answered, without what differs from one answer to the next anyway."""
    answers = [
        client.get(url),
        client.get(url, headers={"HX-Request": "true"}),
        client.post(url),
        client.patch(url, {}, content_type="application/json"),
    ]
    return [_essence(answer) for answer in answers]


def _essence(response: HttpResponse) -> tuple[int, bytes, dict[str, str]]:
    # The number of a request is drawn anew for each; an answer of 404 has none (tests/crm/test_logs.py).
    drawn = {"Content-Length", "Date"} | ({"X-Request-ID"} if response.status_code != 404 else set())
    headers = {name: value for name, value in response.headers.items() if name not in drawn}
    return response.status_code, VARYING.sub(b"", response.getvalue()), headers


@pytest.mark.parametrize("route", PAGES, ids=by_name)
def test_a_stranger_is_sent_to_the_log_in(route: Route, ada: Membership) -> None:
    url = address(route, ada.firm.slug, example(route, ada))

    for response in (Client().get(url), Client().post(url)):
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("route", PAGES, ids=by_name)
def test_another_firms_administrator_finds_no_such_firm(
    route: Route, ada: Membership, mara: Membership, browse: Browse
) -> None:
    parameters = example(route, ada)

    there = tried(browse(mara), address(route, ada.firm.slug, parameters))
    nowhere = tried(browse(mara), address(route, "no-such-firm", parameters))

    assert there == nowhere
    assert {status for status, *_ in there} == {404}


@pytest.mark.parametrize("route", OBJECT_PAGES, ids=by_name)
def test_another_firms_row_is_like_one_that_never_was(
    route: Route, ada: Membership, mara: Membership, browse: Browse
) -> None:
    theirs = example(route, mara)
    unused = {name: UNUSED[type(value)] if KEYS.match(name) else value for name, value in theirs.items()}
    assert unused != theirs

    foreign = tried(browse(ada), address(route, ada.firm.slug, theirs))
    never = tried(browse(ada), address(route, ada.firm.slug, unused))

    assert foreign == never
    statuses = {status for status, *_ in foreign}
    assert 404 in statuses
    assert not [status for status in statuses if status < 300], "something was shown"


@pytest.mark.parametrize("route", PAGES, ids=by_name)
def test_each_role_opens_what_the_table_of_permissions_says(
    route: Route, ada: Membership, alice: Membership, bob: Membership, rita: Membership, browse: Browse
) -> None:
    url = address(route, ada.firm.slug, example(route, ada))

    for member in (ada, alice, bob, rita):
        may = route.permission == "any_member" or member.can(Permission(route.permission))
        answers = [status for status, *_ in tried(browse(member), url)]

        assert max(answers) < 500
        assert may or set(answers) == {403}
        assert not may or 403 not in answers[:1], "refused in spite of the permission"


@pytest.mark.parametrize("route", PAGES, ids=by_name)
def test_somebody_deactivated_is_out_at_once(route: Route, ada: Membership, firm: Firm, browse: Browse) -> None:
    url = address(route, firm.slug, example(route, ada))
    former = join(firm, "former@aurora.example", "Former", Role.ADMIN)
    browser = browse(former)
    assert not browser.get(url).headers.get("Location", "").startswith("/account/")

    with use_firm(firm):
        services.deactivate_member(former, by=ada, at=timezone.now())

    assert browser.get(url)["Location"].startswith("/account/login/")
    assert login(Client(), former).get(url).status_code == 404


@pytest.mark.parametrize("route", PAGES, ids=by_name)
def test_reading_a_page_writes_nothing_and_is_for_no_cache(route: Route, ada: Membership, browse: Browse) -> None:
    client, url = browse(ada), address(route, ada.firm.slug, example(route, ada))
    client.get(url).getvalue()

    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        # To its end, of a file too, which is closed then.
        response.getvalue()

    assert [query["sql"] for query in queries if WRITING.match(query["sql"])] == []
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    # What is no page of ours is data, or leaves as a file: nothing that somebody wrote is shown as a page (T11, T12).
    kind = response["Content-Type"].partition(";")[0]
    saved = "attachment" in response.headers.get("Content-Disposition", "")
    assert kind in {"text/html", "application/json", "application/problem+json"} or saved, kind
    assert not (saved and kind in {"text/html", "image/svg+xml"})


@pytest.mark.parametrize("route", PAGES, ids=by_name)
def test_a_page_of_another_site_cannot_write(route: Route, ada: Membership) -> None:
    client = login(Client(enforce_csrf_checks=True), ada)

    assert client.post(address(route, ada.firm.slug, example(route, ada))).status_code == 403
