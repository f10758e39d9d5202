"""Templates of the firm: supplied texts, own ones, the frame in force; placeholders with the words of each client."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import catalogue
from communications import services
from communications.enums import FrameColour, TemplateKind
from communications.letters import frame_in_force, letter_of, letters_for
from communications.models import CommunicationTemplate, MailTemplate, ServiceOpportunity
from communications.placeholders import names_for, placeholders, values_of
from communications.rendering import problems_of
from communications.services import FrameDetails, TemplateDetails
from tenants.models import AuditEvent, Membership
from tests.clients.builders import NOON, new_client
from tests.communications.making import service

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def details(**given: Any) -> TemplateDetails:
    usual = {"name": "Prova", "subject": "Per {{ client.name }}", "body": "Gentile {{ client.name }}"}
    return TemplateDetails(**{**usual, **given})


def refusal(work: Callable[[], object]) -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        work()
    return raised.value


def test_each_supplied_service_has_a_supplied_text_and_there_is_a_circular(bound: Any) -> None:
    rows = list(CommunicationTemplate.objects.select_related("opportunity"))
    offered = {row.opportunity.key for row in rows if row.opportunity}

    assert offered == set(ServiceOpportunity.objects.filter(is_supplied=True).values_list("key", flat=True))
    assert [row.name for row in rows if row.kind == TemplateKind.CIRCULAR] == ["Circolare"]
    frame = frame_in_force()
    assert (frame.name, frame.is_supplied) == ("Modello gestione Relazione clienti", True)
    for row in rows:
        assert problems_of(row.subject, row.body, frame.frame(), known=names_for(row.kind)) == []


def test_what_is_written_for_clients_has_their_words_in_the_firms_language(alice: Membership, bound: Any) -> None:
    rich = new_client("Rossi", first_name="Anna", advisor=alice, aum=Decimal("612000"))
    poor = new_client("Bianchi")
    template = services.create_template(
        details(
            subject='{{ client.first_name | default: "cliente" }}: {{ opportunity.name }}',
            body="RFA {{ client.aum | default: 'ignote' }} {{ advisor.name }}",
            opportunity=service(),
        ),
        by=alice,
    )

    made = dict(letters_for(template, [rich.pk, poor.pk], on=TODAY))

    assert made[rich.pk].subject == "Anna: Polizza LTC"
    assert "RFA 612.000,00\u00a0€ Alice Conti" in made[rich.pk].text
    assert "RFA ignote" in made[poor.pk].text
    assert letters_for(template, [poor.pk], on=TODAY, by=alice).__next__()[1].text.count("Alice") == 2


def test_every_field_that_may_be_used_in_mails_is_a_placeholder_with_a_value(alice: Membership, bound: Any) -> None:
    client = new_client("Rossi", first_name="Anna", advisor=alice, aum=Decimal(5))
    known = catalogue.fields()
    in_mail = [name for name, field in known.items() if field.in_mail]

    assert len(in_mail) > 80
    assert {f"client.{name.replace('.', '_')}" for name in in_mail} <= names_for()
    suggested = [each.name for each in placeholders()]
    assert len(set(suggested)) == len(suggested)
    # An account or a code of the State is named by whoever wants it in a mail, not suggested.
    assert names_for() - set(suggested) == {"client.iban", "client.tax_code", "client.document_number"}
    assert names_for(TemplateKind.CIRCULAR) == {name for name in names_for() if not name.startswith("opportunity.")}
    [values] = values_of([client.pk], names_for(), on=TODAY).values()
    assert names_for() - set(values) == set()
    assert (values["client.name"], values["client.full_name"]) == ("Rossi Anna", "Anna Rossi")
    assert values["client.aum"] == "5,00\u00a0€"


def test_values_of_many_take_as_many_statements_as_of_one(alice: Membership, bound: Any) -> None:
    clients = [new_client(advisor=alice).pk for _number in range(12)]

    def statements(ids: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(values_of(ids, names_for(), on=TODAY)) == len(ids)
        return len(captured)

    statements(clients[:2])
    assert statements(clients) == statements(clients[:2])


def test_what_cannot_be_rendered_is_not_saved_and_the_place_is_named(alice: Membership, bound: Any) -> None:
    wrong = details(subject="{{ client.nome }}", body="a\nb {{ client.nikname }}", kind=TemplateKind.CIRCULAR)
    refused = refusal(lambda: services.create_template(wrong, by=alice))

    assert {name: [each.code for each in errors] for name, errors in refused.error_dict.items()} == {
        "subject": ["unknown_placeholder"],
        "body": ["unknown_placeholder"],
    }
    assert "2" in refused.message_dict["body"][0]
    assert "client.nikname" in refused.message_dict["body"][0]
    assert refusal(lambda: services.create_template(details(body=" "), by=alice)).error_dict.keys() == {"body"}
    of_service = details(kind=TemplateKind.CIRCULAR, opportunity=service())
    assert "opportunity" in refusal(lambda: services.create_template(of_service, by=alice)).error_dict
    in_circular = details(kind=TemplateKind.CIRCULAR, body="{{ opportunity.name }}")
    assert "body" in refusal(lambda: services.create_template(in_circular, by=alice)).error_dict
    assert not CommunicationTemplate.objects.filter(is_supplied=False).exists()


def test_supplied_ones_are_copied_and_hidden_but_not_changed(alice: Membership, bound: Any) -> None:
    supplied = CommunicationTemplate.objects.get(opportunity__key="ltc")
    changed = details(name=supplied.name, subject="Altro", body=supplied.body, opportunity=supplied.opportunity)

    assert refusal(lambda: services.edit_template(supplied, changed, by=alice)).code == "supplied"
    assert refusal(lambda: services.delete_template(supplied, by=alice)).code == "supplied"
    assert services.set_template_active(supplied, active=False, by=alice).active is False
    copy = services.duplicate_template(supplied, by=alice)
    assert (copy.is_supplied, copy.active, copy.body) == (False, True, supplied.body)
    edited = services.edit_template(copy, details(opportunity=service()), by=alice, version=copy.version)
    assert (edited.name, edited.version) == ("Prova", 2)
    stale = refusal(lambda: services.edit_template(copy, details(name="x"), by=alice, version=1))
    assert stale.code == "stale"
    services.move_template(edited, steps=-1, by=alice)
    services.delete_template(edited, by=alice)
    assert set(AuditEvent.objects.filter(action__startswith="template.").values_list("action", flat=True)) == {
        "template.created", "template.changed", "template.deleted", "template.moved",
    }  # fmt: skip


def test_exactly_one_mail_template_is_in_force(alice: Membership, bound: Any) -> None:
    supplied = frame_in_force()
    own = services.duplicate_frame(supplied, by=alice)
    own = services.edit_frame(
        own, FrameDetails(name="Mio", header="{{ firm.name }}!", colour=FrameColour.TEAL), by=alice, version=own.version
    )
    template = CommunicationTemplate.objects.get(opportunity__key="ltc")
    assert "!" not in letter_of(template).render({"firm.name": "Aurora"}).text

    services.put_in_force(own, by=alice)

    assert [row.pk for row in MailTemplate.objects.filter(in_force=True)] == [own.pk]
    assert "Aurora!" in letter_of(template).render({"firm.name": "Aurora"}).text
    assert refusal(lambda: services.delete_frame(own, by=alice)).code == "in_force"
    assert refusal(lambda: services.delete_frame(supplied, by=alice)).code == "supplied"
    assert refusal(lambda: services.edit_frame(supplied, FrameDetails(name="x"), by=alice)).code == "supplied"
    refused = refusal(lambda: services.create_frame(FrameDetails(name="y", footer="{{ opportunity.name }}"), by=alice))
    assert list(refused.error_dict) == ["footer"]
    services.put_in_force(supplied, by=alice)
    services.delete_frame(own, by=alice)
    assert MailTemplate.objects.count() == 1


def test_a_template_that_names_what_is_gone_is_not_rendered(alice: Membership, bound: Any) -> None:
    """T16: an unknown key refuses, it is not an empty word in somebody's mail."""
    template = services.create_template(details(body="{{ client.opportunity_ltc }}"), by=alice)
    services.set_active(service(), active=False, by=alice)

    refused = refusal(lambda: letter_of(template))

    assert refused.error_dict["body"][0].code == "unknown_placeholder"
