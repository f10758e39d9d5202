"""Failures have a page for people and problem details for programs, and the page needs nothing that may have failed."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import translation

FAILURES = {
    400: SuspiciousOperation,
    403: PermissionDenied,
    404: Http404,
    500: ZeroDivisionError,
    503: OperationalError,
}


def fail(request: HttpRequest, status: int) -> HttpResponse:
    raise FAILURES[status]


handler400 = "web.errors.bad_request"
handler403 = "web.errors.permission_denied"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
urlpatterns = [path("fail/<int:status>/", fail), path("api/v1/fail/<int:status>/", fail)]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def browser(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("status", FAILURES)
def test_a_failure_has_a_page_of_its_own_in_the_chosen_theme(browser: Client, status: int) -> None:
    browser.cookies["theme"] = "dark"

    response = browser.get(f"/fail/{status}/")

    html = response.content.decode()
    assert response.status_code == status
    assert f">{status}</p>" in html
    assert 'data-theme="dark"' in html
    assert ("Retry-After" in response) is (status == 503)


@pytest.mark.parametrize("status", FAILURES)
def test_the_api_answers_with_a_problem(browser: Client, status: int) -> None:
    response = browser.get(f"/api/v1/fail/{status}/")

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status


def test_an_address_that_never_was_is_a_404(browser: Client) -> None:
    with translation.override("en"):
        assert browser.get("/nowhere/").status_code == 404


def test_a_page_of_failure_gives_nothing_away(browser: Client) -> None:
    assert "ZeroDivision" not in browser.get("/fail/500/").content.decode()


def test_a_foreign_theme_is_not_believed(browser: Client) -> None:
    browser.cookies["theme"] = '"><script>'

    assert "data-theme" not in browser.get("/fail/404/").content.decode()
