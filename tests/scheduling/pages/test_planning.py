"""Pianificazione → Appuntamenti: all groups, the number, the lead days, the lists beside it."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from groups.models import Group, GroupMember
from scheduling import services
from scheduling.models import Check, ClientPlan
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, make_client, rome

Browse = Callable[[Membership], Browser]


@pytest.fixture
def groups(firm: Firm, client_: Client) -> tuple[Group, Group]:
    with use_firm(firm):
        gold, rest = (
            Group.objects.create(kind="fixed", name="Gold", yearly_meetings=4),
            Group.objects.create(kind="fixed", name="Altri"),
        )
        GroupMember.objects.create(group=gold, client_id=client_.pk)
        return gold, rest


def test_planning_lists_all_groups_with_a_mark_that_is_not_colour_alone(
    groups: tuple[Group, Group], alice: Membership, browse: Browse
) -> None:
    answer = browse(alice).get(page(alice, "planning/appointments/"))

    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count('data-cadence="set"') == html.count('data-cadence="none"') == 1
    assert html.index("Gold") < html.index("Altri")
    assert 'tabular-nums">4</span>' in html[html.index('data-cadence="set"') :][:120]
    assert 'name="yearly_meetings"' not in html


def test_planning_costs_the_same_with_few_and_many_groups(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    browser = browse(ada)
    browser.get(page(ada, "planning/appointments/"))
    with CaptureQueriesContext(connection) as few:
        browser.get(page(ada, "planning/appointments/"))
    with use_firm(firm):
        Group.objects.bulk_create(Group(name=f"G{n}", yearly_meetings=1) for n in range(10))
    with CaptureQueriesContext(connection) as many:
        browser.get(page(ada, "planning/appointments/"))

    assert len(few) == len(many)


@pytest.mark.parametrize(("given", "kept"), [("12", 12), ("", None), ("0", None)])
def test_an_administrator_sets_changes_and_removes_the_number(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse, given: str, kept: int | None
) -> None:
    gold, _ = groups
    address = page(ada, f"planning/appointments/groups/{gold.pk}/")

    shown = browse(ada).get(address)
    answer = browse(ada).post(address, {"yearly_meetings": given})

    assert 'value="4"' in shown.content.decode()
    assert (answer.status_code, answer["Location"]) == (302, page(ada, "planning/appointments/"))
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == kept
    assert "moon-star" in browse(ada).get(page(ada, "planning/appointments/")).content.decode().split("<tbody>")[1]


def test_with_htmx_the_row_becomes_a_form_and_a_row_again(
    groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    gold, _ = groups
    browser, address = browse(ada), page(ada, f"planning/appointments/groups/{gold.pk}/")
    htmx = {"HX-Request": "true"}

    form = browser.get(address, headers=htmx).content.decode()
    refused = browser.post(address, {"yearly_meetings": "53"}, headers=htmx)
    row = browser.post(address, {"yearly_meetings": "6"}, headers=htmx)

    assert form.lstrip().startswith("<tr") or "<tr id=" in form
    assert "<html" not in form
    assert refused.status_code == 422
    assert "field-error" in refused.content.decode()
    assert 'data-cadence="set"' in row.content.decode()
    assert "toast" in row["HX-Trigger"]


@pytest.mark.parametrize("number", ["53", "-1", "4.5", "abc"])
def test_a_number_out_of_range_is_refused_beside_its_field(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse, number: str
) -> None:
    gold, _ = groups

    answer = browse(ada).post(page(ada, f"planning/appointments/groups/{gold.pk}/"), {"yearly_meetings": number})

    assert answer.status_code == 422
    assert 'id="id_yearly_meetings_error"' in answer.content.decode()
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == 4


def test_an_advisor_cannot_set_the_number(groups: tuple[Group, Group], alice: Membership, browse: Browse) -> None:
    browser = browse(alice)
    shown = browser.get(page(alice, "planning/appointments/")).content.decode()
    answer = browser.post(page(alice, f"planning/appointments/groups/{groups[0].pk}/"), {"yearly_meetings": "6"})

    assert answer.status_code == 403
    # Nor is he asked to: a row leads him to the group itself.
    assert "I numeri li imposta un amministratore." in shown
    assert page(alice, f"groups/{groups[0].pk}/") in shown
    assert f"groups/{groups[0].pk}/set/" not in shown


def test_removing_a_number_can_be_taken_back(
    firm: Firm, groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    gold, _ = groups
    browser = browse(ada)

    removed = browser.post(page(ada, f"planning/appointments/groups/{gold.pk}/set/0/"), follow=True)
    undo = page(ada, f"planning/appointments/groups/{gold.pk}/set/4/")
    offered = undo in removed.content.decode()
    browser.post(undo)

    assert offered
    with use_firm(firm):
        assert Group.objects.get(pk=gold.pk).yearly_meetings == 4


def test_the_lead_days_are_set_by_who_configures(
    firm: Firm, ada: Membership, alice: Membership, browse: Browse
) -> None:
    address = page(ada, "planning/appointments/check/")
    values = {"lead_days": "14", "text": "Fissare", "active": "on"}

    answer = browse(ada).post(address, values)
    forbidden = browse(alice).post(address, values)
    strange = browse(ada).post(address, {**values, "text": "Fra {ore} ore"})

    assert (answer.status_code, forbidden.status_code) == (302, 403)
    assert (strange.status_code, list(strange.context["form"].errors)) == (422, ["text"])
    with use_firm(firm):
        assert Check.objects.get(kind="planning").lead_days == 14


def test_the_forgotten_the_overdue_and_the_exceptions_are_listed(
    firm: Firm, client_: Client, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        never, late = make_client("Mai Visto", advisor=alice), make_client("In Ritardo", advisor=alice)
        ClientPlan.objects.create(client=never, yearly_meetings=4)
        ClientPlan.objects.create(
            client=late, yearly_meetings=4, last_meeting_at=rome(2025, 10, 1), due_on=date(2026, 1, 1)
        )
        services.set_cadence_exception(client_, yearly_meetings=None, reason="All'estero", by=alice, at=NOW)
    browser = browse(alice)

    pages = {
        name: browser.get(page(alice, f"planning/{name}/")).content.decode()
        for name in ("never-met", "overdue", "exceptions")
    }

    assert "Mai Visto" in pages["never-met"]
    assert "In Ritardo" not in pages["never-met"]
    assert "In Ritardo" in pages["overdue"]
    assert "68 " in pages["overdue"]
    assert "All&#x27;estero" in pages["exceptions"]


def test_foresight_shows_what_a_number_would_cost_before_it_is_saved(
    groups: tuple[Group, Group], ada: Membership, browse: Browse
) -> None:
    browser, path = browse(ada), page(ada, f"planning/appointments/groups/{groups[0].pk}/foresight/")
    whole = browser.post(path, {"yearly_meetings": "12"})
    part = browser.post(path, {"yearly_meetings": "12"}, headers={"HX-Request": "true"})

    assert whole.status_code == part.status_code == 200
    assert "data-foresight=" in whole.content.decode()
    assert 'value="12"' in whole.content.decode()  # what was typed can be saved from here
    assert "<html" not in part.content.decode()
    assert browser.post(path, {"yearly_meetings": "99"}).status_code == 422


def test_foresight_of_the_builder_carries_what_was_sent_to_the_button_that_saves(
    groups: tuple[Group, Group], ada: Membership, browse: Browse, firm: Firm
) -> None:
    sent = {
        "name": "Ricchi",
        "yearly_meetings": "4",
        "bracket": "0",
        "mode.0": "all",
        "condition": "0.0",
        "field.0.0": "aum",
        "op.0.0": "gte",
        "value.0.0": "0",
    }
    answer = browse(ada).post(page(ada, "planning/foresight/"), {**sent, "do": "foresee"})
    html = answer.content.decode()

    assert 'data-foresight="' in html
    assert all(f'name="{name}" value="{value}"' in html for name, value in sent.items())
    browse(ada).post(page(ada, "groups/new/"), {**sent, "do": "save"})
    with use_firm(firm):
        assert Group.objects.get(name="Ricchi").yearly_meetings == 4


def test_foresight_of_an_exception_needs_no_reason_yet(ada: Membership, browse: Browse, client_: Client) -> None:
    path = page(ada, f"clients/{client_.pk}/cadence-exception/foresight/")
    answer = browse(ada).post(path, {"kind": "own", "yearly_meetings": "12"})

    assert answer.status_code == 200
    assert "data-foresight=" in answer.content.decode()
