"""Every page that deletes offers the way back, and the way back leads to the same rows (frontend.md 2, undo)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import reverse

from tenants.binding import use_firm
from tenants.models import Firm, FirmOwned, Membership
from tests.architecture.examples import EXAMPLES
from tests.architecture.routes import pages

# Asked about first instead: what cannot be undone.
FOR_GOOD = {
    "communications:opportunity_delete": "a proposal made by mistake, with what is known of the client in it",
    "outcomes:activity_delete": "of a client, and only while nothing was done in it",
    "scheduling:appointment_delete": "of a client; the usual way is to cancel it, which can be undone",
}
# What tells of a change, or follows from rows: it need not be as before.
TELLING = {
    "clients.Access",
    "clients.ChangedClient",
    "clients.ClientEdit",
    "tenants.AuditEvent",
    "tenants.Change",
    "tenants.ChangeHead",
    "tenants.Removal",
}
WAY_BACK = re.compile(r'action="([^"]+)" data-undo')
STAMPS = {"changed_at", "version", "updated_at"}
DELETING = sorted(route.name for route in pages() if route.name.endswith("_delete"))


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of the firm that somebody has entered, but for the stamps of its last change."""
    owned = [model for model in apps.get_models() if issubclass(model, FirmOwned) and model._meta.label not in TELLING]
    return {
        model._meta.label: sorted(
            [{name: value for name, value in row.items() if name not in STAMPS} for row in model.objects.values()],
            key=repr,
        )
        for model in owned
    }


def test_what_is_deleted_on_a_page_comes_back_as_it_was(
    firm: Firm, ada: Membership, browse: Callable[[Membership], Client]
) -> None:
    browser = browse(ada)
    undoable = [name for name in DELETING if name not in FOR_GOOD]
    print(f"pages that delete: {len(DELETING)}, with a way back: {len(undoable)}")  # noqa: T201
    assert set(FOR_GOOD) < set(DELETING)
    assert len(undoable) > 15
    with use_firm(firm):
        asked = {name: EXAMPLES[name](ada) for name in undoable}
        before = everything()

    ways_back = []
    for name, parameters in asked.items():
        answer = browser.post(reverse(name, kwargs={"firm_slug": firm.slug, **parameters}), follow=True)
        found = WAY_BACK.search(answer.content.decode())
        assert found, f"{name} offers no way back"
        ways_back.append(found[1])
    with use_firm(firm):
        gone = everything()
    for address in reversed(ways_back):
        browser.post(address)

    with use_firm(firm):
        after = everything()
    changed = [row for label, rows in before.items() for row in rows if row not in gone[label]]
    assert len(changed) >= len(undoable), "each deletes something"
    differing = {label: (rows, after[label]) for label, rows in before.items() if rows != after[label]}
    assert differing == {}
