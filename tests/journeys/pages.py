"""Every page that a member can open, derived from the URL resolver, with a row of the firm for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.test import Client as Browser
from django.urls import reverse

from tenants.binding import use_firm
from tenants.models import Membership
from tests.architecture.examples import EXAMPLES
from tests.architecture.routes import FIRM, Route, pages
from tests.cast import login


@dataclass(frozen=True)
class Page:
    name: str
    address: str


def open_pages(member: Membership, routes: Sequence[Route] | None = None) -> list[Page]:
    """Whole pages only: what answers a fragment, a file or a redirect is seen on the page that asks for it."""
    browser = login(Browser(), member)
    found = []
    for route in pages() if routes is None else routes:
        with use_firm(member.firm_id):
            example = EXAMPLES[route.name](member) if route.objects else {}
        address = reverse(route.name, kwargs={FIRM: member.firm.slug, **example})
        answer = browser.get(address)
        # Of a file too the whole content, so that it is read to its end and closed.
        content = answer.getvalue()
        if answer.status_code == 200 and b"<html" in content[:300]:
            found.append(Page(route.name, address))
    return found
