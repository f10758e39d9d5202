"""Words of the other firm in mails: every kind that the product sends, by both firms, read part by part."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from clients.models import Email
from communications import outbox, services
from communications.models import Communication, OutgoingMail
from communications.services.client_mails import NewClientMail, send_client_mail
from outcomes.models import PointsEntry
from outcomes.services.points_mail import configure_points_mail, send_points_mail
from outcomes.services.tallies import enter_points
from scheduling.services.digests import ask_for_reminder_mail, post_reminder_mails
from tenants import services as people
from tenants.binding import local_today, use_firm
from tenants.enums import Role
from tenants.models import Membership
from tests.attacks.world import OWN, THEIRS, House, furnish
from tests.communications.sending import begin, generated, reachable_client, template
from tests.scheduling.making import make_reminder

KINDS = {"communication", "client_mail", "reminder_mail", "points"}


def parts(message: EmailMultiAlternatives) -> str:
    """What a receiver reads, before it is encoded for the wire."""
    others = [str(content) for content, _kind in message.alternatives]
    files = [str(each) for each in message.attachments]
    people = [*message.to, *message.cc, *message.bcc, *message.reply_to, message.from_email]
    return "\n".join([message.subject, message.body, *others, *files, *people, str(message.extra_headers)])


def post_everything(house: House) -> None:
    """One mail of each kind, with the words of the firm's clients and people in it."""
    admin, now = house.admin, timezone.now()
    with use_firm(admin.firm):
        admin.refresh_from_db()
        admin.firm = type(admin.firm).objects.get(pk=admin.firm_id)
        client = reachable_client(f"{house.word} Rossi", f"client@{house.word}.example", advisor=admin)
        begin(admin)
        letter = template(body="{{ client.name }}, {{ advisor.name }}", name=f"{house.word} letter")
        rows = generated(admin, of=letter, at=now, clients=type(client).objects.filter(pk=client.pk))
        services.send(Communication.objects.filter(pk__in=[row.pk for row in rows]), by=admin, at=now)
        address = Email.objects.get(client=client).address
        new = NewClientMail(recipient=address, subject="{{ client.name }}", text="{{ client.name }}")
        send_client_mail(client, new, by=admin, at=now)
        ask_for_reminder_mail(admin, wanted=True)
        make_reminder(client, local_today(admin.firm))
        post_reminder_mails(on=local_today(admin.firm), at=now)
        week = now - timedelta(days=7)
        enter_points([PointsEntry(member=admin, points=5, at=week)])
        configure_points_mail(automatic=True, addresses=[f"boss@{house.word}.example"], by=admin, at=week)
        send_points_mail(to_all=True, by=admin, at=now)
        people.invite(f"guest@{house.word}.example", name=house.word, role=Role.ADVISOR, by=admin, at=now)


def left(house: House) -> list[Any]:
    """The mails that leave when the firm's outbox is emptied, with those that wait for the end of a transaction."""
    before = len(mail.outbox)
    while outbox.send_due(house.admin.firm_id):
        pass
    return mail.outbox[before:]


@pytest.mark.django_db
def test_no_mail_holds_a_word_of_another_firm(
    ada: Membership, mara: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    houses = (furnish(ada, OWN), furnish(mara, THEIRS))
    compared = Counter[str]()
    for house, other in (houses, houses[::-1]):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            post_everything(house)
        left(house)
        with use_firm(house.admin.firm_id):
            sent = set(OutgoingMail.objects.filter(state="sent").values_list("kind", flat=True))
        texts = [parts(each) for each in mail.outbox]

        assert [text for text in texts if other.word in text] == []
        assert sent >= KINDS, "every kind has left"
        compared[house.word] += sum(house.word in text for text in texts)
    print(f"mails in which one's own words were found: {dict(compared)}")  # noqa: T201

    assert min(compared.values()) >= len(KINDS) + 1, "and one's own words were in them, the invitation included"
