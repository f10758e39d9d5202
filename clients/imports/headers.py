"""Headers that other programs write, by the target they stand for: an import without a mapping recognises them.

From the contact exports of Google (both layouts), Outlook, HubSpot and Salesforce, and from what Italian offices call
their columns. A field's own name and its label in either language are recognised besides.
"""

from __future__ import annotations

from functools import cache

from django.utils import translation

from clients.filters.folding import fold
from clients.imports.targets import fixed_targets, targets_of_the_firm

SYNONYMS = {
    "kind": ("tipo", "type"),
    "external_id": ("record id", "id cliente", "codice cliente", "customer id", "client id", "codice"),
    "last_name": ("last name", "family name", "surname", "cognome", "contact1 last name"),
    "first_name": ("first name", "given name", "nome", "contact1 first name"),
    "name": ("name", "full name", "nominativo", "cliente", "display name"),
    "company_name": (
        "company", "organization name", "organization 1 - name", "associated company", "ragione sociale", "azienda",
        "account1 name",
    ),
    "tax_code": ("codice fiscale", "cod. fiscale", "cf", "fiscal code", "tax code"),
    "vat_number": ("partita iva", "p.iva", "p. iva", "piva", "vat", "vat number"),
    "birth_date": ("birthday", "birthdate", "birth date", "data di nascita", "data nascita", "contact1 birthdate"),
    "birth_place": ("luogo di nascita", "birth place"),
    "parent_company": (
        "parent company", "parent account", "capogruppo", "controllante", "società madre", "azienda madre",
    ),
    "sex": ("sesso", "sex", "gender"),
    "iban": ("iban", "conto corrente"),
    "email": (
        "email", "e-mail", "e-mail address", "e-mail 1 - value", "posta elettronica", "mail",
        "contact1 personal email",
    ),
    "email_2": ("e-mail 2 address", "e-mail 2 - value", "contact1 work email"),
    "email_3": ("e-mail 3 address", "e-mail 3 - value", "contact1 alternate email"),
    "pec": ("pec",),
    "mobile": ("mobile phone", "mobile", "cellulare", "cell", "contact1 mobile phone"),
    "phone": (
        "phone", "phone number", "phone 1 - value", "primary phone", "home phone", "telefono", "contact1 home phone",
    ),
    "phone_2": ("phone 2 - value", "business phone", "contact1 work phone"),
    "street": ("address 1 - street", "home street", "street", "indirizzo", "via"),
    "postal_code": ("address 1 - postal code", "home postal code", "home zip/postal code", "postal code", "cap", "zip"),
    "city": ("address 1 - city", "home city", "city", "citta", "comune", "localita"),
    "province": ("provincia", "prov", "prov.", "province"),
    "country": ("address 1 - country", "home country/region", "home country", "country/region", "country", "nazione"),
    "profession": ("occupation", "profession", "professione", "job title", "organization title"),
    "marital_status": ("stato civile", "marital status"),
    "household": ("nucleo familiare", "nucleo", "famiglia", "household"),
    "household_external_id": ("codice nucleo", "id nucleo", "codice famiglia", "household id"),
    "household_role": ("ruolo nel nucleo", "household role"),
    "education": ("titolo di studio", "education"),
    "aum": ("rfa", "aum", "rfa (aum)", "patrimonio", "masse"),
    "labels": ("labels", "categories", "group membership", "etichette", "tag", "tags"),
    "notes": ("notes", "note"),
    "advisor": ("contact owner", "consulente", "advisor"),
    "status": ("lead status", "stato commerciale", "status"),
    "last_meeting_on": ("ultimo incontro", "ultimo appuntamento", "last meeting"),
    "next_meeting_on": ("next appointment date", "prossimo incontro", "prossimo appuntamento", "next meeting"),
}  # fmt: skip
# "Company" in an export of contacts is the name of a company, seldom one that the firm serves.
OTHERS_MEAN = frozenset({"company"})


def key(header: str) -> str:
    """A header as it is compared: case, accents and spaces do not count."""
    return fold(header)


def known(header: str) -> str | None:
    """The target that a header stands for, if it is a known one."""
    folded = key(header)
    return _by_header().get(folded) or _of_the_firm().get(folded)


def _of_the_firm() -> dict[str, str]:
    """User fields by their labels and names; what every firm has comes before them."""
    own = targets_of_the_firm()
    return {key(str(target.label)): name for name, target in own.items()} | {key(name): name for name in own}


@cache
def _by_header() -> dict[str, str]:
    """A field's own name wins over what other programs write, and that over the labels of fields."""
    found: dict[str, str] = {}
    for language in ("en", "it"):
        with translation.override(language):
            for name, target in fixed_targets().items():
                found.setdefault(key(str(target.label)), name)
    found.update(
        {key(name): target for target, names in SYNONYMS.items() if target in fixed_targets() for name in names}
    )
    names = fixed_targets().keys() - OTHERS_MEAN
    found.update({key(name.replace("_", " ")): name for name in names})
    return found | {key(name): name for name in names}
