"""Points corrected by hand: a line with its reason, taken back by another line; nothing in the ledger ever changes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from outcomes.models import PointsEntry
from outcomes.queries.leaderboard import Period, Place, ranking
from outcomes.services.points import Correction, correct_points, undo_correction
from scheduling.models import AppointmentType
from tenants.binding import use_firm
from tenants.models import AuditEvent, Firm, Membership
from tests.cast import page
from tests.outcomes.making import CALL, INTERESTED, NOW, book, fulfil, make_client

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def month() -> Period:
    return Period(first=date(NOW.year, NOW.month, 1), last=NOW.date() + timedelta(days=1))


def place_of(member: Membership, **asked: Any) -> Place:
    return next(place for place in ranking(month(), firm=member.firm, **asked) if place.member == member)


def correct(member: Membership, points: int, by: Membership, at: datetime = NOW, **values: Any) -> PointsEntry:
    return correct_points(member, Correction(points=points, reason="Contato due volte", **values), by=by, at=at)


@pytest.mark.usefixtures("bound")
def test_it_is_one_more_line_and_so_is_what_takes_it_back(ada: Membership, alice: Membership) -> None:
    fulfil(book(make_client(advisor=alice), CALL, by=alice), INTERESTED, by=alice)
    before = list(PointsEntry.objects.order_by("pk").values())

    entry = correct(alice, -3, ada)
    assert (place_of(alice).points, place_of(alice).items) == (-2, 1), "a correction is no recorded action"
    counter = undo_correction(entry, by=ada, at=LATER)

    assert place_of(alice).points == 1
    assert list(PointsEntry.objects.order_by("pk").values())[: len(before)] == before
    assert (counter.points, counter.reverses, counter.reason) == (3, entry, "Contato due volte")
    told = AuditEvent.objects.filter(action__startswith="points.").order_by("pk")
    assert [(event.action, event.by) for event in told] == [
        ("points.corrected", ada),
        ("points.correction_undone", ada),
    ]


@pytest.mark.usefixtures("bound")
def test_with_a_type_it_counts_in_the_ranking_by_it(ada: Membership, alice: Membership) -> None:
    first, second = AppointmentType.objects.order_by("pk")[:2]
    correct(alice, 5, ada, type=first)
    assert [place_of(alice, type_id=kind.pk).points for kind in (first, second)] == [5, 0]


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize(
    ("points", "reason", "field", "code"),
    [
        (0, "Errore", "points", "zero"),
        (100_001, "Errore", "points", "too_many"),
        (-100_001, "Errore", "points", "too_many"),
        (1, "  ", "reason", "required"),
        (1, "x" * 301, "reason", "max_length"),
    ],
)
def test_what_is_refused(ada: Membership, points: int, reason: str, field: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        correct_points(ada, Correction(points=points, reason=reason), by=ada, at=NOW)
    assert {name: errors[0].code for name, errors in refused.value.error_dict.items()} == {field: code}
    assert not PointsEntry.objects.exists()


@pytest.mark.usefixtures("bound")
def test_it_is_taken_back_once_and_nothing_else_is(ada: Membership, alice: Membership) -> None:
    fulfil(book(make_client(advisor=alice), CALL, by=alice), INTERESTED, by=alice)
    award = PointsEntry.objects.get()
    entry = correct(alice, 7, ada)
    counter = undo_correction(entry, by=ada, at=LATER)
    for line, code in ((entry, "already_reversed"), (counter, "not_a_correction"), (award, "not_a_correction")):
        with pytest.raises(ValidationError) as refused:
            undo_correction(line, by=ada, at=LATER)
        assert refused.value.code == code


def test_the_page_corrects_and_takes_back_for_administrators_only(
    firm: Firm, ada: Membership, alice: Membership, browse: Callable[[Membership], Browser]
) -> None:
    address, items = (page(ada, f"points/operators/{alice.pk}/{end}") for end in ("correct/", ""))
    assert browse(alice).get(page(alice, f"points/operators/{alice.pk}/correct/")).status_code == 403
    assert "correct/" not in browse(alice).get(page(alice, f"points/operators/{alice.pk}/")).content.decode()
    browser = browse(ada)
    assert address in browser.get(items).content.decode()
    assert browser.post(address, {"points": "0", "reason": "Errore"}).status_code == 422
    assert browser.post(address, {"points": "-4", "reason": ""}).status_code == 422
    assert browser.post(address, {"points": "-4", "reason": "Contato due volte"})["Location"] == items

    [entry] = browser.get(items).context["page"].items
    undo = page(ada, f"points/corrections/{entry.pk}/undo/")
    assert undo in browser.get(items).content.decode()
    assert browse(alice).post(page(alice, f"points/corrections/{entry.pk}/undo/")).status_code == 403
    assert browser.post(undo)["Location"] == items
    shown = browser.get(items)
    assert (shown.context["total"], [line.points for line in shown.context["page"].items]) == (0, [4, -4])
    assert undo not in shown.content.decode()
    with use_firm(firm):
        assert PointsEntry.objects.count() == 2


def test_the_api_does_the_same(firm: Firm, ada: Membership, alice: Membership, api: Callable[..., Any]) -> None:
    said = {"member": alice.pk, "points": -4, "reason": "Contato due volte"}
    assert api(alice).post("/api/v1/points/", said, format="json").status_code == 403
    caller = api(ada)
    for wrong, code in (
        ({"points": 0}, "zero"),
        ({"member": 2**40}, "does_not_exist"),
        ({"worth": 1}, "unknown_field"),
    ):
        answer = caller.post("/api/v1/points/", said | wrong, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    made = caller.post("/api/v1/points/", said, format="json")
    assert (made.status_code, made.json()["kind"], made.json()["by"]) == (201, "correction", ada.pk)
    counter = caller.post(f"/api/v1/points/{made.json()['id']}/undo/")
    assert (counter.status_code, counter.json()["points"]) == (201, 4)
    assert counter.json()["reverses"] == made.json()["id"]
    again = caller.post(f"/api/v1/points/{made.json()['id']}/undo/")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "already_reversed")
