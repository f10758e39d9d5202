"""The reminders of the day by e-mail: for who asked, once a day, in his language, of his own clients."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from communications.models import OutgoingMail
from crm import nightly
from scheduling import services
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.scheduling.making import NOW, TODAY, make_client, make_reminder

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def night(firm: Firm, days: int = 0, late: int = 0) -> list[OutgoingMail]:
    """The night that many days later, run so many days late; the mails that there are then."""
    run = nightly.run_now(firm.pk, TODAY + days * DAY, at=NOW + (days + late) * DAY)
    assert (run.state, run.error) == ("done", "")
    with use_firm(firm):
        return list(OutgoingMail.objects.filter(kind="reminder_mail").order_by("pk"))


def test_one_mail_for_each_person_and_day(firm: Firm, ada: Membership, alice: Membership, bob: Membership) -> None:
    with use_firm(firm):
        condition = {"field": "aum", "op": "gte", "value": "1"}
        for name, advisor in (("Rossi", alice), ("Verdi", alice), ("Neri", bob)):
            make_client(name, advisor=advisor, aum=5)
        details = services.CheckDetails(name="Rich", text="{cliente}: chiama {quando}", condition=condition)
        services.create_check(details, by=ada, at=NOW)
    assert night(firm) == []
    with use_firm(firm):
        # Ada sees all clients and advises none.
        for member in (ada, alice):
            services.ask_for_reminder_mail(member, wanted=True)
    [mail] = night(firm, 1)
    assert night(firm, 1) == [mail]
    assert mail.recipient == "alice@aurora.example"
    assert (mail.subject, mail.body.count("\n- ")) == ("Studio Aurora: 2 promemoria oggi", 2)
    assert "- Rossi: Rossi: chiama ieri" in mail.body
    assert "/f/aurora/reminders/" in mail.body
    assert "Neri" not in mail.body + mail.html
    assert night(firm, 2, late=1) == [mail]
    with use_firm(firm):
        Membership.objects.filter(pk=alice.pk).update(language="en")
    assert [one.subject for one in night(firm, 4)] == [mail.subject, "Studio Aurora: 2 reminders today"]
    with use_firm(firm):
        services.ask_for_reminder_mail(alice, wanted=False)
    assert len(night(firm, 5)) == 2


def test_everybody_chooses_for_himself_by_page_and_rest(
    firm: Firm, alice: Membership, bob: Membership, browse: Callable[[Membership], Browser], api: Callable[..., Any]
) -> None:
    with use_firm(firm):
        make_reminder(make_client(advisor=alice), TODAY)
    browser, listed = browse(alice), page(alice, "reminders/")
    assert not browser.get(listed).context["is_mailed"]
    assert browser.post(page(alice, "reminders/mail/"), {"wanted": "yes"}).status_code == 302
    assert browser.get(listed).context["is_mailed"]
    address = "/api/v1/reminders/mail/"
    assert [api(who).get(address).json() for who in (alice, bob)] == [{"by_mail": True}, {"by_mail": False}]
    assert api(alice).put(address, {"by_mail": False}).json() == {"by_mail": False}
    assert api(alice).put(address, {}).status_code == 400
    assert not browser.get(listed).context["is_mailed"]
