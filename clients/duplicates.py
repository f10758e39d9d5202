"""Who may have been entered twice: pairs of clients with a common sign, the surest first (STY-17).

Set-based: pairs come from equal keys only (tax code, e-mail, telephone, birth date, name, address), so that no client
is compared with every other; how much two names resemble each other is asked of those pairs alone (pg_trgm). Measured
in tests/clients/merging/test_duplicates.py, figures in docs/decisions/0014.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients import remarks
from clients.models import Client
from clients.planner import HASHED, LOOPED
from clients.queries import visible_clients
from tenants.binding import bound_firm_id
from tenants.models import Membership

AT_MOST = 200
# What a common sign weighs; below 3 a pair is not worth anybody's time.
WEIGHTS = {
    "tax_code": 6,
    "vat_number": 6,
    "birth_date": 4,
    "email": 3,
    "phone": 3,
    "name": 3,
    "address": 3,
    "birth_and_home": 3,
    "name_and_home": 3,
}
REASONS: dict[str, str | Promise] = {
    "tax_code": _("same tax code"),
    "vat_number": _("same VAT number"),
    "email": _("same e-mail address and similar name"),
    "phone": _("same telephone and similar name"),
    "birth_date": _("same birth date and similar name"),
    "name": _("same name, and no other birth date"),
    "address": _("same address and similar name"),
    "birth_and_home": _("same birth date and postal code"),
    "name_and_home": _("same name and postal code"),
}

# A birth date is near another when at most two of its eight digits differ: a slip, or two digits in the wrong order.
PAIRS = """
WITH person AS MATERIALIZED (
    SELECT c.id, c.kind, c.name_key, c.tax_code, c.vat_number, p.birth_date
    FROM clients_client c JOIN clients_profile p ON p.firm_id = %(firm)s AND p.client_id = c.id
    WHERE c.firm_id = %(firm)s AND c.merged_into_id IS NULL AND c.erased_at IS NULL
), sign AS (
    SELECT a.id AS first, b.id AS second, 'tax_code' AS why
    FROM person a JOIN person b ON b.tax_code = a.tax_code AND b.id > a.id WHERE a.tax_code <> ''
    UNION ALL
    SELECT a.id, b.id, 'vat_number'
    FROM person a JOIN person b ON b.vat_number = a.vat_number AND b.kind = a.kind AND b.id > a.id
    WHERE a.vat_number <> ''
    UNION ALL
    SELECT a.id, b.id, 'email'
    FROM clients_email x
    JOIN clients_email y ON y.firm_id = %(firm)s AND y.address_key = x.address_key AND y.client_id > x.client_id
    JOIN person a ON a.id = x.client_id JOIN person b ON b.id = y.client_id
    WHERE x.firm_id = %(firm)s AND a.kind = b.kind AND similarity(a.name_key, b.name_key) >= 0.5
    UNION ALL
    SELECT a.id, b.id, 'phone'
    FROM clients_phone x
    JOIN clients_phone y ON y.firm_id = %(firm)s AND y.number = x.number AND y.client_id > x.client_id
    JOIN person a ON a.id = x.client_id JOIN person b ON b.id = y.client_id
    WHERE x.firm_id = %(firm)s AND a.kind = b.kind AND similarity(a.name_key, b.name_key) >= 0.5
    UNION ALL
    SELECT a.id, b.id, 'birth_date'
    FROM person a JOIN person b ON b.birth_date = a.birth_date AND b.kind = a.kind AND b.id > a.id
    WHERE similarity(a.name_key, b.name_key) >= 0.35
    UNION ALL
    SELECT a.id, b.id, 'name'
    FROM person a JOIN person b ON b.name_key = a.name_key AND b.kind = a.kind AND b.id > a.id
    WHERE a.birth_date IS NULL OR b.birth_date IS NULL OR (
        SELECT count(*) FROM generate_series(1, 8) AS place
        WHERE substr(to_char(a.birth_date, 'YYYYMMDD'), place, 1) <> substr(to_char(b.birth_date, 'YYYYMMDD'), place, 1)
    ) <= 2
    UNION ALL
    SELECT a.id, b.id, CASE WHEN a.name_key = b.name_key THEN 'name_and_home' ELSE 'birth_and_home' END
    FROM clients_address x
    JOIN clients_address y ON y.firm_id = %(firm)s AND y.postal_code = x.postal_code AND y.client_id > x.client_id
    JOIN person a ON a.id = x.client_id
    JOIN person b ON b.id = y.client_id AND b.kind = a.kind
         AND (b.name_key = a.name_key OR (b.birth_date = a.birth_date AND similarity(a.name_key, b.name_key) >= 0.12))
    WHERE x.firm_id = %(firm)s AND x.postal_code <> ''
    UNION ALL
    SELECT a.id, b.id, 'address'
    FROM clients_address x
    JOIN clients_address y ON y.firm_id = %(firm)s AND y.postal_code = x.postal_code AND y.street = x.street
         AND y.client_id > x.client_id
    JOIN person a ON a.id = x.client_id JOIN person b ON b.id = y.client_id
    WHERE x.firm_id = %(firm)s AND x.street <> '' AND a.kind = b.kind AND similarity(a.name_key, b.name_key) >= 0.5
)
SELECT first, second, array_agg(DISTINCT why) AS reasons FROM sign
WHERE NOT EXISTS (
    SELECT FROM clients_notduplicate n WHERE n.firm_id = %(firm)s AND n.first_id = first AND n.second_id = second
) {only}
GROUP BY first, second
ORDER BY (SELECT sum(weight) FROM unnest(array_agg(DISTINCT why)) AS w
          JOIN unnest(%(signs)s::text[], %(weights)s::int[]) AS known (sign, weight) ON known.sign = w) DESC,
         first, second
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Pair:
    """Two clients who may be one, and why."""

    first: Client
    second: Client
    reasons: tuple[str, ...]

    @property
    def both(self) -> tuple[Client, Client]:
        return self.first, self.second

    @property
    def in_words(self) -> list[str]:
        return [str(REASONS[reason]) for reason in self.reasons]


def find_pairs(membership: Membership, *, client: Client | None = None, most: int = AT_MOST) -> list[Pair]:
    """The likely duplicates among the clients that the member sees, or those of one client."""
    only, seen = _restriction(membership, client)
    params: dict[str, Any] = {
        "firm": bound_firm_id(),
        "signs": list(WEIGHTS),
        "weights": list(WEIGHTS.values()),
        "most": most,
        **seen,
    }
    with connection.cursor() as cursor:
        cursor.execute(HASHED + PAIRS.format(only=only), params)
        rows = cursor.fetchall()
        cursor.execute(LOOPED)
    named = {pk for first, second, _reasons in rows for pk in (first, second)}
    found = {one.pk: one for one in Client.objects.filter(pk__in=named).select_related("profile", "advisor", "status")}
    remarks.read(found.values())
    return [Pair(found[first], found[second], tuple(_ordered(reasons))) for first, second, reasons in rows]


def _restriction(membership: Membership, client: Client | None) -> tuple[str, dict[str, int]]:
    """Both of a pair must be in the member's sight: nobody learns here whom his colleagues advise."""
    sql, params = visible_clients(membership).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible = cursor.mogrify(sql, params).decode().replace("%", "%%")
    only = f"AND first IN ({visible}) AND second IN ({visible})"
    if client is None:
        return only, {}
    return f"{only} AND %(client)s IN (first, second)", {"client": client.pk}


def _ordered(reasons: list[str]) -> list[str]:
    return sorted(reasons, key=lambda reason: (-WEIGHTS[reason], reason))
