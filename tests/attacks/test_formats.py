"""Texts that would end one part of a file, or of a protocol, and begin another (security.md T15, T17, T18, T21)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import icalendar
import pytest
import vobject
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError
from django.utils import timezone

from clients.enums import ExportFormat, ExportScope
from clients.exports import services as exports
from clients.models import Client, ClientLabel, Label, Profile
from clients.queries import visible_clients
from scheduling.feed import calendar_of
from scheduling.models import Appointment
from tenants.binding import use_firm
from tenants.models import Membership
from tests.clients.builders import new_client
from tests.scheduling.making import book

BREAKS = [
    "Rossi\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Forged\r\nN:Forged;;;;\r\nEND:VCARD",
    'Rossi"\r\n"Forged";"2";"3',
    "Rossi\nX-FORGED:1\n END:VCARD",
    '=HYPERLINK("http://evil.example";"x")',
    '"},{"name":"Forged"},{"x":"',
    "Rossi;Forged,Forged\\nForged\\",
    "\u2028FN:Forged\u2029",
]


@pytest.fixture
def marked(ada: Membership) -> Membership:
    """Clients into whose texts somebody wrote the marks of every format, past every form."""
    with use_firm(ada.firm_id):
        for number, text in enumerate(BREAKS):
            own = new_client(f"Rossi{number}", advisor=ada)
            Client.objects.filter(pk=own.pk).update(name=text, last_name=text, first_name=text)
            Profile.objects.filter(client=own).update(profession=text, notes=text)
            label = Label.objects.create(name=f"{text}{number}"[-60:])
            ClientLabel.objects.create(client=own, label=label)
    return ada


def exported(member: Membership, kind: ExportFormat) -> str:
    with use_firm(member.firm_id):
        job = exports.ask_for_export(visible_clients(member), format=kind, scope=ExportScope.ALL, by=member)
        exports.note_attempt(job.pk)
        exports.write_export(job.pk, at=timezone.now())
        job.refresh_from_db()
        file, _writer = exports.opened(job)
        with file:
            return file.read().decode("utf-8-sig")


def test_no_text_begins_another_card(marked: Membership) -> None:
    cards = list(vobject.readComponents(exported(marked, ExportFormat.VCARD)))

    assert len(cards) == len(BREAKS)
    assert not [card for card in cards if card.fn.value == "Forged" or "x-forged" in card.contents]


def test_no_text_begins_another_line_of_a_csv_nor_a_formula(marked: Membership) -> None:
    text = exported(marked, ExportFormat.CSV)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))

    assert len(lines) == len(BREAKS) + 1
    assert len({len(line) for line in lines}) == 1
    assert not [cell for line in lines for cell in line if cell[:1] in tuple("=+-@\t\r\n")]


def test_no_text_begins_another_object_of_json(marked: Membership) -> None:
    text = exported(marked, ExportFormat.JSON)
    rows = [json.loads(line) for line in text.splitlines()] if text.lstrip().startswith("{") else json.loads(text)

    assert len(rows) == len(BREAKS)


def test_no_text_begins_another_event(ada: Membership) -> None:
    now = timezone.now()
    forged = "Via Po\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged\r\nSUMMARY:Forged\r\nEND:VEVENT"
    with use_firm(ada.firm_id):
        made = book(new_client("Rossi", advisor=ada), now + timedelta(days=2), by=ada, at=now, assignee=ada)
        Appointment.objects.filter(pk=made.pk).update(place=forged, notes=forged)
        Client.objects.update(name=forged)
        content = calendar_of(ada, at=now)

    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["UID"]) != "forged"
    assert len(vobject.readOne(content.decode()).contents["vevent"]) == 1


@pytest.mark.parametrize("text", ["a\r\nBcc: x@evil.example", "a\nX: y", "a\r\n\r\nbody"])
def test_the_last_door_of_mail_refuses_lines_in_headers(text: str) -> None:
    """Whatever a service forgot: what is handed to the server has no such header."""
    for given in ({"subject": text}, {"to": [text]}, {"reply_to": [text]}, {"headers": {"X-Own": text}}):
        message = EmailMultiAlternatives(**{"subject": "x", "body": "y", "to": ["a@b.example"], **given})
        with pytest.raises((BadHeaderError, ValueError)):
            message.message()
