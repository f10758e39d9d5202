"""Every page in both languages: what reads the same in Italian and in English has been looked at by a person."""

import re
from zoneinfo import available_timezones

import pytest
from babel import Locale
from django.apps import apps
from django.test import Client as Browser

from tenants.binding import use_firm
from tenants.models import Firm, FirmOwned, Membership
from tests.cast import login
from tests.journeys.pages import open_pages
from tests.journeys.texts import texts_of

COUNTRIES = set(Locale("it").territories.values()) & set(Locale("en").territories.values())
ZONES = {zone.replace("_", " ") for zone in available_timezones()}
# The columns in which people write; codes are not among them.
WRITTEN = {
    "name", "last_name", "text", "reason", "email", "address", "number", "hint", "description", "slug",
    "label", "title", "subject", "purpose", "basis", "subjects", "transfers",
}  # fmt: skip
# Texts of mails, of which a page shows a piece at a time.
LETTERS = {"body", "header", "opening", "closing", "footer"}
# The same word in both languages.
SAME = {
    "OpenID Connect",
    "SAML 2.0",
    "Cadenza", "Italiano", "English", "Password", "E-mail", "Menu", "Token", "MiFID", "RFA (AUM)", "Ctrl K", "Macro",
    "read", "e-mail:", "PAC", "PEC", "API", "Auto", "Pausa", "e-mail", "Esc", "Ctrl", "Escape", "Enter", "Time line",
    "CRM", "Privacy", "Marketing", "File", "Note", "JSON", "PDF", "ZIP", "CSV", "Excel (xlsx)", "Excel", "Mac", "macro",
    "IBAN", "Recency", "Frequency", "Monetary", "Potentiality",
    "Windows (cp1252)", "DOS (cp850)", "RFA (AUM): –", "← CRM", "← Time line",
    "Mail", "Viste", "← Viste", "Viste · Cadenza", "vista",
    "Google Calendar", ": Google Calendar", "CalDAV", ": CalDAV",
}  # fmt: skip
# Examples of what to type, and what a program reads.
SHOWN_AS_IT_IS = re.compile(
    r"^(Authorization: .*|\d+ min|.* \([A-Z]{2}\)|UTF-\d+|E-mail \d|ISO [-\d]+|macro \d+|[A-Z][a-z]{2} \d{2}|Prova"
    r"|\w+/[-+\w/]+|MRARSS.*)$"
)


@pytest.mark.django_db
def test_no_text_was_left_untranslated(ada: Membership) -> None:
    pages = open_pages(ada)
    both = {language: said_in(language, [page.address for page in pages], ada) for language in ("it", "en")}

    entered, letters = what_the_firm_entered(ada, WRITTEN), what_the_firm_entered(ada, LETTERS)
    left = {
        f"{page.name}: {text}"
        for page in pages
        for text in both["it"][page.address] & both["en"][page.address]
        if text not in SAME | COUNTRIES | ZONES
        and not SHOWN_AS_IT_IS.match(text)
        and not any(value in text for value in entered)
        and not any(text in value for value in letters)
    }

    assert sorted(left) == []
    assert len(pages) >= 30


def what_the_firm_entered(member: Membership, columns: set[str]) -> set[str]:
    """What stands in these columns of the firm's own tables, in the firm's own language."""
    entered = {member.user.email}
    with use_firm(member.firm_id):
        for model in apps.get_models():
            if issubclass(model, FirmOwned | Firm):
                texts = [field.name for field in model._meta.concrete_fields if field.name in columns]
                entered |= {
                    value for row in model._base_manager.values_list(*texts) for value in row if texts and value
                }
    return {value for value in entered if len(value) > 2}


def said_in(language: str, addresses: list[str], member: Membership) -> dict[str, set[str]]:
    with use_firm(member.firm_id):
        Membership.objects.filter(pk=member.pk).update(language=language)
    browser = login(Browser(), member)
    return {address: texts_of(browser.get(address).text) for address in addresses}
