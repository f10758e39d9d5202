"""The forms over one record, and which fields a member sees on each (STY-05, STY-10, O-50, O-51).

A hidden field keeps its data; what must be filled in cannot be hidden. API and permissions know nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterable

from clients.custom.definitions import PREFIX, definitions
from clients.enums import FormPlace, Sheet
from clients.models import SheetDefault
from tenants.models import Membership

PREFERENCE = "sheets"
ALWAYS = frozenset({"kind", "last_name", "first_name", "company_name"})
# Who the partner is for law and accounts, and who he is for us; everything else stands on both.
ADMINISTRATIVE_ONLY = frozenset(
    {
        "tax_code", "vat_number", "birth_place", "sex", "iban", "pec", "document_type", "document_number",
        "document_expires_on",
        "due_diligence_on", "due_diligence_next_on", "is_pep", "privacy_consent", "privacy_consent_on",
    }
)  # fmt: skip
CRM_ONLY = frozenset(
    {
        "contact", "specialist", "rating", "link_type", "profession", "marital_status", "education", "liquidity",
        "outside_wealth", "pac_amount", "pac_frequency", "pac_ends_on", "mifid_class", "risk_profile",
        "questionnaire_on", "questionnaire_expires_on", "time_horizon", "objectives", "marketing_consent",
        "marketing_consent_on", "labels", "notes",
    }
)  # fmt: skip


def is_on(name: str, sheet: str) -> bool:
    """Whether the field stands on the form at all."""
    if name.startswith(PREFIX):
        definition = definitions().get(name.removeprefix(PREFIX))
        place = definition.form if definition else FormPlace.BOTH
        return sheet == Sheet.COMPLETE or place in (FormPlace.BOTH, sheet)
    elsewhere = {Sheet.ADMINISTRATIVE.value: CRM_ONLY, Sheet.CRM.value: ADMINISTRATIVE_ONLY}.get(sheet, frozenset())
    return name not in elsewhere


def mandatory() -> frozenset[str]:
    """What cannot be hidden."""
    return ALWAYS | {definition.name for definition in definitions().values() if definition.required}


def hidden(member: Membership, sheet: str) -> frozenset[str]:
    """What the member does not want to see on this form, else what the firm has set for everybody."""
    chosen = member.preferences.get(PREFERENCE, {}).get(sheet)
    if chosen is None:
        chosen = firm_default(sheet)
    return frozenset(chosen) - mandatory()


def has_own_choice(member: Membership, sheet: str) -> bool:
    return sheet in member.preferences.get(PREFERENCE, {})


def firm_default(sheet: str) -> list[str]:
    row = SheetDefault.objects.filter(sheet=sheet).first()
    return list(row.hidden) if row else []


def shown(names: Iterable[str], member: Membership, sheet: str) -> list[str]:
    """Of ``names`` those that the member sees on the form, in their order."""
    left_out = hidden(member, sheet)
    return [name for name in names if is_on(name, sheet) and name not in left_out]
