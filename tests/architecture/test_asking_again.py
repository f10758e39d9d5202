"""What is grave is done by whoever has just shown who he is: each page that is marked so, tried with an old log-in."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tenants import services
from tenants.binding import use_firm
from tenants.enums import Scope
from tenants.models import AuditEvent, Firm, Membership
from tenants.rest.viewsets import ADMINISTRATION, READING
from tests.architecture.examples import EXAMPLES
from tests.architecture.routes import Route, pages
from tests.architecture.test_api_routes import DOORS, Door, call, row
from tests.cast import api_client, login

AGAIN = "/account/reauthenticate/"
MARKED = [route for route in pages() if getattr(route.view, "asks_again", "")]
ALWAYS = [route for route in MARKED if route.view.asks_again == "always"]
# What has to be among them (security.md T25): taken out, given away, gone for good, or the door left open.
GRAVE = {
    "clients:export_create",
    "clients:firm_export_create",
    "clients:access_export",
    "clients:client_dossier",
    "clients:client_erase",
    "clients:bulk_confirm",
    "tenants:token_create",
    "tenants:webhook_create",
    "tenants:webhook_rotate",
    "tenants:webhook_switch",
    "tenants:audit_file",
    "tenants:firm_edit",
    "tenants:provider_create",
    "tenants:provider_create_saml",
    "tenants:provider_edit",
    "tenants:provider_switch",
    "tenants:provider_require",
    "tenants:provider_account_forget",
}
ADMINISTERING = [door for door in DOORS if door.permission in ADMINISTRATION and door.method.upper() not in READING]


def by_name(route: Route) -> str:
    return route.name


def test_what_is_grave_is_marked() -> None:
    assert {route.name for route in MARKED} >= GRAVE
    assert len(ADMINISTERING) > 10


@pytest.mark.parametrize("route", ALWAYS, ids=by_name)
def test_an_old_log_in_is_asked_again_and_does_nothing(route: Route, ada: Membership, settings: Any) -> None:
    client = login(Client(), ada)
    with use_firm(ada.firm):
        given = EXAMPLES[route.name](ada) if route.objects else {}
        before = AuditEvent.objects.count()
    url = reverse(route.name, kwargs={"firm_slug": ada.firm.slug, **given})
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    answer = client.post(url)

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, AGAIN)
    with use_firm(ada.firm):
        assert AuditEvent.objects.count() == before


def test_archiving_many_and_one_step_log_ins_are_asked_about_and_milder_things_are_not(
    ada: Membership, firm: Firm, settings: Any
) -> None:
    client = login(Client(), ada)
    with use_firm(firm):
        archiving = EXAMPLES["clients:bulk_confirm"](ada)
        services.change_firm(firm, by=ada, requires_second_step=True)
    saved = {"name": firm.name, "time_zone": "Europe/Rome", "language": "it"}
    confirm = reverse("clients:bulk_confirm", kwargs={"firm_slug": firm.slug, **archiving})
    edit = reverse("tenants:firm_edit", kwargs={"firm_slug": firm.slug})
    # Whoever is asked has a second step already.
    ada.user.authenticator_set.create(type="webauthn", data={"name": "Telefono", "credential": {}})
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    assert client.post(confirm)["Location"].startswith(AGAIN)
    assert client.post(edit, saved)["Location"].startswith(AGAIN)
    assert client.post(edit, {**saved, "name": "Aurora due", "requires_second_step": "on"})["Location"] == edit
    with use_firm(firm):
        now = Firm.objects.get()
    assert (now.name, now.requires_second_step) == ("Aurora due", True)


@pytest.mark.parametrize("door", ADMINISTERING, ids=str)
def test_by_rest_the_scope_admin_stands_for_it(door: Door, ada: Membership) -> None:
    """Nobody can be asked again there: the token was made by somebody who was (decision 0028)."""
    pk = row(door, ada)

    assert call(api_client(ada, Scope.WRITE), door, pk).status_code == 403
