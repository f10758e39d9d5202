"""The bar of the selected rows and its pages, as they work without a script."""

from urllib.parse import parse_qs, urlsplit

import pytest

from clients.bulk import services
from clients.models import BulkJob, Client, Label
from clients.services import create_choice
from tenants.binding import use_firm
from tests.cast import page
from tests.clients.builders import new_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(firm, alice):
    with use_firm(firm):
        return [new_client(name, advisor=alice) for name in ("Bianchi", "Rossi", "Verdi")]


def start(browser, member, **sent):
    answer = browser.post(page(member, "clients/bulk/new/"), sent)
    assert answer.status_code == 302
    return answer["Location"]


def job_of(firm):
    with use_firm(firm):
        return BulkJob.objects.select_related("by").get()


def test_ticked_clients_are_previewed_confirmed_and_taken_back(browse, alice, bob, firm, three):
    browser, back = browse(alice), page(alice, "clients/?q=r")
    ids = [three[0].pk, three[1].pk]

    address = start(browser, alice, action="assign_advisor", ids=ids, next=back)
    asked = browser.get(address)
    assert asked.context["preview"] is None
    assert parse_qs(urlsplit(address).query)["next"] == [back]

    previewed = browser.get(address, {"advisor": bob.pk, "next": back})
    assert (previewed.context["preview"].total, previewed.context["preview"].concerned) == (2, 2)
    path = urlsplit(address).path
    done = browser.post(f"{path}confirm/", {"advisor": bob.pk, "next": back})
    assert done["Location"] == back
    with use_firm(firm):
        assert Client.objects.filter(advisor=bob).count() == 2

    toast = browser.get(page(alice, "clients/")).content.decode()
    assert f"{path}undo/" in toast
    undone = browser.post(f"{path}undo/", {"next": back})
    assert undone["Location"] == back
    with use_firm(firm):
        assert Client.objects.filter(advisor=alice).count() == 3


def test_all_that_match_are_selected_on_every_page(browse, alice, firm, three):
    with use_firm(firm):
        for number in range(60):
            new_client(f"Rossi {number:02}", advisor=alice)
        new_client("Rossi of somebody else")

    start(browse(alice), alice, action="archive", scope="all", query="q=rossi&cursor=x&ordering=-aum")

    assert job_of(firm).total == 61


def test_only_visible_clients_are_selected(browse, alice, firm, three):
    with use_firm(firm):
        other = new_client("Neri")

    start(browse(alice), alice, action="archive", ids=[three[0].pk, other.pk, 999_999, 0, -1])

    assert job_of(firm).total == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "archive"},
        {"action": "nonsense", "ids": [1]},
        {"action": "archive", "ids": ["x"]},
        {"action": "archive", "scope": "all", "query": "aum_min=nonsense"},
        {"action": "archive", "scope": "nonsense", "ids": [1]},
        {},
    ],
)
def test_nonsense_leads_back_with_a_word(browse, alice, firm, three, sent):
    browser = browse(alice)

    assert start(browser, alice, **sent) == page(alice, "clients/")

    assert 'data-toast="error"' in browser.get(page(alice, "clients/")).content.decode()
    with use_firm(firm):
        assert not BulkJob.objects.exists()


def test_who_may_not_archive_is_not_offered_to_archive_many(browse, bob, firm, three):
    with use_firm(firm):
        new_client("Pool")
    browser = browse(bob)

    assert 'value="archive"' not in browser.get(page(bob, "clients/")).content.decode()
    assert start(browser, bob, action="archive", scope="all") == page(bob, "clients/")


def test_who_only_reads_has_no_boxes(browse, rita, three):
    shown = browse(rita).get(page(rita, "clients/")).content.decode()

    assert "data-row " not in shown
    assert browse(rita).post(page(rita, "clients/bulk/new/"), {"action": "archive"}).status_code == 403


def test_a_draft_is_confirmed_by_its_author_alone(browse, ada, alice, firm, three):
    address = urlsplit(start(browse(alice), alice, action="archive", scope="all")).path

    assert browse(ada).get(address).status_code == 404
    assert browse(ada).post(f"{address}confirm/").status_code == 404
    assert browse(alice).post(f"{address}confirm/").status_code == 302
    assert browse(ada).get(address).status_code == 200


def test_the_actions_of_colleagues_are_none_of_ones_business(browse, alice, bob, firm, three):
    address = urlsplit(start(browse(alice), alice, action="archive", scope="all")).path
    browse(alice).post(f"{address}confirm/")

    assert browse(bob).get(address).status_code == 404
    assert browse(bob).post(f"{address}undo/").status_code == 404
    assert not browse(bob).get(page(bob, "clients/bulk/")).context["lines"]


def test_a_large_action_shows_its_progress_and_is_stopped(browse, alice, bob, firm, three, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr(services, "STRETCH", 2)
    browser = browse(alice)
    address = urlsplit(start(browser, alice, action="assign_contact", scope="all")).path

    queued = browser.post(f"{address}confirm/", {"contact": bob.pk})
    assert urlsplit(queued["Location"]).path == address
    with use_firm(firm):
        services.advance_queued(job_of(firm).pk, at=job_of(firm).moved_at)
    shown = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'value="2" max="3"' in shown
    assert 'hx-trigger="every 1s"' in shown
    browser.post(f"{address}cancel/")

    report = browser.get(address)
    assert (report.context["job"].state, report.context["is_busy"]) == ("cancelled", False)
    assert len(report.context["rows"]) == 2
    assert report.context["may_undo"]


def test_the_report_names_whom_the_undo_could_not_reach(browse, ada, alice, bob, firm, three):
    browser = browse(ada)
    with use_firm(firm):
        label = create_choice(Label(name="Medico"), by=ada)
    address = urlsplit(start(browser, ada, action="add_label", scope="all")).path
    browser.post(f"{address}confirm/", {"label": label.pk})
    with use_firm(firm):
        three[0].client_labels.all().delete()

    undone = browser.post(f"{address}undo/", {"next": page(ada, "clients/")})

    assert urlsplit(undone["Location"]).path == address
    report = browser.get(address)
    assert [(out.code, out.count) for out in report.context["left_out"]] == [("kept", 1)]
    assert not report.context["may_undo"]
    again = browser.post(f"{address}undo/")
    assert urlsplit(again["Location"]).path == address


def test_the_list_of_actions_has_an_undo_for_each(browse, alice, firm, three):
    browser = browse(alice)
    address = urlsplit(start(browser, alice, action="archive", scope="all")).path
    assert not browser.get(page(alice, "clients/bulk/")).context["lines"]
    browser.post(f"{address}confirm/")

    shown = browser.get(page(alice, "clients/bulk/"))
    assert [(job.changed, may_undo) for job, _told, may_undo in shown.context["lines"]] == [(3, True)]
    assert browser.get(page(alice, "clients/bulk/?cursor=nonsense")).status_code == 400
