"""For whom an appointment is (O-22): the six choices, and to whom each falls back."""

import pytest

from clients.models import Client
from scheduling.enums import Recipient
from scheduling.recipients import with_recipient
from tenants.enums import Role
from tenants.models import Membership
from tests.cast import join
from tests.scheduling.making import make_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]


@pytest.fixture
def gone(firm: object) -> Membership:
    """A colleague who has left."""
    member = join(firm, "gone@aurora.example", "Gino Partito", Role.ADVISOR)  # type: ignore[arg-type]
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    return member


def given_to(client: Client, rule: Recipient, **people: int | None) -> tuple[int | None, str]:
    found = with_recipient(Client.objects.filter(pk=client.pk), rule, **people).get()
    return found.recipient_id, found.recipient_note


def test_each_of_the_six(ada: Membership, alice: Membership, bob: Membership, rita: Membership) -> None:
    client = make_client(advisor=alice, contact=bob, specialist=rita)
    people = {"me_id": ada.pk, "operator_id": bob.pk}
    assert {str(rule): given_to(client, rule, **people) for rule in Recipient} == {
        "me": (ada.pk, ""),
        "advisor": (alice.pk, ""),
        "contact": (bob.pk, ""),
        "specialist": (rita.pk, ""),
        "fixed": (bob.pk, ""),
        "all": (None, ""),
    }


def test_an_empty_role_or_who_has_left_falls_back_to_the_advisor(
    ada: Membership, alice: Membership, gone: Membership
) -> None:
    client = make_client(advisor=alice, contact=gone)
    for rule in (Recipient.CONTACT, Recipient.SPECIALIST, Recipient.FIXED):
        assert given_to(client, rule, me_id=ada.pk, operator_id=gone.pk) == (alice.pk, "advisor")


def test_without_an_advisor_it_is_for_oneself_else_for_all(ada: Membership, gone: Membership) -> None:
    client = make_client(advisor=gone)
    assert given_to(client, Recipient.ADVISOR, me_id=ada.pk) == (ada.pk, "me")
    assert given_to(client, Recipient.ADVISOR, me_id=gone.pk) == (None, "nobody")
    assert given_to(make_client("Verdi"), Recipient.ME, me_id=None) == (None, "nobody")


def test_many_clients_at_once_cost_two_statements(
    ada: Membership, alice: Membership, django_assert_num_queries: object
) -> None:
    for number in range(5):
        make_client(f"Rossi {number}", advisor=alice if number % 2 else None)
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = list(with_recipient(Client.objects.order_by("pk"), Recipient.ADVISOR, me_id=ada.pk))
    assert [row.recipient_id for row in found] == [ada.pk, alice.pk, ada.pk, alice.pk, ada.pk]
