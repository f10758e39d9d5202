"""The pages of outcomes: two clicks to record, the storico, activities, and Impostazioni → CRM."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Status
from outcomes.models import Activity, ActivityKind, Fulfilment, Outcome, Relation
from outcomes.queries.storico import lines_of
from outcomes.services import Recording, enter_fulfilments
from scheduling.models import Appointment, AppointmentType
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.outcomes.making import CALL, INTERESTED, MEETING, SIGNS, book, make_client, outcome, type_named

Browse = Callable[[Membership], Browser]
YESTERDAY = timezone.now() - timedelta(days=1)


@pytest.fixture
def call(firm: Firm, alice: Membership) -> Appointment:
    with use_firm(firm):
        return book(make_client(advisor=alice), by=alice, starts_at=YESTERDAY)


def ids(firm: Firm, *names: str) -> list[int]:
    with use_firm(firm):
        return [outcome(name).pk if name in (INTERESTED, SIGNS) else type_named(name).pk for name in names]


def html(answer: Any) -> str:
    assert answer.status_code in (200, 422), answer
    return str(answer.content.decode())


@pytest.mark.parametrize("where", ["appointments/unrecorded/", "clients/{client}/", "appointments/{pk}/"])
def test_an_outcome_is_one_form_away_wherever_the_appointment_is_shown(
    where: str, firm: Firm, call: Appointment, alice: Membership, rita: Membership, browse: Browse
) -> None:
    [interested] = ids(firm, INTERESTED)
    address = page(alice, where.format(client=call.client_id, pk=call.pk))
    action = page(alice, f"appointments/{call.pk}/fulfil/")

    shown = html(browse(alice).get(address))
    assert action in shown
    assert f'value="{interested}"' in shown
    assert action not in html(browse(rita).get(page(rita, where.format(client=call.client_id, pk=call.pk))))
    answer = browse(alice).post(action, {"outcome": interested, "next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    with use_firm(firm):
        assert Fulfilment.objects.get().outcome_id == interested
    assert action not in html(browse(alice).get(address))


def test_what_asks_for_a_note_goes_on_to_the_page_with_the_note(
    firm: Firm, call: Appointment, alice: Membership, browse: Browse
) -> None:
    [interested] = ids(firm, INTERESTED)
    with use_firm(firm):
        Outcome.objects.update(note_required=True)
    browser, record = browse(alice), page(alice, f"appointments/{call.pk}/outcome/")

    answer = browser.post(page(alice, f"appointments/{call.pk}/fulfil/"), {"outcome": interested})
    assert answer["Location"] == f"{record}?outcome={interested}"
    assert f'value="{interested}" required checked' in html(browser.get(answer["Location"]))
    assert "Questo esito richiede una nota." in html(browser.post(record, {"outcome": interested}))
    assert browser.post(record, {"outcome": interested, "note": "Richiamare"}).status_code == 302
    with use_firm(firm):
        assert Fulfilment.objects.get().note == "Richiamare"


def test_several_are_recorded_from_the_list(firm: Firm, call: Appointment, alice: Membership, browse: Browse) -> None:
    [interested] = ids(firm, INTERESTED)
    with use_firm(firm):
        other = book(make_client(advisor=alice), MEETING, by=alice, starts_at=YESTERDAY)
    body = {"outcome": interested, "ids": [call.pk, other.pk]}

    told = html(browse(alice).post(page(alice, "appointments/fulfil/"), body, follow=True))

    assert "1 appuntamento è stato escluso" in told
    with use_firm(firm):
        assert Fulfilment.objects.get().appointment_id == call.pk


def test_only_who_may_undoes(firm: Firm, call: Appointment, ada: Membership, alice: Membership, browse: Browse) -> None:
    [interested] = ids(firm, INTERESTED)
    browse(alice).post(page(alice, f"appointments/{call.pk}/fulfil/"), {"outcome": interested})
    undo = f"appointments/{call.pk}/undo-outcome/"

    assert page(alice, undo) not in html(browse(alice).get(page(alice, f"appointments/{call.pk}/")))
    assert browse(alice).post(page(alice, undo)).status_code == 403
    assert page(ada, undo) in html(browse(ada).get(page(ada, f"appointments/{call.pk}/")))
    browse(ada).post(page(ada, undo), {"reason": "Sbagliato"})
    with use_firm(firm):
        assert Fulfilment.objects.get().undo_reason == "Sbagliato"
        assert Appointment.objects.get(pk=call.pk).state == "planned"


def test_the_storico_is_searched_narrowed_and_exported(
    firm: Firm, call: Appointment, alice: Membership, browse: Browse
) -> None:
    [interested, meeting] = ids(firm, INTERESTED, MEETING)
    with use_firm(firm):
        planned, lost = (Status.objects.get(name=name).pk for name in ("Pianificato", "Perso"))
    browser = browse(alice)
    browser.post(page(alice, f"appointments/{call.pk}/fulfil/"), {"outcome": interested})

    row = page(alice, f"appointments/{call.pk}/")
    for query, is_there in (
        ("", True),
        ("?search=ross", True),
        ("?search=verdi", False),
        (f"?type={meeting}", False),
        (f"?outcome={interested}&author={alice.pk}&points=1", True),
        ("?points=2", False),
        (f"?status={planned}", True),
        (f"?status={lost}", False),
        ("?since=2199-01-01", False),
        ("?since=nonsense&until=9999-99-99", True),
    ):
        assert (row in html(browser.get(page(alice, f"history/{query}")))) == is_there, query
    lines = b"".join(browser.get(page(alice, "history/export/"))).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Rossi;Telefonata commerciale;Interessato;Pianificato;1;Alice Conti" in lines[1]


def test_an_activity_is_defined_opened_followed_and_closed(
    firm: Firm, call: Appointment, ada: Membership, alice: Membership, browse: Browse
) -> None:
    [call_type] = ids(firm, CALL)
    body = {"name": "Rinnovo", "symbol": "target", "colour": "indigo", "active": "on", "types": [call_type]}
    assert browse(ada).post(page(ada, "settings/crm/kinds/new/"), body).status_code == 302
    with use_firm(firm):
        kind = ActivityKind.objects.get()
    browser = browse(alice)
    create = page(alice, f"clients/{call.client_id}/activities/new/")
    assert "Rinnovo" in html(browser.get(create))
    assert browser.post(create, {"kind": kind.pk, "subject": "Polizza"}).status_code == 302
    with use_firm(firm):
        activity = Activity.objects.get()
    assert "Polizza" in html(browser.get(page(alice, "activities/")))
    for query, is_there in (
        (f"?owner={ada.pk}", False),
        (f"?kind={kind.pk}&show=open", True),
        ("?since=1999-01-01", False),
        ("?search=verdi", False),
        ("?since=nonsense&status=x", True),
    ):
        assert ("Polizza" in html(browser.get(page(alice, f"activities/{query}")))) == is_there, query
    assert "Polizza" in html(browser.get(page(alice, f"clients/{call.client_id}/")))
    detail = page(alice, f"activities/{activity.pk}/")
    assert browser.post(detail, {"subject": "Fondo"}).status_code == 302
    assert "Fondo" in html(browser.get(detail))
    browser.post(f"{detail}close/", {"reason": "Persa"})
    assert "Fondo" not in html(browser.get(page(alice, "activities/")))
    assert "Fondo" in html(browser.get(page(alice, "activities/?show=closed")))


@pytest.mark.parametrize(
    "tab",
    [
        "settings/appointment-types/",
        "settings/crm/outcomes/",
        "clients/settings/",
        "settings/crm/relations/",
        "settings/crm/kinds/",
        "settings/crm/parameters/",
    ],
)
def test_the_settings_of_the_crm_stand_side_by_side(
    tab: str, ada: Membership, alice: Membership, browse: Browse
) -> None:
    shown = html(browse(ada).get(page(ada, tab)))

    for label in ("Tipi/Azioni", "Esiti", "Stati commerciali", "Relazioni", "Attività", "Parametri"):
        assert label in shown
    assert f'href="{page(ada, tab)}" aria-current="page"' in shown
    assert browse(alice).get(page(alice, tab)).status_code == 403


def test_relations_are_ticked_and_edited_on_their_page(firm: Firm, ada: Membership, browse: Browse) -> None:
    signs, meeting, call_type = ids(firm, SIGNS, MEETING, CALL)
    browser = browse(ada)

    assert (
        browser.post(page(ada, f"settings/crm/relations/{call_type}/tick/"), {"outcomes": [signs]}).status_code == 302
    )
    pair = page(ada, f"settings/crm/relations/{call_type}/{signs}/")
    body = {"points": 4, "follow_up_type": meeting, "recipient": "fixed", "days": 3}
    assert "Indicare l&#x27;operatore fisso." in html(browser.post(pair, body))
    assert browser.post(pair, {**body, "operator": ada.pk}).status_code == 302
    with use_firm(firm):
        relation = Relation.objects.get(type=call_type, active=True)
        assert (relation.points, relation.follow_up_type_id, relation.operator_id, relation.days) == (
            4,
            meeting,
            ada.pk,
            3,
        )
    assert "dopo 3 giorni" in html(browser.get(page(ada, f"settings/crm/relations/{call_type}/")))


def test_replacing_shows_the_counts_first(firm: Firm, call: Appointment, ada: Membership, browse: Browse) -> None:
    call_type, meeting = ids(firm, CALL, MEETING)
    browser, address = browse(ada), page(ada, f"settings/crm/types/{call_type}/replace/")

    shown = html(browser.post(address, {"by": meeting}))
    assert "appuntamenti: 1" in shown
    with use_firm(firm):
        assert AppointmentType.objects.get(pk=call_type).active
    # The counts of another one are not those of this one.
    assert "appuntamenti: 1" in html(browser.post(address, {"by": meeting, "confirmed": "0"}))
    assert browser.post(address, {"by": meeting, "confirmed": meeting}).status_code == 302
    with use_firm(firm):
        assert not AppointmentType.objects.get(pk=call_type).active
        assert Appointment.objects.get(pk=call.pk).type_id == meeting


def test_what_is_not_in_use_is_deleted_and_else_switched_off(
    firm: Firm, call: Appointment, ada: Membership, browse: Browse
) -> None:
    interested, signs, call_type = ids(firm, INTERESTED, SIGNS, CALL)
    browser = browse(ada)
    browser.post(page(ada, f"appointments/{call.pk}/fulfil/"), {"outcome": interested})

    browser.post(page(ada, f"settings/crm/outcomes/{interested}/delete/"))
    browser.post(page(ada, f"settings/crm/outcomes/{signs}/delete/"))
    browser.post(page(ada, f"settings/crm/types/{call_type}/delete/"))
    browser.post(page(ada, f"settings/crm/outcomes/{interested}/switch/"))

    with use_firm(firm):
        assert not Outcome.objects.get(pk=interested).active
        assert not Outcome.objects.filter(pk=signs).exists()
        assert AppointmentType.objects.filter(pk=call_type).exists()


def test_the_file_of_the_storico_takes_a_statement_for_each_batch_and_none_for_a_row(
    firm: Firm, alice: Membership, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_of, "__kwdefaults__", {"size": 5})
    with use_firm(firm):
        # Four at one moment each: a batch ends among equals.
        moments = [YESTERDAY - timedelta(hours=number // 4) for number in range(23)]
        calls = [book(make_client(f"C{number:02}"), by=alice, starts_at=at) for number, at in enumerate(moments)]
        recordings = [
            Recording(appointment=call, outcome=outcome(INTERESTED), by=alice, at=at)
            for call, at in zip(calls, moments, strict=True)
        ]
        enter_fulfilments(recordings[:3], at=timezone.now())
    browser = browse(alice)

    def exported() -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(page(alice, "history/export/"))
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]
        return [line.split(";")[1] for line in lines], len(captured)

    few, statements = exported()
    with use_firm(firm):
        enter_fulfilments(recordings[3:], at=timezone.now())
        wanted = list(Fulfilment.objects.order_by("-at", "-pk").values_list("client__name", flat=True))
    many, more = exported()

    assert (len(few), many) == (3, wanted)
    assert len(many) == 23
    # One batch against five.
    assert more - statements == 4
