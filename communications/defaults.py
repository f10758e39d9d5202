"""What a new firm receives from this app: the four standard services, an advisor's set, and texts for each of them
(SIS-27, SIS-30, SIS-32, SIS-36, O-44).

These are rows of the firm from then on, hence written in its language here.
"""

from __future__ import annotations

from dataclasses import dataclass

from clients.defaults import Words
from communications.enums import TemplateKind
from communications.models import CommunicationTemplate, MailTemplate, ServiceOpportunity
from communications.starting_letters import FRAME, LETTERS, said
from tenants.binding import bound_firm


@dataclass(frozen=True, slots=True)
class StartingService:
    key: str
    name: Words
    description: Words


# SIS-08, in the seed's words.
STANDARD = (
    StartingService(
        "billing_for_client",
        Words("Fatturazione c/terzi", "Billing for the client"),
        Words("Emettiamo noi le fatture del cliente.", "We issue the client's invoices for him."),
    ),
    StartingService(
        "billing_online",
        Words("Fatturazione on line", "Billing on line"),
        Words("Il cliente emette le sue fatture sul nostro portale.", "The client issues his invoices on our portal."),
    ),
    StartingService(
        "software_online",
        Words("Gestionali on line", "Management software on line"),
        Words("Il cliente lavora con il gestionale in rete.", "The client works with management software on line."),
    ),
    StartingService(
        "e_invoice_support",
        Words("Servizi di supporto ft. elettronica", "Help with electronic invoices"),
        Words("Aiuto con la fattura elettronica.", "Help with electronic invoices."),
    ),
)
# What an advisor proposes.
ADVISOR = (
    StartingService(
        "pension_checkup",
        Words("Check-up previdenziale", "Pension check-up"),
        Words(
            "Quanto prenderà di pensione, e quanto gli manca.",
            "What pension there will be, and how much is missing.",
        ),
    ),
    StartingService(
        "pension_fund",
        Words("Fondo pensione", "Pension fund"),
        Words("Previdenza complementare con il suo vantaggio fiscale.", "A supplementary pension with its tax relief."),
    ),
    StartingService(
        "pac",
        Words("PAC", "Savings plan"),
        Words("Piano di accumulo: un versamento regolare.", "A regular payment into funds."),
    ),
    StartingService(
        "ltc",
        Words("Polizza LTC", "Long-term care policy"),
        Words("Copertura della non autosufficienza.", "Cover for the day one needs care."),
    ),
    StartingService(
        "income_protection",
        Words("Protezione del reddito", "Income protection"),
        Words("Caso morte, invalidità, malattia grave.", "Death, disability, critical illness."),
    ),
    StartingService(
        "succession",
        Words("Passaggio generazionale", "Succession planning"),
        Words("Come il patrimonio passa a chi viene dopo.", "How the wealth passes to whoever comes after."),
    ),
)


def supplied() -> tuple[StartingService, ...]:
    """An advisor's first, then the four of the seed."""
    return (*ADVISOR, *STANDARD)


def load(scheme: str) -> None:
    """The rows for the bound firm. Loading twice adds nothing."""
    ServiceOpportunity.objects.bulk_create(
        [
            ServiceOpportunity(
                key=start.key,
                name=start.name.here(),
                description=start.description.here(),
                is_supplied=True,
                position=position,
            )
            for position, start in enumerate(supplied(), start=1)
        ],
        ignore_conflicts=True,
    )
    _load_texts(bound_firm().language)


def _load_texts(language: str) -> None:
    """A template for each service, a circular, and the mail-sending template that is in force."""
    services = {service.key: service for service in ServiceOpportunity.objects.filter(is_supplied=True)}
    CommunicationTemplate.objects.bulk_create(
        [
            CommunicationTemplate(
                kind=TemplateKind.OFFER if letter.service else TemplateKind.CIRCULAR,
                name=letter.name.here(),
                opportunity=services.get(letter.service),
                subject=letter.subject.here(),
                body=letter.body(language),
                is_supplied=True,
                position=position,
            )
            for position, letter in enumerate(LETTERS, start=1)
        ],
        ignore_conflicts=True,
    )
    frame = MailTemplate(name=FRAME.name.here(), header=FRAME.header, is_supplied=True, in_force=True)
    frame.closing, frame.footer = said(FRAME.closing, language), said(FRAME.footer, language)
    MailTemplate.objects.bulk_create([frame], ignore_conflicts=True)
