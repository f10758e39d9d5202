"""The page of the checks without a script: built step by step, previewed, edited, refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from scheduling.models import Check
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import make_client

pytestmark = pytest.mark.django_db
CONDITION = {
    "bracket": ["0", "0.1"],
    "condition": ["0.0"],
    "mode.0": "all",
    "mode.0.1": "all",
    "field.0.0": "document_expires_on",
    "was.0.0": "document_expires_on",
    "op.0.0": "due_within_days",
    "value.0.0": "20",
}
CHECK = {**CONDITION, "name": "Documents", "text": "Scade {quando}", "recipient": "advisor", "active": "on"}
RICH = {"condition": ["0.0", "0.1.0"], "field.0.1.0": "aum", "op.0.1.0": "gt", "value.0.1.0": "500.000,00"}


@pytest.fixture
def rich(firm: Firm) -> None:
    with use_firm(firm):
        for name, aum in (("Ricco", 900_000), ("Povero", 1)):
            made = make_client(name, aum=aum)
            made.profile.document_expires_on = local_today(firm)
            made.profile.save()


def test_built_previewed_saved_and_edited(
    firm: Firm, rich: None, ada: Membership, browse: Callable[[Membership], Browser]
) -> None:
    browser, new = browse(ada), page(ada, "settings/checks/new/")
    step = browser.post(new, {**CHECK, "do": "add-condition:0.1"})
    assert [part.path for part in step.context["draft"].scope.parts] == ["0.1.0"]
    removed = browser.post(new, {**CHECK, **RICH, "do": "remove:0.1"})
    assert (removed.status_code, removed.context["draft"].scope.parts) == (200, [])
    preview = page(ada, "settings/checks/preview/")
    assert browser.post(preview, CHECK).context["preview"].count == 2
    assert [one.client.name for one in browser.post(preview, {**CHECK, **RICH}).context["preview"].sample] == ["Ricco"]
    assert browser.post(preview, {**CHECK, "value.0.0": ""}).context["preview"] is None

    assert browser.post(new, {**CHECK, **RICH}).status_code == 302
    with use_firm(firm):
        check = Check.objects.get(name="Documents")
    assert check.condition == {"field": "document_expires_on", "op": "due_within_days", "value": 20}
    assert check.scope == {"all": [{"field": "aum", "op": "gt", "value": "500000.00"}]}
    edit = page(ada, f"settings/checks/{check.pk}/")
    shown = browser.get(edit).context["draft"]
    assert (shown.row.raw, [part.raw for part in shown.scope.parts]) == (["20"], [["500.000"]])
    said = {**CHECK, "value.0.0": "5", "version": check.version}
    assert browser.post(edit, {**said, "active": ""}).status_code == 302
    with use_firm(firm):
        check.refresh_from_db()
    assert (check.condition["value"], check.scope, check.active) == (5, None, False)
    stale = browser.post(edit, said)
    assert stale.status_code == 422
    assert stale.context["form"].non_field_errors() == ["Nel frattempo qualcuno ha modificato questa verifica."]
    listed = browser.get(page(ada, "settings/checks/")).context["rows"]
    assert [row["check"].name for row in listed][:2] == ["Pianificazione", "Compleanno"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"name": ""}, "name"),
        ({"text": "{boh}"}, "text"),
        ({"recipient": "person"}, "person"),
        ({"field.0.0": ""}, None),
        ({"op.0.0": "eq", "value.0.0": "domani"}, None),
    ],
)
def test_what_is_refused_stands_beside_what_it_concerns(
    ada: Membership, browse: Callable[[Membership], Browser], wrong: dict[str, Any], where: str | None
) -> None:
    answer = browse(ada).post(page(ada, "settings/checks/new/"), {**CHECK, **wrong})
    assert answer.status_code == 422
    if where:
        assert list(answer.context["form"].errors) == [where]
    else:
        assert answer.context["draft"].row.errors


def test_only_who_configures_the_firm_comes_here(
    ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    assert browse(alice).get(page(alice, "settings/checks/")).status_code == 403
