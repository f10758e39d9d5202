"""Viste: supplied ones, own ones, shared ones; over the client list, by REST, and as an audience."""

import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.catalogue import fields
from clients.grouping import field_named, read_grouped
from clients.models import Client
from clients.queries import visible_clients
from communications.models import CommunicationTemplate, ServiceOpportunity
from groups import queries, services
from groups.defaults import supplied
from groups.enums import GroupKind
from groups.models import GroupMember, MarketingList, MarketingListMember, View
from groups.services import GroupDetails, ListDetails, ViewDetails
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client

RICH = {"field": "aum", "op": "gte", "value": "300000"}
TODAY = NOON.date()


@pytest.fixture
def people(firm: Firm, ada: Membership, alice: Membership) -> list[Client]:
    """Six of Alice's with 0 … 500,000, and one of Ada's with a million."""
    with use_firm(firm):
        clients = [new_client(f"Cliente {number}", advisor=alice, aum=number * 100_000) for number in range(6)]
        return [*clients, new_client("Estraneo", advisor=ada, aum=1_000_000)]


def rich(by: Membership, **said: Any) -> View:
    return services.create_view(ViewDetails(**{"name": "Ricchi", "filter": RICH, **said}), by=by)


def shown(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer
    return [row.client.name for row in answer.context["listing"].rows]


def html(answer: Any) -> str:
    assert answer.status_code in (200, 422), answer
    return str(answer.content.decode())


def test_a_firm_receives_viste_whose_every_part_its_catalogue_knows(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        views = list(queries.views_of(alice))
        known = fields()
        for view in views:
            assert view.is_supplied
            assert queries.problem_of_view(view) == ""
            assert [name for name in view.columns if name not in known or not known[name].listable] == []
            assert not view.grouping or field_named(view.grouping), view.name
            assert view.ordering == "" or known[view.ordering.removeprefix("-")].sortable, view.name
        names = {view.key: view.name for view in views}
        # SIS-07 a, b, c and SIS-08: among the groups stand the four standard services, proposed or not.
        assert {"by_year", "by_regime", "by_revenue", "by_opportunity", "by_active_service"} <= set(names)
        new_client("Uno", advisor=alice)
        grouped = read_grouped(visible_clients(alice), fields()["opportunities.open"], [], today=TODAY)
        assert {"Fatturazione c/terzi", "Fatturazione on line", "Gestionali on line"} <= {
            p.label for p in grouped.parts
        }
        assert "Servizi di supporto ft. elettronica" in {part.label for part in grouped.parts}


def test_firms_that_were_there_before_receive_viste_and_services(firm: Firm, other_firm: Firm) -> None:
    """What the migrations do, as the migrator would."""
    with use_firm(firm):
        View.objects.all().delete()
        CommunicationTemplate.objects.all().delete()
        ServiceOpportunity.objects.exclude(key="ltc").delete()
        held = ServiceOpportunity.objects.get()
    with use_firm(firm):
        import_module("groups.migrations.0005_supplied_views").supply(_Of(firm), None)
        import_module("communications.migrations.0008_supplied_services").supply(_Of(firm), None)
        assert View.objects.count() == len(list(supplied()))
        assert View.objects.get(key="to_meet").name == "Da incontrare"
        assert ServiceOpportunity.objects.count() == 10
        assert ServiceOpportunity.objects.get(key="ltc").pk == held.pk
        assert ServiceOpportunity.objects.get(key="pac").position > held.position


class _Of:
    """The apps as a migration sees them, but of one firm: the ordinary role sees no other."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm

    def get_model(self, app: str, name: str) -> Any:
        return apps.get_model(app, name)


def test_a_supplied_vista_is_copied_not_changed(firm: Firm, alice: Membership) -> None:
    with use_firm(firm):
        view = View.objects.get(key="by_status")
        for refused in (
            lambda: services.edit_view(view, services.details_of(view, name="Mio"), by=alice),
            lambda: services.delete_view(view, by=alice),
        ):
            with pytest.raises(ValidationError) as found:
                refused()
            assert found.value.code == "supplied"
        copies = [services.duplicate_view(view, by=alice) for _each in range(2)]
        assert [copy.name for copy in copies] == ["Stato commerciale (copia 1)", "Stato commerciale (copia 2)"]
        changed = services.edit_view(copies[0], services.details_of(copies[0], name="Miei"), by=alice, version=1)
        assert (changed.name, changed.layout, changed.owner, changed.version) == ("Miei", "board", alice, 2)
        assert AuditEvent.objects.filter(action="view.edited").count() == 1


def test_a_personal_vista_is_nobody_elses_and_a_shared_one_is_changed_by_its_owner(
    firm: Firm, people: list[Client], alice: Membership, bob: Membership, rita: Membership, browse: Any
) -> None:
    with use_firm(firm):
        own, shared = rich(alice), rich(alice, name="Ricchi di tutti", is_shared=True)
        assert own in queries.views_of(alice)
        assert own not in queries.views_of(bob)
        assert shared in queries.views_of(bob)
        with pytest.raises(ValidationError) as refused:
            services.edit_view(shared, services.details_of(shared, name="Altro"), by=bob)
        assert refused.value.code == "not_yours"
        with pytest.raises(ValidationError) as refused:
            rich(rita, is_shared=True)
        assert refused.value.error_dict["is_shared"][0].code == "permission_denied"
    assert browse(bob).get(page(bob, f"clients/?view={own.pk}")).status_code == 404
    assert browse(bob).get(page(bob, f"clients/?view={shared.pk}")).status_code == 200
    assert browse(bob).get(page(bob, f"groups/views/{shared.pk}/")).status_code == 404
    # Nor does a selection of "all that match" go round it.
    answer = browse(bob).post(
        page(bob, "clients/bulk/new/"), {"action": "archive", "scope": "all", "query": f"view={own.pk}"}
    )
    assert answer.status_code in (302, 404)


@pytest.mark.parametrize(
    ("said", "name", "code"),
    [
        ({"filter": {"field": "shoe_size", "op": "empty"}}, "filter", "unknown_field"),
        ({"columns": ["shoe_size"]}, "columns", "unknown_field"),
        ({"ordering": "labels"}, "ordering", "not_sortable"),
        ({"grouping": "tax_code"}, "grouping", "not_groupable"),
        ({"parameters": {"shoe": "1"}}, "parameters", "unknown_parameter"),
        ({"layout": "spiral"}, "layout", "invalid_choice"),
        ({"name": " "}, "name", "blank"),
    ],
)
def test_what_a_vista_names_must_be_there(
    bound: Firm, alice: Membership, said: dict[str, Any], name: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        rich(alice, **said)
    assert refused.value.error_dict[name][0].code == code


def test_the_list_shows_what_its_vista_says_and_the_address_says_otherwise(
    firm: Firm, people: list[Client], alice: Membership, browse: Any
) -> None:
    with use_firm(firm):
        view = rich(alice, columns=["aum", "advisor"], ordering="-aum", grouping="status")
    browser, where = browse(alice), page(alice, "clients/")
    answer = browser.get(f"{where}?view={view.pk}")
    assert shown(answer) == ["Cliente 5", "Cliente 4", "Cliente 3"]
    assert [column.field.name for column in answer.context["listing"].columns] == ["name", "aum", "advisor"]
    assert [(part.label, part.number) for part in answer.context["grouped"].parts if part.number] == [
        ("Nessun valore", 3)
    ]
    assert f'href="{where}?view={view.pk}" aria-current="page"' in html(answer)
    answer = browser.get(f"{where}?view={view.pk}&ordering=name&by=none&columns=phone&aum_max=400000")
    assert shown(answer) == ["Cliente 3", "Cliente 4"]
    assert answer.context["grouped"] is None
    assert [column.field.name for column in answer.context["listing"].columns] == ["name", "phone"]
    board = browser.get(f"{where}?view={view.pk}&show=board&by=aum")
    assert [(lane.part.label, len(lane.rows)) for lane in board.context["listing"].lanes if lane.rows] == [
        ("da 250.000\u00a0€, sotto 500.000\u00a0€", 2),
        ("da 500.000\u00a0€, sotto 1\u00a0Mln\u00a0€", 1),
    ]
    # What is kept from here says the same.
    form = browser.get(
        page(alice, f"groups/views/new/?view={view.pk}&advisor={alice.pk}&due=overdue&show=board&by=aum")
    )
    start = form.context["form"]
    assert [start[name].value() for name in ("layout", "grouping", "ordering")] == ["board", "aum", "aum"]
    assert json.loads(start["parameters"].value()) == {"due": "overdue"}
    kept = form.context["builder"].document()
    assert kept == {"all": [RICH, {"field": "advisor", "op": "eq", "value": alice.pk}]}


def test_a_members_list_begins_with_the_vista_that_he_chose(
    firm: Firm, people: list[Client], alice: Membership, browse: Any
) -> None:
    with use_firm(firm):
        view = rich(alice)
    browser, where = browse(alice), page(alice, "clients/")
    assert browser.get(where).status_code == 200
    browser.post(page(alice, f"groups/views/{view.pk}/default/"))
    # It stands in the address: nothing is remembered that one does not see.
    assert browser.get(where).headers["Location"] == f"{where}?view={view.pk}"
    assert len(shown(browser.get(f"{where}?view="))) == 6
    browser.post(page(alice, f"groups/views/{view.pk}/delete/"))
    assert len(shown(browser.get(where))) == 6


def test_a_vista_is_made_and_changed_on_its_page(
    firm: Firm, people: list[Client], alice: Membership, browse: Any
) -> None:
    browser, where = browse(alice), page(alice, "groups/views/new/")
    body = {
        "name": "Ricchi per consulente", "description": "Da 300.000 €", "layout": "table", "grouping": "advisor",
        "ordering": "aum", "is_descending": "on", "columns": ["advisor", "aum"], "parameters": "{}",
        "bracket": "0", "mode.0": "all", "condition": "0.0", "field.0.0": "aum", "was.0.0": "aum", "op.0.0": "gte",
        "value.0.0": "300.000",
    }  # fmt: skip
    assert html(browser.post(where, body | {"do": "add-condition:0"})).count('name="condition"') == 2
    refused = browser.post(where, body | {"name": "", "do": "save"})
    assert refused.status_code == 422
    saved = browser.post(where, body | {"do": "save"})
    with use_firm(firm):
        view = View.objects.get(owner=alice)
        assert (view.name, view.ordering, view.grouping, view.columns) == (
            "Ricchi per consulente", "-aum", "advisor", ["advisor", "aum"],
        )  # fmt: skip
        assert view.filter["all"] == [RICH | {"value": "300000.00"}]
    assert saved.headers["Location"] == page(alice, f"clients/?view={view.pk}")
    again = {**body, "name": "Ricchi", "version": "1", "do": "save"}
    assert browser.post(page(alice, f"groups/views/{view.pk}/"), again).status_code == 302
    stale = browser.post(page(alice, f"groups/views/{view.pk}/"), again | {"name": "Altro"})
    assert stale.status_code == 422
    assert "nel frattempo" in html(stale)


def test_counts_of_all_viste_are_those_of_what_the_member_sees_in_one_statement(
    firm: Firm, people: list[Client], ada: Membership, alice: Membership, browse: Any
) -> None:
    with use_firm(firm):
        shared = rich(ada, is_shared=True)
        archived = rich(
            ada, is_shared=True, name="Archiviati", filter={"field": "state", "op": "eq", "value": "archived"}
        )
        with CaptureQueriesContext(connection) as captured:
            views = list(queries.views_of(alice))
            counts = queries.with_counts(views, visible_clients(alice), today=TODAY)
        assert len(captured) <= 6
        assert (counts[shared.pk], counts[archived.pk]) == (3, 0)
        assert queries.with_counts([shared], visible_clients(ada), today=TODAY) == {shared.pk: 4}
    counted = browse(alice).get(page(alice, "groups/views/"))
    rows = [row for _heading, found in counted.context["headings"] for row in found]
    for row in rows:
        listed = browse(alice).get(row["url"])
        assert listed.context["listing"].total == row["count"], row["view"].name


def test_an_action_on_all_that_match_starts_from_a_vista(
    firm: Firm, people: list[Client], alice: Membership, browse: Any
) -> None:
    with use_firm(firm):
        view, ltc = rich(alice), ServiceOpportunity.objects.get(key="ltc")
    browser = browse(alice)
    where = page(alice, f"clients/?view={view.pk}")
    body = {"action": "associate_opportunity", "scope": "all", "query": f"view={view.pk}", "next": where}
    draft = browser.post(page(alice, "clients/bulk/new/"), body | {"opportunity": ltc.pk, "notes": ""})
    address = draft.headers["Location"].partition("?")[0]
    done = browser.post(f"{address}confirm/", {"opportunity": ltc.pk, "notes": "", "next": where})
    assert done.headers["Location"] == where
    with use_firm(firm):
        proposed = Client.objects.filter(opportunities__opportunity=ltc).order_by("name")
        assert [client.name for client in proposed] == ["Cliente 3", "Cliente 4", "Cliente 5"]


def test_marketing_lists_follow_their_filter_until_they_are_frozen(
    firm: Firm, people: list[Client], ada: Membership, alice: Membership
) -> None:
    def names(by: Membership) -> list[str]:
        found = queries.list_members(MarketingList.objects.get(), visible_clients(by), today=TODAY)
        return sorted(found.values_list("name", flat=True))

    with use_firm(firm):
        made = services.create_list(ListDetails(name="Natale", filter=RICH), by=ada, at=NOON)
        assert names(alice) == ["Cliente 3", "Cliente 4", "Cliente 5"]
        with CaptureQueriesContext(connection) as captured:
            frozen = services.freeze_list(made, by=alice, at=NOON)
        assert sum("INSERT INTO groups_marketinglistmember" in query["sql"] for query in captured) == 1
        # Alice freezes whom she sees.
        assert names(ada) == ["Cliente 3", "Cliente 4", "Cliente 5"]
        Client.objects.filter(name="Cliente 3").update(aum=0)
        Client.objects.filter(name="Cliente 4").update(state="archived")
        assert names(ada) == ["Cliente 3", "Cliente 5"]
        services.thaw_list(frozen, by=ada)
        assert names(ada) == ["Cliente 5", "Estraneo"]
        services.delete_list(services.freeze_list(frozen, by=ada, at=NOON), by=ada)
        assert not MarketingListMember.objects.exists()
        services.create_list(ListDetails(name="Tutti"), by=ada, at=NOON, frozen=True)
        assert len(names(ada)) == 6


def test_an_audience_is_named_by_one_string(
    firm: Firm, people: list[Client], ada: Membership, alice: Membership, bob: Membership
) -> None:
    def names(code: str, by: Membership = alice) -> list[str]:
        return sorted(queries.audience(code, by=by, today=TODAY).values_list("name", flat=True))

    expected = ["Cliente 3", "Cliente 4", "Cliente 5"]
    with use_firm(firm):
        view = rich(alice)
        made = services.create_list(ListDetails(name="Natale", filter=RICH), by=ada, at=NOON)
        fixed = services.create_group(GroupDetails(name="Fisso", kind=GroupKind.FIXED), by=ada, at=NOON)
        GroupMember.objects.bulk_create(GroupMember(group=fixed, client_id=client.pk) for client in people[3:])
        codes = [f"view:{view.pk}", f"list:{made.pk}", f"group:{fixed.pk}", f"filter:{json.dumps(RICH)}"]
        assert [names(code) for code in codes] == [expected] * 4
        assert names(codes[1], ada) == [*expected, "Estraneo"]
        offered = [code for _heading, found in queries.audience_choices(alice) for code, _name in found]
        assert set(codes[:3]) <= set(offered)
        assert queries.audience_label(codes[1], by=alice) == "Natale"
        for code, by, reason in (
            (codes[0], bob, "unknown"),
            ("view:99999999", alice, "unknown"),
            ("moon:1", alice, "unknown"),
            ("view:x", alice, "unknown"),
            ("filter:{", alice, "unusable"),
            ('filter:{"field": "shoe", "op": "empty"}', alice, "unusable"),
        ):
            with pytest.raises(ValidationError) as refused:
                queries.audience(code, by=by, today=TODAY)
            assert refused.value.error_dict["audience"][0].code == reason


def test_viste_and_lists_by_rest(firm: Firm, people: list[Client], alice: Membership, api: Any) -> None:
    call = api(alice)
    made = call.post("/api/v1/views/", {"name": "Ricchi", "filter": RICH, "columns": ["aum"], "grouping": "advisor"})
    assert made.status_code == 201, made.content
    where = f"/api/v1/views/{made.json()['id']}/"
    assert [row["name"] for row in call.get(f"{where}clients/").json()["results"]] == [
        "Cliente 3", "Cliente 4", "Cliente 5",
    ]  # fmt: skip
    told = call.get(f"{where}groups/").json()
    assert (told["count"], told["sums"]) == (3, {"aum": "1200000.00"})
    assert [(part["name"], part["count"]) for part in told["groups"] if part["count"]] == [("Alice Conti", 3)]
    assert call.get(f"{where}groups/?by=tax_code").json()["errors"][0]["code"] == "not_groupable"
    assert call.patch(where, {"layout": "board"}).json()["layout"] == "board"
    supplied_one = next(row for row in call.get("/api/v1/views/?page_size=100").json()["results"] if row["is_supplied"])
    refused = call.patch(f"/api/v1/views/{supplied_one['id']}/", {"name": "Mio"})
    assert refused.json()["errors"][0]["code"] == "supplied"
    assert call.post(f"/api/v1/views/{supplied_one['id']}/duplicate/").json()["is_supplied"] is False
    bad = call.post("/api/v1/views/", {"name": "No", "filter": {"all": [{"field": "shoe", "op": "empty"}]}})
    assert bad.json()["errors"][0]["field"].startswith("filter.all[0]")
    listed = call.post("/api/v1/marketing-lists/", {"name": "Natale", "filter": RICH}).json()
    assert call.post(f"/api/v1/marketing-lists/{listed['id']}/freeze/").json()["frozen_at"]
    members = call.get(f"/api/v1/marketing-lists/{listed['id']}/members/").json()["results"]
    assert len(members) == 3
