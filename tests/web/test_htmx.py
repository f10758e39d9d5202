"""One address, two answers; redirects and messages as htmx needs them."""

import json
from typing import Any

import pytest
from django import forms
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from web.htmx import page_or_partial, wants_partial
from web.middleware import HtmxAnswerMiddleware
from web.navigation import return_address
from web.toasts import notify, notify_error

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PAGE, PARTIAL = "404.html", "web/_form_errors.html"


class Name(forms.Form):
    name = forms.CharField()


@pytest.mark.parametrize(
    ("headers", "partial"),
    [
        ({}, False),
        (HTMX, True),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, False),
        ({**HTMX, "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_whole_page_is_given_unless_a_part_is_asked_for(headers: dict[str, str], partial: bool) -> None:
    assert wants_partial(RequestFactory().get("/", headers=headers)) is partial


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("method", "data", "status"), [("get", {}, 200), ("post", {}, 422), ("post", {"name": "x"}, 200)]
)
def test_a_refused_form_answers_422(headers: dict[str, str], method: str, data: dict[str, str], status: int) -> None:
    request = getattr(RequestFactory(), method)("/", data, headers=headers)
    form = Name(request.POST if method == "post" else None)

    response = page_or_partial(request, PAGE, PARTIAL, {"form": form})

    assert response.status_code == status
    assert response["Vary"] == "HX-Request, HX-Request-Type"
    assert (b"<html" in response.content) is not bool(headers)


def answer(view: Any, **headers: str) -> HttpResponse:
    """What the browser gets from ``view`` behind the middleware, messages included."""
    stack = SessionMiddleware(MessageMiddleware(HtmxAnswerMiddleware(view)))
    request = RequestFactory().post("/", headers=headers)
    request.COOKIES.clear()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    response = stack(request)
    assert isinstance(response, HttpResponse)
    return response


def changed(request: HttpRequest) -> HttpResponse:
    notify(request, "Saved", undo="/undo/")
    notify_error(request, "Not sent")
    return HttpResponse("<p></p>")


def moved(request: HttpRequest) -> HttpResponse:
    notify(request, "Saved")
    response = HttpResponseRedirect("/next/")
    response.set_cookie("kept", "1")
    return response


@pytest.mark.django_db
def test_messages_become_toasts_in_a_part_and_are_not_told_again() -> None:
    response = answer(changed, **HTMX)

    toast = json.loads(response["HX-Trigger"])["toast"]
    assert toast == {
        "target": "body",
        "toasts": [
            {"text": "Saved", "kind": "plain", "undo": "/undo/"},
            {"text": "Not sent", "kind": "error", "undo": ""},
        ],
    }


@pytest.mark.django_db
def test_a_redirect_moves_the_whole_page_and_keeps_its_message_for_there() -> None:
    response = answer(moved, **HTMX)

    assert (response.status_code, response["HX-Redirect"]) == (200, "/next/")
    assert "HX-Trigger" not in response
    assert response.cookies["kept"].value == "1"


@pytest.mark.django_db
def test_an_ordinary_request_is_answered_as_it_is() -> None:
    assert answer(moved).status_code == 302
    assert "HX-Trigger" not in answer(changed)


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/f/aurora/clients/?page=2", "/f/aurora/clients/?page=2"),
        ("", "/home/"),
        ("https://evil.example/", "/home/"),
        ("//evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("/\\evil.example", "/home/"),
    ],
)
def test_a_form_leads_back_only_to_this_site(wanted: str, leads_to: str) -> None:
    assert return_address(RequestFactory().post("/", {"next": wanted}), default="/home/") == leads_to
