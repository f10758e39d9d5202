"""Theme and shortcuts are rendered by the server from a cookie that a form sets, with or without JavaScript."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ADDRESS = "/preferences/"


def test_the_chosen_theme_is_on_the_next_page(client: Client) -> None:
    response = client.post(ADDRESS, {"theme": "dark", "next": "/account/login/?x=1"})

    assert (response.status_code, response["Location"]) == (302, "/account/login/?x=1")
    cookie = response.cookies["theme"]
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)
    assert 'data-theme="dark"' in client.get("/account/login/").content.decode()


def test_the_system_decides_as_long_as_nothing_is_chosen(client: Client) -> None:
    assert "data-theme=" not in client.get("/account/login/").content.decode()


def test_what_is_not_sent_stays(client: Client) -> None:
    client.post(ADDRESS, {"theme": "light"})
    client.post(ADDRESS, {"shortcuts": "off"})

    assert (client.cookies["theme"].value, client.cookies["shortcuts"].value) == ("light", "off")


@pytest.mark.parametrize("data", [{"theme": "pink"}, {"shortcuts": "1"}])
def test_no_other_value_is_kept(client: Client, data: dict[str, str]) -> None:
    response = client.post(ADDRESS, data)

    assert response.status_code == 400
    assert not response.cookies


def test_a_foreign_cookie_is_not_believed(client: Client) -> None:
    client.cookies["theme"] = '"><script>'

    page = client.get("/account/login/").content.decode()

    assert "data-theme=" not in page


def test_reading_changes_nothing(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 405
