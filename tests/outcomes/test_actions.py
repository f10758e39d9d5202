"""An action recorded at once, and the legend (IFY-04, IFY-07)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from outcomes.models import Fulfilment, Relation
from outcomes.queries.legend import legend
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.outcomes.making import CALL, INTERESTED, make_client, open_activity

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


def test_what_nobody_had_planned_is_recorded_in_one_step_or_not_at_all(
    firm: Firm, alice: Membership, rita: Membership, carol: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        client = make_client(advisor=alice)
        pair = Relation.objects.get(type__name=CALL, outcome__name=INTERESTED)
    path = f"clients/{client.pk}/actions/new/"
    assert browse(rita).get(page(rita, path)).status_code == 403
    assert browse(carol).get(page(carol, path)).status_code == 404
    assert path in browse(alice).get(page(alice, f"clients/{client.pk}/")).content.decode()

    tomorrow = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert browse(alice).post(page(alice, path), {"pair": pair.pk, "ended_at": tomorrow}).status_code == 422
    with use_firm(firm):
        assert not Appointment.objects.exists()
    answer = browse(alice).post(page(alice, path), {"pair": pair.pk, "note": "Ha chiamato lei"})
    assert answer["Location"] == page(alice, f"clients/{client.pk}/")
    with use_firm(firm):
        made = Fulfilment.objects.select_related("appointment", "to_status").get()
        assert (made.points, made.note, made.to_status.name) == (1, "Ha chiamato lei", "Pianificato")
        assert (made.appointment.state, made.appointment.assignee_id) == ("held", alice.pk)
        assert Appointment.objects.filter(origin="follow_up", client=client).count() == 1


def test_an_action_is_recorded_with_the_activity_from_whose_page_one_comes(
    firm: Firm, alice: Membership, browse: Browse
) -> None:
    with use_firm(firm):
        client = make_client(advisor=alice)
        pair = Relation.objects.get(type__name=CALL, outcome__name=INTERESTED)
        first, second = (open_activity(client, CALL, by=alice) for _ in range(2))
    browser, activity = browse(alice), page(alice, f"activities/{second.pk}/")
    record = page(alice, f"clients/{client.pk}/actions/new/") + f"?activity={second.pk}"
    assert f"{record}&amp;next={activity}" in browser.get(activity).content.decode()
    assert f'value="{second.pk}" selected' in browser.get(record).content.decode()
    assert browser.post(f"{record}&next={activity}", {"pair": pair.pk, "activity": second.pk})["Location"] == activity
    with use_firm(firm):
        assert Fulfilment.objects.get().activity_id == second.pk
        first.refresh_from_db()
        assert first.status_id is None


@pytest.mark.parametrize("where", ["history/", "settings/crm/relations/"])
def test_the_legend_tells_every_symbol(where: str, ada: Membership, browse: Browse) -> None:
    shown = browse(ada).get(page(ada, where)).content.decode()
    told = shown[shown.index("Legenda") :]
    with use_firm(ada.firm):
        parts = legend()
    assert [len(part.rows) for part in parts] == [10, 8, 5]
    for part in parts:
        for row in part.rows:
            assert f"#{row.symbol}" in told, row.name
            assert row.name in told
