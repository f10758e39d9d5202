"""What is kept beside the record when it changes: consents with their proof, links to companies from when until when.

Both follow from the record, set-based and harmless when repeated: whoever writes records (services, import, merge)
calls them for the clients it wrote. Today's fact stands in the profile, the ledger says how it came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from clients.enums import ConsentSource
from tenants.binding import bound_firm_id
from tenants.models import Membership

CONSENTS = frozenset({"privacy_consent", "privacy_consent_on", "marketing_consent", "marketing_consent_on"})
LINKS = frozenset({"company", "contact_role"})

# A line for each purpose whose last line says something else than the record; the first line only for what is known.
NOTE_CONSENTS = """
INSERT INTO clients_consent (firm_id, client_id, purpose, granted, "on", source, proof, by_id, at)
SELECT %(firm)s, p.client_id, said.purpose, said.granted, coalesce(said.given_on, %(today)s), %(source)s, '', %(by)s,
       %(at)s
FROM clients_profile p
CROSS JOIN LATERAL (
    VALUES ('privacy', p.privacy_consent, p.privacy_consent_on),
           ('marketing', p.marketing_consent, p.marketing_consent_on)
) AS said (purpose, granted, given_on)
LEFT JOIN LATERAL (
    SELECT c.granted, c."on" FROM clients_consent c
    WHERE c.firm_id = %(firm)s AND c.client_id = p.client_id AND c.purpose = said.purpose
    ORDER BY c.at DESC, c.id DESC LIMIT 1
) last ON true
WHERE p.firm_id = %(firm)s AND p.client_id = ANY(%(ids)s)
  AND (said.granted IS DISTINCT FROM last.granted OR (said.given_on IS NOT NULL AND said.given_on <> last."on"))
  AND (said.granted IS NOT NULL OR last."on" IS NOT NULL)
"""

# The open link ends where the record names another company or another role; a link of less than a day leaves no trace.
END_LINKS = """
UPDATE clients_companylink l SET until_on = %(today)s FROM clients_profile p
WHERE l.firm_id = %(firm)s AND l.client_id = ANY(%(ids)s) AND l.until_on IS NULL
  AND p.firm_id = %(firm)s AND p.client_id = l.client_id
  AND (p.company_id IS DISTINCT FROM l.company_id OR p.contact_role_id IS DISTINCT FROM l.role_id)
"""
DROP_MOMENTARY = """
DELETE FROM clients_companylink l
WHERE l.firm_id = %(firm)s AND l.client_id = ANY(%(ids)s) AND l.from_on = l.until_on AND l.until_on = %(today)s
"""
BEGIN_LINKS = """
INSERT INTO clients_companylink (firm_id, client_id, company_id, role_id, from_on)
SELECT %(firm)s, p.client_id, p.company_id, p.contact_role_id, %(today)s FROM clients_profile p
WHERE p.firm_id = %(firm)s AND p.client_id = ANY(%(ids)s) AND p.company_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM clients_companylink l
                  WHERE l.firm_id = %(firm)s AND l.client_id = p.client_id AND l.until_on IS NULL)
"""


def note_consents(
    client_ids: Sequence[int], *, source: ConsentSource, by: Membership | None, at: datetime, today: date
) -> int:
    """Write down what the records of these clients say of their consents and the ledger does not yet."""
    given = {"source": source.value, "by": by.pk if by else None, "at": at, "today": today}
    return _run(NOTE_CONSENTS, client_ids, **given)


def follow_companies(client_ids: Sequence[int], *, today: date) -> None:
    """Let the links to companies say what the records say from today on."""
    for statement in (END_LINKS, DROP_MOMENTARY, BEGIN_LINKS):
        _run(statement, client_ids, today=today)


def _run(statement: str, client_ids: Sequence[int], **given: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), "ids": list(client_ids), **given})
        return int(cursor.rowcount)
