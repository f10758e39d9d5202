"""The firm round a request: bound from the first query to the last byte, and nothing kept of a refusal."""

import pytest
from django.test import Client

from tenants.binding import is_firm_bound, use_firm
from tenants.models import Firm, Membership
from tests.architecture import probes
from tests.cast import login, page, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.architecture.probe_urls")]


def signature(member: Membership) -> str:
    with use_firm(member.firm_id):
        return str(Membership.objects.get(pk=member.pk).signature)


def test_pages_see_their_firm_and_refusals_leave_no_trace(alice: Membership, other_firm: Firm) -> None:
    assert probes.request_problems(alice, other_firm) == []


def test_an_answer_below_400_is_kept(alice: Membership) -> None:
    login(Client(), alice).post(page(alice, "probe/write/204/"))

    assert signature(alice) == "written"


def test_a_failure_is_undone(alice: Membership) -> None:
    response = login(Client(raise_request_exception=False), alice).post(page(alice, "probe/fail/"))

    assert response.status_code == 500
    assert signature(alice) == ""


def test_a_stream_is_read_with_the_firm_bound(ada: Membership, alice: Membership, carol: Membership) -> None:
    response = login(Client(), alice).get(page(alice, "probe/stream/"))
    assert not is_firm_bound()

    assert response.getvalue().decode() == "Ada FerriAlice Conti"
    assert not is_firm_bound()


def test_who_leaves_is_out_with_session_and_token(ada: Membership, alice: Membership) -> None:
    assert probes.departure_problems(alice, ada) == []


def test_a_token_opens_its_own_firm_only(alice: Membership, other_firm: Firm) -> None:
    assert probes.token_problems(token_for(alice), other_firm.pk) == []
    assert probes.token_problems(token_for(alice), alice.firm_id) != []


def test_plain_sql_stays_within_the_firm(ada: Membership, carol: Membership) -> None:
    assert probes.reading_problems(ada.firm, carol.firm) == []
    assert probes.writing_problems(ada.firm, carol.firm, ada.user_id) == []
    assert probes.reference_problems(ada.firm, carol) == []
    with use_firm(ada.firm):
        assert Membership.objects.count() == 1


def test_a_new_session_row_names_its_user(alice: Membership) -> None:
    client = login(Client(), alice)

    assert str(client.session.model.objects.get().user_id) == str(alice.user_id)
