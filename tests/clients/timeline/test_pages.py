"""The pages of the time line and of notes: without JavaScript, in Italian, for who may."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients import services
from clients.models import Client, Note, Status
from clients.services import NoteContent
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import new_client, new_company

Browse = Callable[[Membership], Browser]


@pytest.fixture
def rossi(firm: Firm, alice: Membership) -> Client:
    with use_firm(firm):
        return new_client("Rossi", advisor=alice, company=new_company(advisor=alice))


def written(firm: Firm, client: Client, text: str, by: Membership) -> Note:
    with use_firm(firm):
        return services.create_note(client, NoteContent(text=text), by=by, at=timezone.now())


def test_a_note_is_written_and_then_takes_files(alice: Membership, rossi: Client, browse: Browse) -> None:
    browser = browse(alice)
    address = page(alice, f"clients/{rossi.pk}/notes/new/")
    form = browser.get(address).content.decode()

    empty = browser.post(address, {"text": "  ", "day": "2026-01-15", "clock": "09:30"})
    saved = browser.post(address, {"title": "Pensione", "text": "Una nota", "day": "2026-01-15", "clock": "09:30"})

    assert 'type="file"' not in form
    assert empty.status_code == 422
    with use_firm(alice.firm_id):
        note = Note.objects.get()
    assert saved["Location"] == page(alice, f"clients/notes/{note.pk}/")
    assert timezone.localtime(note.at, timezone.get_fixed_timezone(60)).isoformat() == "2026-01-15T09:30:00+01:00"
    assert 'type="file"' in browser.get(saved["Location"]).content.decode()


def test_a_changed_note_shows_what_it_said_before(firm: Firm, alice: Membership, rossi: Client, browse: Browse) -> None:
    note = written(firm, rossi, "before", alice)
    browser = browse(alice)
    address = page(alice, f"clients/notes/{note.pk}/edit/")

    changed = browser.post(address, {"text": "after", "version": 1})
    stale = browser.post(address, {"text": "mine", "version": 1})
    shown = browser.get(page(alice, f"clients/notes/{note.pk}/")).content.decode()

    assert (changed.status_code, stale.status_code) == (302, 422)
    assert "after" in shown
    assert "before" in shown


def test_a_deleted_note_is_taken_back(firm: Firm, alice: Membership, rossi: Client, browse: Browse) -> None:
    note = written(firm, rossi, "to be deleted", alice)
    browser = browse(alice)
    line = page(alice, f"clients/{rossi.pk}/timeline/")

    deleted = browser.post(page(alice, f"clients/notes/{note.pk}/delete/"))
    told = browser.get(line).content.decode()
    browser.post(page(alice, f"clients/notes/{note.pk}/restore/"))

    assert deleted["Location"] == line
    assert "to be deleted" not in told
    assert page(alice, f"clients/notes/{note.pk}/restore/") in told
    assert "to be deleted" in browser.get(line).content.decode()


def test_the_line_is_filtered_by_kind_and_leads_on(
    firm: Firm, alice: Membership, rossi: Client, browse: Browse
) -> None:
    for number in range(40):
        written(firm, rossi, f"note {number:02}", alice)
    with use_firm(firm):
        services.change_status(rossi, to=Status.objects.all()[0], by=alice, at=timezone.now())
    browser = browse(alice)
    line = page(alice, f"clients/{rossi.pk}/timeline/")

    first = browser.get(line)
    notes = browser.get(f"{line}?kind=note&kind=call")
    following = browser.get(f"{line}?kind=note&cursor={notes.context['page'].next}")

    assert [event.kind for event in first.context["page"].items[:2]] == ["status", "note"]
    assert {event.kind for event in notes.context["page"].items} == {"note"}
    assert len(notes.context["page"].items) + len(following.context["page"].items) == 40
    assert browser.get(f"{line}?cursor=nonsense").status_code == 404
    assert browser.get(f"{line}?kind=unknown").status_code == 200


def test_new_offers_what_one_may_enter(
    firm: Firm, alice: Membership, rita: Membership, rossi: Client, browse: Browse
) -> None:
    line = f"clients/{rossi.pk}/timeline/"

    offered = browse(alice).get(page(alice, line)).context["entries"]

    assert [str(entry.label) for entry in offered] == [
        "Attività",
        "Appuntamento",
        "Nota",
        "Telefonata",
        "E-mail",
        "Campagna",
    ]
    for entry in offered:
        assert browse(alice).get(entry.address).status_code == 200
    assert browse(rita).get(page(rita, line)).context["entries"] == []


def test_what_is_to_come_stands_apart(firm: Firm, alice: Membership, rossi: Client, browse: Browse) -> None:
    browser = browse(alice)
    day = (timezone.now() + timedelta(days=300)).date().isoformat()
    browser.post(
        page(alice, f"tasks/new/?client={rossi.pk}&kind=call"),
        {"subject": "Ricontattare", "assignee": alice.pk, "day": day},
    )

    shown = browser.get(page(alice, f"clients/{rossi.pk}/timeline/"))

    assert [event.title for event in shown.context["coming"].items] == ["Ricontattare"]
    assert 'id="coming-title"' in shown.content.decode()
    assert "Ricontattare" not in [event.title for event in shown.context["page"].items]


def test_the_table_behind_the_arrow_needs_no_script(
    firm: Firm, alice: Membership, rossi: Client, browse: Browse
) -> None:
    with use_firm(firm):
        for status in Status.objects.all()[:2]:
            services.change_status(rossi, to=status, by=alice, at=timezone.now())
            last = status.name

    html = browse(alice).get(page(alice, f"clients/{rossi.pk}/")).content.decode()

    menu = html[html.index('id="status-history"') :]
    cells = re.findall(r"→ <strong[^>]*>([^<]+)</strong>", menu[: menu.index("</table>")])
    assert cells[0] == last
    assert len(cells) == 2
    assert "Alice Conti" in menu[: menu.index("</table>")]


def test_the_page_takes_as_many_statements_for_many_events_as_for_few(
    firm: Firm, alice: Membership, rossi: Client, browse: Browse
) -> None:
    browser = browse(alice)
    counts = []
    for number in (2, 25):
        for place in range(number):
            written(firm, rossi, f"note {place}", alice)
        browser.get(page(alice, f"clients/{rossi.pk}/timeline/"))
        with CaptureQueriesContext(connection) as captured:
            browser.get(page(alice, f"clients/{rossi.pk}/timeline/"))
        counts.append(len(captured))

    assert counts[0] == counts[1]
