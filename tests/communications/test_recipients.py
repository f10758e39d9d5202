"""To whom the firm may write: SIS-19 … SIS-25, O-43, the list of those not to write to."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from clients.enums import ClientState, ErasureGround
from clients.models import ChangedClient, Client, Email
from clients.services import erase_client
from communications import queries, services
from communications.addresses import digest_of, reachable
from communications.enums import SuppressionReason
from communications.models import Enablement, MailSettings, Suppression
from communications.services.recipients import give_back
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.communications.making import NOON, found, new_client

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


def addresses(*given: str, chosen: str = "") -> list[dict[str, Any]]:
    return [{"address": each, "for_communications": each == chosen} for each in given]


def test_the_first_visit_shows_a_start_page_and_looking_changes_nothing(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        new_client("Attivo", emails=addresses("a@example.com"))
        gone = new_client("Archiviato")
        Client.objects.filter(pk=gone.pk).update(state=ClientState.ARCHIVED)
    hub, begin = page(ada, "client-relations/"), page(ada, "client-relations/begin/")
    for member in (ada, alice):
        shown = browse(member).get(hub)
        assert "Abilita tutti i clienti attivi" in shown.text or member is alice
    with use_firm(firm):
        assert not Enablement.objects.exists()
        assert not MailSettings.objects.exists()
    assert browse(alice).post(begin).status_code == 403
    assert browse(ada).post(begin).status_code == 302
    with use_firm(firm):
        assert list(Enablement.objects.values_list("client__last_name", "enabled", "by")) == [("Attivo", True, ada.pk)]
        later = new_client("Nuovo")
        assert found("email_enabled", "eq", True) == ["Attivo"]
        assert found("email_enabled", "empty") == ["Archiviato", "Nuovo"]
    shown = browse(ada).get(hub)
    assert "Non configurati" in shown.text
    assert shown.context["standing"].not_configured == 1
    listed = browse(ada).get(shown.context["not_configured_url"]).text
    assert later.last_name in listed
    assert "Attivo</a>" not in listed
    # Once only: a second press, or two at once, enables nobody who came later.
    browse(ada).post(begin)
    with use_firm(firm):
        assert Enablement.objects.count() == 1


@pytest.mark.usefixtures("bound")
def test_the_beginning_is_a_constant_number_of_statements(ada: Membership) -> None:
    numbers = []
    for clients in (3, 30):
        for number in range(clients):
            new_client(f"Cliente {clients} {number}")
        MailSettings.objects.update_or_create(defaults={"begun_at": None})
        with CaptureQueriesContext(connection) as statements:
            assert services.begin(by=ada, at=NOON) == clients
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
    with pytest.raises(ValidationError) as refused:
        services.begin(by=ada, at=NOON)
    assert refused.value.code == "begun"


def test_later_ones_are_enabled_by_hand_and_the_undo_gives_back(firm: Firm, ada: Membership, browse: Browse) -> None:
    with use_firm(firm):
        client = new_client(emails=addresses("a@example.com"))
        ChangedClient.objects.all().delete()
    enable = page(ada, f"client-relations/enable/{client.pk}/")
    assert "Non configurato" in browse(ada).get(page(ada, f"clients/{client.pk}/")).text
    browse(ada).post(enable, {"enabled": "yes"})
    with use_firm(firm):
        assert Enablement.objects.get().enabled
        assert ChangedClient.objects.filter(client_id=client.pk).exists()
    browse(ada).post(enable, {"enabled": "no"})
    with use_firm(firm):
        assert not Enablement.objects.get().enabled
        before = services.set_enabled(Client.objects.all(), True, by=ada, at=NOON)
        assert before == {client.pk: False}
        assert give_back(before, True, by=ada, at=NOON) == [client.pk]
        assert not Enablement.objects.get().enabled


@pytest.mark.usefixtures("bound")
def test_one_address_is_inherited_and_of_several_none_is_chosen(ada: Membership) -> None:
    one = new_client("Uno", emails=addresses("uno@example.com"))
    two = new_client("Due", emails=addresses("a@example.com", "b@example.com"))
    three = new_client("Tre", emails=addresses("c@example.com", "d@example.com", chosen="d@example.com"))
    none = new_client("Zero")
    told = {client.name: reachable(Email.objects.filter(client=client)).address for client in (one, two, three, none)}
    assert told == {"Uno": "uno@example.com", "Due": "", "Tre": "d@example.com", "Zero": ""}
    assert list(queries.clients_to_choose_for(ada)) == [two]
    assert queries.standing(ada) == queries.Standing(0, 0, 4, 1, 1)
    services.choose_address(two, Email.objects.get(address="b@example.com"), by=ada, at=NOON)
    assert reachable(Email.objects.filter(client=two)).address == "b@example.com"
    with pytest.raises(ValidationError) as refused:
        services.choose_address(two, Email.objects.get(address="uno@example.com"), by=ada, at=NOON)
    assert refused.value.error_dict["address"][0].code == "unknown"


def test_the_operator_chooses_on_the_page_that_lists_who_has_to(firm: Firm, ada: Membership, browse: Browse) -> None:
    with use_firm(firm):
        client = new_client("Due", emails=addresses("a@example.com", "b@example.com"))
        second = Email.objects.get(address="b@example.com")
    listed = page(ada, "client-relations/addresses/")
    assert "Due" in browse(ada).get(listed).text
    choose = page(ada, f"client-relations/addresses/{client.pk}/")
    browse(ada).post(choose, {"address": second.pk})
    assert browse(ada).get(listed).context["total"] == 0
    with use_firm(firm):
        assert reachable(Email.objects.filter(client=client)).address == "b@example.com"


def test_a_suppressed_address_is_known_again_and_outlives_the_person_as_a_digest(
    firm: Firm, ada: Membership, browse: Browse
) -> None:
    listed = page(ada, "client-relations/suppressed/")
    with use_firm(firm):
        client = new_client("Due", emails=addresses("Mario@Example.com"))
    browse(ada).post(listed, {"address": "mario@example.com", "note": "al telefono"})
    assert "mario@example.com" in browse(ada).get(listed).text
    assert browse(ada).post(listed, {"address": "MARIO@example.com"}).context["form"].errors["address"]
    with use_firm(firm):
        row = Suppression.objects.get()
        assert (row.client, row.reason) == (client, SuppressionReason.BY_HAND)
        erase_client(client, ground=ErasureGround.REQUEST, by=ada, at=timezone.now())
        row = Suppression.objects.get()
        assert (row.address, row.note, row.digest) == ("", "", digest_of("mario@example.com"))
    assert "persona cancellata" in browse(ada).get(listed).text
    browse(ada).post(page(ada, f"client-relations/suppressed/{row.pk}/lift/"))
    with use_firm(firm):
        assert not Suppression.objects.exists()


def test_what_goes_into_headers_is_one_line(firm: Firm, ada: Membership, browse: Browse) -> None:
    address = page(ada, "settings/communications/")
    good = {"sender_name": "Studio Ferri", "reply_to": "studio@example.com", "pressure_days": 14, "per_minute": 30}
    for field, bad in (("sender_name", "Ada\r\nBcc: x@example.com"), ("reply_to", "a@example.com\nBcc: b@x.it")):
        refused = browse(ada).post(address, good | {field: bad})
        assert field in refused.context["form"].errors, field
    assert browse(ada).post(address, good).status_code == 302
    with use_firm(firm):
        settings = queries.mail_settings()
        assert {name: getattr(settings, name) for name in good} == good


def test_the_same_through_the_api(firm: Firm, ada: Membership, api: Callable[..., APIClient]) -> None:
    with use_firm(firm):
        client = new_client("Due", emails=addresses("a@example.com", "b@example.com"))
    caller = api(ada)
    assert caller.get("/api/v1/mail-settings/").json()["begun_at"] is None
    assert caller.post("/api/v1/mail-settings/begin/").json()["begun_at"]
    assert caller.patch("/api/v1/mail-settings/", {"pressure_days": 3}, format="json").json()["pressure_days"] == 3
    assert caller.get("/api/v1/mail-settings/standing/").json()["to_choose"] == 1
    address = f"/api/v1/clients/{client.pk}/email-enablement/"
    assert caller.get(address).json() == {"enabled": True, "address": "", "must_choose": True, "suppressed": False}
    changed = caller.patch(address, {"enabled": False, "address": "b@example.com"}, format="json").json()
    assert changed == {"enabled": False, "address": "b@example.com", "must_choose": False, "suppressed": False}
    made = caller.post("/api/v1/suppressions/", {"address": "b@example.com"}, format="json")
    assert made.status_code == 201
    assert caller.get(address).json()["suppressed"]
    assert caller.delete(f"/api/v1/suppressions/{made.json()['id']}/").status_code == 204
    listed = caller.get(
        "/api/v1/clients/", {"filter": json.dumps({"field": "email_enabled", "op": "eq", "value": False})}
    )
    assert [row["id"] for row in listed.json()["results"]] == [client.pk]
