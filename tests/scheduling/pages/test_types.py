"""Settings: types of appointment."""

from collections.abc import Callable

from django.test import Client as Browser

from scheduling.models import AppointmentType
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page

Browse = Callable[[Membership], Browser]


def test_types_are_created_edited_ordered_and_switched_off(firm: Firm, ada: Membership, browse: Browse) -> None:
    browser, base = browse(ada), page(ada, "settings/appointment-types/")
    values = {"name": "Videochiamata", "active": "on", "counts_for_cadence": "on", "duration_minutes": "30"}

    created = browser.post(f"{base}new/", {**values, "symbol": "video", "colour": "teal"})
    again = browser.post(f"{base}new/", {**values, "symbol": "video", "colour": "teal"})
    with use_firm(firm):
        kind = AppointmentType.objects.get(name="Videochiamata")
    browser.post(f"{base}{kind.pk}/move/", {"direction": "up"})
    browser.post(f"{base}{kind.pk}/deactivate/")
    listed = browser.get(base)

    assert (created.status_code, again.status_code) == (302, 422)
    assert 'id="id_name_error"' in again.content.decode()
    names = [one.name for one in listed.context["types"]]
    assert names[-2:] == ["Videochiamata", "Proposta"]
    with use_firm(firm):
        assert AppointmentType.objects.get(pk=kind.pk).active is False


def test_types_are_for_who_configures(alice: Membership, browse: Browse) -> None:
    answer = browse(alice).get(page(alice, "settings/appointment-types/"))

    assert answer.status_code == 403
