"""How long mail stays in the outbox: internal mail goes once it is over and old, proof and what is unsettled stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communications.enums import MailState
from communications.models import OutgoingMail
from communications.retention import kept_until, purge_mails
from communications.services import NewMail, post_mails
from crm import nightly
from tenants.binding import local_today, use_firm
from tenants.models import Firm, Membership
from tests.cast import page

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OLD = NOW - settings.MAIL_KEPT - timedelta(hours=1)


def post(occasion: str, *, days: int = 0, kind: str = "points", state: MailState = MailState.SENT) -> OutgoingMail:
    """So many days younger than what is old."""
    mail = NewMail(kind=kind, occasion=occasion, recipient="boss@aurora.example", subject=occasion, body="Dieci")
    post_mails([mail], at=OLD + timedelta(days=days))
    OutgoingMail.objects.filter(subject=occasion).update(state=state)
    row: OutgoingMail = OutgoingMail.objects.get(subject=occasion)
    return row


def left() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))


@pytest.mark.usefixtures("bound")
def test_what_is_internal_over_and_old_goes_in_one_statement() -> None:
    for state in MailState:
        post(state.value, state=state)
    post("young", days=1)
    post("to a client", kind="offer")
    with CaptureQueriesContext(connection) as captured:
        assert purge_mails(at=NOW) == 3
    assert len(captured) == 1
    assert left() == ["pending", "sending", "uncertain", "young", "to a client"]
    assert purge_mails(at=NOW) == 0


@pytest.mark.usefixtures("bound")
def test_each_mail_says_how_long_it_is_kept(firm: Firm) -> None:
    assert kept_until(post("a")) == local_today(firm, at=OLD + settings.MAIL_KEPT)
    assert kept_until(post("b", state=MailState.UNCERTAIN)) is None
    assert kept_until(post("c", kind="offer")) is None


def test_the_night_does_it_and_the_other_firms_mail_stays(firm: Firm, other_firm: Firm) -> None:
    for each in (firm, other_firm):
        with use_firm(each):
            post("old")
            post("young", days=10)
    assert nightly.run_now(firm.pk, None, at=NOW).state == "done"
    with use_firm(firm):
        assert left() == ["young"]
    with use_firm(other_firm):
        assert left() == ["old", "young"]


def test_page_and_api_say_it(
    firm: Firm, ada: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        mail, proof = post("Punti", days=3), post("Offerta", days=3, kind="offer")
        day = kept_until(mail)
    assert day is not None
    listed = browse(ada).get(page(ada, "settings/outbox/")).content.decode()
    assert f"{settings.MAIL_KEPT.days} giorni" in listed
    shown = browse(ada).get(page(ada, f"settings/outbox/{mail.pk}/")).content.decode()
    assert f"{day:%d/%m/%Y}" in shown
    assert "come prova" in browse(ada).get(page(ada, f"settings/outbox/{proof.pk}/")).content.decode()
    answers = [api(ada).get(f"/api/v1/outgoing-mails/{pk}/").json()["kept_until"] for pk in (mail.pk, proof.pk)]
    assert answers == [day.isoformat(), None]
