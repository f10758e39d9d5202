"""The time line of clients and companies: order, pages, both sides of now, who sees what (STY-21 … STY-26)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients import services
from clients.enums import ManagementKind
from clients.models import Client, Note, Status
from clients.services import NewManagementEvent, NoteContent
from clients.timeline.reading import Page, When, Wish, events
from clients.timeline.sources import Event
from tenants.models import Firm, Membership
from tests.clients.builders import NOON, new_client, new_company
from web.keyset import InvalidCursorError

HOUR = timedelta(hours=1)


def write(client: Client, text: str, at: datetime, by: Membership | None = None) -> Note:
    return services.create_note(client, NoteContent(text=text), by=by, at=at)


def read(client: Client, by: Membership, **wish: Any) -> Page:
    return events(client, Wish(**{"now": NOON, **wish}), by=by)


def texts(page: Page) -> list[str]:
    return [event.text for event in page.items]


def move_to(client: Client, company: Client | None) -> None:
    services.update_client(client, {"company": company}, version=None, by=None, at=NOON)


def test_an_event_stays_with_the_company_of_its_time(bound: Firm, ada: Membership) -> None:
    first, second = new_company("Alfa S.r.l."), new_company("Beta S.r.l.")
    rossi = new_client("Rossi", company=first)
    write(rossi, "at Alfa", NOON - 3 * HOUR)
    move_to(rossi, second)
    write(rossi, "at Beta", NOON - 2 * HOUR)
    move_to(rossi, None)
    write(rossi, "on his own", NOON - HOUR)

    assert texts(read(rossi, ada)) == ["on his own", "at Beta", "at Alfa"]
    assert texts(read(first, ada)) == ["at Alfa"]
    assert texts(read(second, ada)) == ["at Beta"]
    assert [event.client for event in read(first, ada).items] == ["Rossi"]


def test_a_company_joins_its_own_events_with_those_of_its_people_and_of_management(
    bound: Firm, ada: Membership
) -> None:
    company = new_company()
    rossi = new_client("Rossi", company=company)
    write(company, "own", NOON - 2 * HOUR)
    write(rossi, "his", NOON - HOUR)
    services.change_status(rossi, to=Status.objects.all()[0], by=ada, at=NOON - 3 * HOUR)
    invoice = NewManagementEvent(
        client_id=company.pk, kind=ManagementKind.INVOICE, on=date(2026, 3, 1), number="12/A", amount="1200.50"
    )
    services.enter_management_events([invoice], by=ada)

    found = read(company, ada).items

    assert [event.kind for event in found] == ["note", "note", "status", "management"]
    assert (found[3].amount, found[3].whole_day) == (1200.50, True)
    assert {event.kind for event in read(company, ada, kinds=["note"]).items} == {"note"}


def test_who_sees_the_company_sees_only_his_own_people_in_it(bound: Firm, ada: Membership, alice: Membership) -> None:
    company = new_company(advisor=alice)
    write(new_client("Rossi", company=company, advisor=alice), "hers", NOON - HOUR)
    write(new_client("Bianchi", company=company, advisor=ada), "another's", NOON - 2 * HOUR)

    assert texts(read(company, alice)) == ["hers"]
    assert texts(read(company, ada)) == ["hers", "another's"]


def test_a_deleted_note_leaves_the_line_and_comes_back(bound: Firm, ada: Membership) -> None:
    rossi = new_client()
    note = write(rossi, "said", NOON - HOUR)

    services.delete_note(note, by=ada, at=NOON)
    without = texts(read(rossi, ada))
    services.restore_note(note, by=ada)

    assert (without, texts(read(rossi, ada))) == ([], ["said"])


@pytest.fixture
def busy(bound: Firm) -> Client:
    """A company with events of several kinds, many of them at the same moment, his own and of two people."""
    company = new_company()
    people = [company, new_client("Rossi", company=company), new_client("Verdi", company=company)]
    for number in range(24):
        write(people[number % 3], str(number), NOON - (number // 5) * HOUR)
    entries = [
        NewManagementEvent(
            client_id=people[number % 3].pk,
            kind=ManagementKind.COMMISSION,
            on=date(2026, 3, 9) + timedelta(days=number // 4),
            number=str(number),
        )
        for number in range(12)
    ]
    services.enter_management_events(entries, by=None)
    return company


def identity(found: list[Event]) -> list[tuple[str, int]]:
    return [(event.kind, event.id) for event in found]


def walk(client: Client, by: Membership, **wish: Any) -> Iterator[Page]:
    page = read(client, by, **wish)
    yield page
    while page.next:
        page = read(client, by, **{**wish, "cursor": page.next})
        yield page


@pytest.mark.parametrize("when", When)
def test_one_kind_alone_is_paged_as_well(when: When, busy: Client, ada: Membership) -> None:
    rossi = Client.objects.get(name="Rossi")
    whole = identity(read(rossi, ada, when=when, kinds=["management"]).items)

    pages = list(walk(rossi, ada, when=when, kinds=["management"], size=1))

    assert [row for page in pages for row in identity(page.items)] == whole
    assert whole


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 40), when=st.sampled_from(When))
def test_pages_lose_nothing_and_show_nothing_twice(size: int, when: When, busy: Client, ada: Membership) -> None:
    whole = identity(read(busy, ada, size=100, when=when).items)

    pages = list(walk(busy, ada, size=size, when=when))
    back = pages[-1]
    backwards = [identity(back.items)]
    while back.previous:
        back = read(busy, ada, size=size, when=when, cursor=back.previous)
        backwards.insert(0, identity(back.items))

    assert [row for page in pages for row in identity(page.items)] == whole
    assert [row for rows in backwards for row in rows] == whole
    assert all(len(page.items) == size for page in pages[:-1])
    assert len(whole) == {When.PAST: 32, When.FUTURE: 4}[when]


def test_what_is_to_come_is_apart_and_soonest_first(busy: Client, ada: Membership) -> None:
    coming = [event.at for event in read(busy, ada, when=When.FUTURE).items]

    assert coming == sorted(coming)
    assert min(coming) > NOON
    assert max(event.at for event in read(busy, ada).items) <= NOON


@pytest.mark.parametrize(
    "cursor", ["!", "bm90IGpzb24", "WyJwYXN0IiwxLDIsMyw0XQ", "WyJwYXN0IiwiMjAyNi0wMS0wMVQwMDowMDowMCIsIm5vdGUiLDEsMF0"]
)
def test_a_cursor_that_this_list_did_not_make_is_refused(cursor: str, busy: Client, ada: Membership) -> None:
    with pytest.raises(InvalidCursorError):
        read(busy, ada, cursor=cursor)


def test_a_cursor_of_the_other_side_of_now_is_refused(busy: Client, ada: Membership) -> None:
    cursor = read(busy, ada, size=1).next

    with pytest.raises(InvalidCursorError):
        read(busy, ada, cursor=cursor, when=When.FUTURE)


def test_a_page_takes_as_many_statements_for_many_events_as_for_few(busy: Client, ada: Membership) -> None:
    counts = []
    for size in (25, 32):
        with CaptureQueriesContext(connection) as captured:
            found = read(busy, ada, size=size).items
        assert {event.kind for event in found} == {"note", "management"}
        counts.append(len(captured))

    # The merged page; notes and their files; management.
    assert counts == [4, 4]
