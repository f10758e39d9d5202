"""Coordinates by hand, import and REST; the map; who is near (STY-15, O-52)."""

import io
from decimal import Decimal
from math import cos, radians, sin

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from clients import mapping, nearby, places_on_earth
from clients.imports.kinds import CLIENTS
from clients.models import Address, Client
from tenants.binding import use_firm
from tests.cast import page
from tests.clients.builders import NOON, new_client

pytestmark = pytest.mark.django_db

MILAN, MONZA, ROME = (("45.464200", "9.190000"), ("45.584500", "9.274400"), ("41.902800", "12.496400"))


def living(name, place, **values):
    latitude, longitude = (Decimal(part) for part in place)
    address = {"city": name, "latitude": latitude, "longitude": longitude}
    return new_client(name, addresses=[address], **values)


@pytest.fixture
def three(firm, alice):
    with use_firm(firm):
        return [living(*each, advisor=alice) for each in (("Milano", MILAN), ("Monza", MONZA), ("Roma", ROME))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("45.4642, 9.19", ("45.464200", "9.190000")),
        ("45,4642; 9,19", ("45.464200", "9.190000")),
        ("-33.8688 151.2093", ("-33.868800", "151.209300")),
        ("45.4642° / 9.19°", ("45.464200", "9.190000")),
        ("91, 9", None),
        ("45, 181", None),
        ("Milano", None),
        ("45.4642", None),
        ("1, 2, 3", None),
    ],
)
def test_coordinates_are_read_as_maps_write_them(text, found):
    assert places_on_earth.read(text) == (tuple(map(Decimal, found)) if found else None)


def test_distances_are_those_of_the_atlas():
    milan, rome = (tuple(map(Decimal, place)) for place in (MILAN, ROME))

    assert round(places_on_earth.kilometres(milan, rome)) == 477
    assert places_on_earth.kilometres(milan, milan) == 0


degrees = st.decimals(min_value=-80, max_value=80, places=6)


@given(degrees, degrees, st.floats(0.1, 200), st.floats(0, 6.28), st.floats(0, 1))
def test_whoever_is_near_is_inside_the_box(latitude, longitude, km, angle, part):
    south, north, west, east = places_on_earth.box(latitude, longitude, km)
    away = km * part * 0.999 / places_on_earth.KM_OF_A_DEGREE
    other = (
        latitude + Decimal(away * sin(angle)),
        longitude + Decimal(away * cos(angle) / max(0.01, cos(radians(float(latitude))))),
    )
    if places_on_earth.kilometres((latitude, longitude), other) <= km:
        assert south <= other[0] <= north
        assert west <= other[1] <= east


def test_who_is_near_is_found_in_one_statement_and_sorted(firm, ada, alice, three):
    with use_firm(firm):
        place = nearby.place_of(three[0])
        everybody = Client.objects.exclude(pk=three[0].pk)
        with CaptureQueriesContext(connection) as captured:
            found = nearby.near(place, everybody, km=25)
        assert [(each.client.name, round(each.km)) for each in found] == [("Monza", 15)]
        assert len(captured) == 1
        assert [each.client.name for each in nearby.near(place, everybody, km=500)] == ["Monza", "Roma"]


def test_the_page_of_neighbours_shows_only_visible_clients(browse, ada, alice, bob, three):
    shown = browse(alice).get(page(alice, f"clients/{three[0].pk}/near/"), {"km": 50})

    assert [each.client.name for each in shown.context["neighbours"]] == ["Monza"]
    assert browse(bob).get(page(bob, f"clients/{three[0].pk}/near/")).status_code == 404
    assert browse(alice).get(page(alice, f"clients/{three[0].pk}/near/?km=nonsense")).status_code == 200


def test_the_map_shows_whom_the_list_shows(browse, alice, bob, three):
    browser = browse(alice)

    whole = browser.get(page(alice, "clients/map/")).context
    assert (whole["located"], whole["shown"]) == (3, 3)
    narrowed = browser.get(page(alice, "clients/map/?q=roma")).context
    assert [point.client.name for point in narrowed["points"]] == ["Roma"]
    near_milan = browser.get(page(alice, "clients/map/?frame=9.19,-51.2,1")).context
    assert {point.client.name for point in near_milan["points"]} == {"Milano", "Monza"}
    assert browse(bob).get(page(bob, "clients/map/")).context["located"] == 0


@pytest.mark.parametrize("frame", ["", "x", "1,2", "nan,nan,nan", "inf,0,1", "9,9,-1", "1e308,0,1", "0,0,1e-300"])
def test_a_frame_that_is_not_readable_shows_all_of_italy_or_something(browse, alice, three, frame):
    assert browse(alice).get(page(alice, "clients/map/"), {"frame": frame}).status_code == 200


def test_clients_of_one_town_are_one_circle_that_leads_closer(firm, alice):
    with use_firm(firm):
        for number in range(3):
            living(f"Milano {number}", MILAN)
        [spot] = mapping.spots(nearby.located(Client.objects.all()), mapping.WHOLE)

    assert spot.count == 3
    assert mapping.frame_of(spot.closer).width < mapping.WHOLE.width


def test_coordinates_are_imported(firm, ada):
    with use_firm(firm):
        file = io.BytesIO(b"Cognome;Comune;latitude;longitude\nRossi;Milano;45,4642;9,19\nVerdi;Roma;95;12\n")
        job = CLIENTS.import_file(file, name="a.csv", mapping=None, dry_run=False, by=ada, at=NOON)

        assert (job.created, job.error_count) == (1, 1)
        address = Address.objects.get()
        assert (address.latitude, address.longitude) == (Decimal("45.464200"), Decimal("9.190000"))


def test_coordinates_go_through_rest_and_back(api, alice, firm):
    caller = api(alice)
    made = caller.post(
        "/api/v1/clients/",
        {"last_name": "Rossi", "addresses": [{"city": "Milano", "latitude": "45.4642", "longitude": "9.19"}]},
    )

    assert made.status_code == 201
    [address] = made.json()["addresses"]
    assert (address["latitude"], address["longitude"]) == ("45.464200", "9.190000")
    for wrong in ({"latitude": "45"}, {"latitude": "95", "longitude": "9"}):
        refused = caller.post("/api/v1/clients/", {"last_name": "Rossi", "addresses": [{"city": "Milano", **wrong}]})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "invalid_coordinates")


def test_without_a_geocoder_nothing_is_asked_and_that_is_said(browse, alice, firm, three):
    browser = browse(alice)
    browser.post(page(alice, f"clients/{three[0].pk}/locate/"))

    assert 'data-toast="error"' in browser.get(page(alice, f"clients/{three[0].pk}/near/")).content.decode()


def duomo(words):
    return (Decimal("45.464200"), Decimal("9.190000")) if "Milano" in words else None


def test_a_geocoder_of_the_installation_fills_the_coordinates(browse, alice, firm, settings):
    settings.GEOCODER = "tests.clients.test_places.duomo"
    with use_firm(firm):
        found = new_client("Rossi", advisor=alice, addresses=[{"city": "Milano"}])
        lost = new_client("Verdi", advisor=alice, addresses=[{"city": "Atlantide"}])
    for client in (found, lost):
        browse(alice).post(page(alice, f"clients/{client.pk}/locate/"))

    with use_firm(firm):
        assert nearby.place_of(found) == (Decimal("45.464200"), Decimal("9.190000"))
        assert nearby.place_of(lost) is None
