"""A mail by hand: written on the page, sent by a real server, told on the time lines of client and company."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from clients.models import Attachment, Client
from clients.services import attach_to_client
from communications import outbox, services
from communications.enums import MailState
from communications.models import ClientMail, CommunicationTemplate, OutgoingMail
from communications.services import NewClientMail
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client, new_company
from tests.communications.mail_server import HANG_UP, ScriptedServer

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]
Api = Callable[..., Any]
ADDRESSES = [{"address": "anna@casa.example"}, {"address": "anna@lavoro.example", "for_communications": True}]


def anna(firm: Firm, advisor: Membership, **given: Any) -> Client:
    with use_firm(firm):
        return new_client("Rossi", first_name="Anna", advisor=advisor, emails=ADDRESSES, **given)


def typed(**given: Any) -> dict[str, Any]:
    usual = {"recipient": "anna@lavoro.example", "subject": "Ciao", "text": "Gentile **Anna**", "token": str(uuid4())}
    return {**usual, **given}


def events(member: Membership, api: Api, client: int) -> list[dict[str, Any]]:
    told = api(member).get(f"/api/v1/clients/{client}/timeline/?kind=mail").json()["results"]
    return [{name: each[name] for name in ("title", "state")} for each in told]


def test_written_on_the_page_it_arrives_with_its_file_and_is_on_both_time_lines(
    firm: Firm, alice: Membership, browse: Browse, api: Api, server: ScriptedServer
) -> None:
    with use_firm(firm):
        company, later = new_company("Alfa S.r.l.", advisor=alice), new_company("Beta S.r.l.", advisor=alice)
        template = CommunicationTemplate.objects.get(opportunity__key="ltc")
    client = anna(firm, alice, company=company)
    browser, address = browse(alice), page(alice, f"clients/{client.pk}/mails/new/")

    begun = browser.get(f"{address}?template={template.pk}").context["form"]
    assert begun["recipient"].field.choices[0][0] == "anna@lavoro.example", "the one for communications first"
    assert begun["text"].value().startswith("Gentile Anna,")
    fields = typed(subject="Una proposta, {{ client.first_name }}", copy_to_me="on")
    file = SimpleUploadedFile("Brochure è.pdf", b"%PDF-1.4 brochure")
    answer = browser.post(address, {**fields, "enclosed": file})

    assert answer["Location"] == page(alice, f"clients/{client.pk}/timeline/")
    assert events(alice, api, client.pk) == [{"title": "Una proposta, Anna", "state": "pending"}]
    assert outbox.send_due(firm.pk) == 1
    [message] = server.received
    assert (message["To"], message["Subject"], message["Bcc"]) == ("anna@lavoro.example", "Una proposta, Anna", None)
    assert message["Reply-To"] == "alice@aurora.example"
    assert "Gentile Anna" in message.get_body(("plain",)).get_content()
    assert "<strong>Anna</strong>" in message.get_body(("html",)).get_content()
    [enclosed] = message.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content()) == ("Brochure è.pdf", b"%PDF-1.4 brochure")
    with use_firm(firm):
        client.profile.company_id = later.pk
        client.profile.save(update_fields=["company_id"])
    assert (
        events(alice, api, client.pk)
        == events(alice, api, company.pk)
        == [{"title": "Una proposta, Anna", "state": "sent"}]
    )
    assert events(alice, api, later.pk) == []
    shown = browser.get(page(alice, f"mails/{_only(firm).pk}/")).content.decode()
    assert "Brochure è.pdf" in shown
    assert _only(firm).text == "Gentile Anna", "without the frame of the firm"
    assert "alice@aurora.example" in shown


def _only(firm: Firm) -> ClientMail:
    with use_firm(firm):
        return ClientMail.objects.get()


def test_the_blind_copy_is_an_envelope_and_no_header(firm: Firm, alice: Membership, server: ScriptedServer) -> None:
    client = anna(firm, alice)
    envelopes: list[list[str]] = []
    taken = server.handle_DATA

    async def keeping(smtp: Any, session: Any, envelope: Any) -> str:
        envelopes.append(list(envelope.rcpt_tos))
        return await taken(smtp, session, envelope)

    server.handle_DATA = keeping  # type: ignore[method-assign]
    with use_firm(firm):
        new = NewClientMail(recipient="anna@casa.example", subject="a", text="b", copy_to_me=True)
        services.send_client_mail(client, new, by=alice, at=timezone.now())

    assert outbox.send_due(firm.pk) == 1
    assert envelopes == [["anna@casa.example", "alice@aurora.example"]]
    assert "alice" not in str(server.received[0]["To"]) + str(server.received[0]["Cc"])


def test_in_doubt_it_is_sent_again_under_the_same_message_id(
    firm: Firm, alice: Membership, server: ScriptedServer
) -> None:
    client = anna(firm, alice)
    with use_firm(firm):
        new = NewClientMail(recipient="anna@casa.example", subject="a", text="b")
        services.send_client_mail(client, new, by=alice, at=timezone.now())
    server.faults = {"TEXT": HANG_UP}
    assert outbox.send_due(firm.pk) == 0
    server.faults = {}
    with use_firm(firm):
        OutgoingMail.objects.update(available_at=timezone.now())

    assert outbox.send_due(firm.pk) == 1
    assert server.unanswered[0]["Message-ID"] == server.received[0]["Message-ID"]


def test_no_other_header_and_no_other_recipient_can_be_put_in(
    firm: Firm, alice: Membership, browse: Browse, server: ScriptedServer
) -> None:
    with use_firm(firm):
        client = new_client("Rossi\r\nBcc: spia@evil.example", advisor=alice, emails=ADDRESSES)
    browser, address = browse(alice), page(alice, f"clients/{client.pk}/mails/new/")

    refused = browser.post(address, typed(recipient="spia@evil.example"))
    assert "recipient" in refused.context["form"].errors
    hostile = typed(subject="A\r\nBcc: spia@evil.example {{ client.last_name }}", text="{{ 7*7 }}")
    assert "text" in browser.post(address, hostile).context["form"].errors
    assert browser.post(address, {**hostile, "text": "<script>x</script>"}).status_code == 302

    outbox.send_due(firm.pk)
    [message] = server.received
    assert message["Bcc"] is None
    assert message["Subject"].startswith("A Bcc: spia@evil.example Rossi")
    assert "<script>" not in message.get_body(("html",)).get_content()


def test_a_second_click_sends_nothing_twice_and_a_refusal_keeps_no_file(
    firm: Firm, alice: Membership, browse: Browse, settings: Any
) -> None:
    client = anna(firm, alice)
    browser, address, once = browse(alice), page(alice, f"clients/{client.pk}/mails/new/"), typed()

    assert browser.post(address, once).status_code == 302
    again = browser.post(address, {**once, "enclosed": SimpleUploadedFile("a.txt", b"x")})
    assert again.context["form"].non_field_errors().as_data()[0].code == "already_sent"
    empty = browser.post(address, typed(enclosed=SimpleUploadedFile("vuoto.txt", b"")))
    assert empty.status_code == 422
    with use_firm(firm):
        assert ClientMail.objects.count() == 1
        assert not Attachment.objects.exists()


def test_it_is_called_back_until_it_leaves_and_only_by_who_may(
    firm: Firm, alice: Membership, bob: Membership, mara: Membership, browse: Browse, api: Api, server: ScriptedServer
) -> None:
    client = anna(firm, alice)
    sent = api(alice).post("/api/v1/client-mails/", {**typed(), "client": client.pk, "token": None})
    assert sent.status_code == 400, "a field that is not its own"
    body = {name: value for name, value in typed().items() if name != "token"} | {"client": client.pk}
    mail = api(alice).post("/api/v1/client-mails/", body).json()
    assert (mail["state"], mail["files"]) == ("pending", [])

    assert browse(bob).post(page(bob, f"mails/{mail['id']}/cancel/")).status_code == 404
    assert api(mara).get(f"/api/v1/client-mails/{mail['id']}/").status_code == 404
    browse(alice).post(page(alice, f"mails/{mail['id']}/cancel/"))
    assert api(alice).get(f"/api/v1/client-mails/{mail['id']}/").json()["state"] == MailState.CANCELLED
    assert (outbox.send_due(firm.pk), server.received) == (0, [])
    assert (
        api(alice).post(f"/api/v1/client-mails/{mail['id']}/cancel/", {}).json()["errors"][0]["code"]
        == "not_cancellable"
    )


def test_attachments_of_the_client_go_along_and_those_of_others_do_not(
    firm: Firm, alice: Membership, api: Api, server: ScriptedServer
) -> None:
    client, other = anna(firm, alice), anna(firm, alice)
    with use_firm(firm):
        own, foreign = (
            attach_to_client(each, BytesIO(b"polizza"), name="Polizza.txt", by=alice).pk for each in (client, other)
        )
    body = {name: value for name, value in typed().items() if name != "token"} | {"client": client.pk}
    refused = api(alice).post("/api/v1/client-mails/", {**body, "attachments": [foreign]})
    assert refused.json()["errors"][0]["field"].startswith("attachments")
    assert api(alice).post("/api/v1/client-mails/", {**body, "attachments": [own]}).json()["files"] == [own]
    assert outbox.send_due(firm.pk) == 1
    [enclosed] = server.received[0].iter_attachments()
    assert enclosed.get_filename() == "Polizza.txt"


def test_too_many_or_too_large_files_are_refused(alice: Membership, bound: Any) -> None:
    client = new_client("Rossi", advisor=alice, emails=ADDRESSES)
    for files in ([("a.txt", b"x")] * 11, [("a.bin", b"x" * 8_000_000), ("b.bin", b"y" * 8_000_000)]):
        enclosed = [(name, BytesIO(content)) for name, content in files]
        new = NewClientMail(recipient="anna@casa.example", subject="a", text="b", files=enclosed)
        with pytest.raises(ValidationError) as raised:
            services.send_client_mail(client, new, by=alice, at=NOON)
        assert list(raised.value.error_dict) == ["files"]
    assert not Attachment.objects.exists()
