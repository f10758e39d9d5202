"""Who sees which way: the frame of the pages follows the permissions (XCT-02) and the firms of the person."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tenants import services
from tenants.binding import use_firm
from tenants.enums import Role
from tenants.models import Firm, Membership
from tests.cast import PASSWORD, page

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Client]


def shown(browse: Browse, member: Membership) -> str:
    return browse(member).get(page(member, "settings/permissions/")).content.decode()


def ways(html: str) -> set[str]:
    """The addresses in the sidebar, without the firm's part."""
    sidebar = re.search(r'<aside class="sidebar.*?</aside>', html, re.DOTALL)
    assert sidebar is not None
    return set(re.findall(r'href="/f/[\w-]+/([^"]+)"', sidebar[0]))


def test_an_administrator_is_led_everywhere(browse: Browse, ada: Membership) -> None:
    assert {
        "settings/members/",
        "settings/permissions/",
        "settings/tokens/",
        "settings/audit/",
        "settings/firm/",
    } <= ways(shown(browse, ada))


def test_a_reader_is_not_led_where_he_may_not_go(browse: Browse, rita: Membership) -> None:
    html = shown(browse, rita)

    assert ways(html) & {"settings/members/", "settings/audit/", "settings/firm/", "settings/tokens/"} == set()
    assert "settings/permissions/" in ways(html)
    assert "create-menu" not in html


def test_the_current_page_is_marked(browse: Browse, ada: Membership) -> None:
    current = re.findall(r'href="([^"]+)"\s+aria-current="page"', shown(browse, ada))

    assert set(current) == {page(ada, "settings/permissions/")}


def test_only_who_is_in_several_firms_can_switch(
    browse: Browse, ada: Membership, carol: Membership, other_firm: Firm
) -> None:
    assert 'popovertarget="firms"' not in shown(browse, ada)

    with use_firm(other_firm):
        services.add_member(ada.user.email, name="Ada Ferri", role=Role.READ_ONLY, password=PASSWORD)

    html = shown(browse, ada)
    assert 'popovertarget="firms"' in html
    assert 'href="/f/boreale/"' in html


def test_the_look_follows_the_member(browse: Browse, ada: Membership) -> None:
    client = browse(ada)
    assert "data-theme" not in client.get(page(ada, "settings/permissions/")).content.decode().split(">", 2)[1]

    client.post(page(ada, "settings/preferences/"), {"theme": "dark", "shortcuts": "off", "language": "en"})

    html = client.get(page(ada, "settings/permissions/")).content.decode()
    assert '<html lang="en" data-theme="dark">' in html
    assert 'data-shortcuts="off"' in html


def test_each_letter_after_n_creates_something(browse: Browse, ada: Membership) -> None:
    keys = re.findall(r'data-keys="(n \w)"', shown(browse, ada))

    assert sorted(keys) == ["n a", "n c", "n g", "n r"]
