"""Which rows of the staging table are clients that exist already, and which rows of the file are the same client.

By external id, then tax code, then e-mail; a weaker sign does not join what a stronger one holds apart: rows with two
external ids of one source are two clients, whatever their e-mail.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from clients.enums import MatchKey
from clients.imports.refusals import message
from clients.imports.staging import Staged
from clients.imports.targets import Place
from clients.queries import visible_clients
from tenants.binding import bound_firm_id
from tenants.models import Membership

# The key of a client who was merged into another one leads to that one, and stays his.
BY_EXTERNAL_ID = """
    UPDATE import_stage s SET client_id = coalesce(c.merged_into_id, c.id),
        external_id = CASE WHEN c.merged_into_id IS NULL THEN s.external_id END,
        external_source = CASE WHEN c.merged_into_id IS NULL THEN s.external_source END
    FROM clients_client c
    WHERE c.firm_id = %(firm)s AND s.external_id IS NOT NULL AND c.external_id = s.external_id
      AND c.external_source = coalesce(s.external_source, '')
"""
# A client with another external id of the same source is another client.
NOT_APART = """(s.external_id IS NULL OR c.external_id = '' OR c.external_source <> coalesce(s.external_source, ''))"""
# A code that is kept although it is wrong may stand with several people: it joins rows of one name only.
NAME = "coalesce(s.company_name_key, concat_ws(' ', s.last_name_key, s.first_name_key))"
SOUND = "s.line NOT IN (SELECT line FROM import_doubted WHERE code = 'tax_code_kept')"
SAME_NAME = f"({SOUND} OR {NAME} = {NAME.replace('s.', 'o.')})"
BY_TAX_CODE = f"""
    UPDATE import_stage s SET client_id = found.client_id, head = -found.many FROM (
        SELECT s.row_id, min(c.id) AS client_id, count(*) AS many
        FROM import_stage s JOIN clients_client c ON c.tax_code = s.tax_code
        WHERE c.firm_id = %(firm)s AND s.client_id IS NULL AND c.tax_code <> ''
          AND c.merged_into_id IS NULL AND {NOT_APART} AND ({SOUND} OR c.name_key = {NAME})
        GROUP BY s.row_id
    ) found WHERE found.row_id = s.row_id
"""
BY_EMAIL = f"""
    UPDATE import_stage s SET client_id = found.client_id, head = -found.many FROM (
        SELECT s.row_id, min(c.id) AS client_id, count(DISTINCT c.id) AS many
        FROM import_stage s JOIN clients_email e ON e.address_key = s.{{key}}
        JOIN clients_client c ON c.firm_id = e.firm_id AND c.id = e.client_id
        WHERE e.firm_id = %(firm)s AND s.client_id IS NULL AND c.merged_into_id IS NULL AND {NOT_APART}
          AND (s.tax_code IS NULL OR c.tax_code IN ('', s.tax_code))
        GROUP BY s.row_id
    ) found WHERE found.row_id = s.row_id
"""
# Within the file: each row points to the first row of the same client (itself, if it is the first).
OWN_HEAD = "UPDATE import_stage SET head = row_id"
FIRST_OF_CLIENT = """
    UPDATE import_stage s SET head = first.row_id FROM (
        SELECT client_id, min(row_id) AS row_id FROM import_stage WHERE client_id IS NOT NULL
        GROUP BY client_id HAVING count(*) > 1
    ) first WHERE first.client_id = s.client_id
"""
FIRST_WITH_EXTERNAL_ID = """
    UPDATE import_stage s SET head = first.row_id FROM (
        SELECT external_source, external_id, min(row_id) AS row_id FROM import_stage
        WHERE external_id IS NOT NULL AND client_id IS NULL
        GROUP BY external_source, external_id HAVING count(*) > 1
    ) first
    WHERE s.external_id = first.external_id AND s.external_source IS NOT DISTINCT FROM first.external_source
      AND s.client_id IS NULL
"""
ROWS_NOT_APART = """(s.external_id IS NULL OR o.external_id IS NULL
          OR s.external_source IS DISTINCT FROM o.external_source OR s.external_id = o.external_id)"""
FIRST_WITH = f"""
    UPDATE import_stage s SET head = first.row_id, client_id = first.client_id FROM (
        SELECT s.row_id AS of_row, min(o.row_id) AS row_id, min(o.client_id) AS client_id
        FROM import_stage s JOIN import_stage o ON o.{{key}} = s.{{key}} AND o.row_id < s.row_id
        WHERE s.client_id IS NULL AND s.head = s.row_id AND {ROWS_NOT_APART} AND {{unless}}
        GROUP BY s.row_id
    ) first WHERE first.of_row = s.row_id
"""
SAME_TAX_CODE = "(s.tax_code IS NULL OR o.tax_code IS NULL OR s.tax_code = o.tax_code)"
FOLLOW = """
    UPDATE import_stage s SET head = h.head, client_id = coalesce(s.client_id, h.client_id)
    FROM import_stage h WHERE h.row_id = s.head AND (h.head <> s.head OR s.client_id IS DISTINCT FROM h.client_id)
"""
# One pass over the file: an EXISTS beside an OR would read the table once for each of its rows.
REPEATED = """s.client_id IS NOT NULL OR s.row_id IN (
        SELECT row_id FROM (
            SELECT row_id, row_number() OVER (PARTITION BY external_source, external_id ORDER BY row_id) AS place
            FROM import_stage WHERE external_id IS NOT NULL
        ) numbered WHERE place > 1)"""
REFUSE = """
    WITH gone AS (DELETE FROM import_stage s WHERE {condition} RETURNING s.line, {value} AS value)
    INSERT INTO import_refused (line, place, header, value, code, message)
    SELECT line, 0, %(header)s, coalesce(value, ''), %(code)s, %(message)s FROM gone
"""


def match(staged: Staged, *, by: Membership | None, on: Collection[str]) -> None:
    """Give each row its client, if there is one, and each later row of the same client the first one as its head."""
    _match_existing(staged, on)
    if by is not None:
        _refuse_invisible(staged, by)
    _match_within_file(staged, on)


def refuse_known_external_ids(staged: Staged) -> None:
    """Where duplicates are to be created, an external id can still be taken only once."""
    _run(BY_EXTERNAL_ID)
    refuse(REPEATED, value="s.external_id", code="duplicate_external_id", header=staged.header("external_id"))
    _run(OWN_HEAD)


def drop_duplicates() -> int:
    """Leave what is there alone: only the first row of each new client stays. Returns the number of rows that go."""
    return _run("DELETE FROM import_stage WHERE client_id IS NOT NULL OR row_id <> head")


def refuse(condition: str, *, value: str, code: str, header: str) -> None:
    """Take the rows that fulfil the condition out of the staging table, with the reason."""
    _run(REFUSE.format(condition=condition, value=value), header=header, code=code, message=message(code))


def _match_existing(staged: Staged, on: Collection[str]) -> None:
    if "external_id" in staged.headers:
        _run(BY_EXTERNAL_ID)
    ambiguous = "s.head < -1"
    if "tax_code" in staged.headers and MatchKey.TAX_CODE in on:
        _run(BY_TAX_CODE)
        refuse(ambiguous, value="s.tax_code", code="ambiguous_duplicate", header=staged.header("tax_code"))
    for name in staged.named(Place.EMAIL) if MatchKey.EMAIL in on else ():
        _run(BY_EMAIL.format(key=f"{name}_key"))
        refuse(ambiguous, value=f"s.{name}", code="ambiguous_duplicate", header=staged.header(name))


def _refuse_invisible(staged: Staged, by: Membership) -> None:
    """A member who does not see all clients changes only those that he sees."""
    seen, params = visible_clients(by).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible = cursor.mogrify(seen, params).decode().replace("%", "%%")
    refuse(
        f"s.client_id IS NOT NULL AND s.client_id NOT IN ({visible})",
        value="coalesce(s.external_id, s.tax_code)",
        code="not_your_client",
        header=staged.header("external_id", "tax_code", *staged.named(Place.EMAIL)),
    )


def _match_within_file(staged: Staged, on: Collection[str]) -> None:
    _run(OWN_HEAD)
    if "external_id" in staged.headers:
        _run(FIRST_WITH_EXTERNAL_ID)
    if "tax_code" in staged.headers and MatchKey.TAX_CODE in on:
        _run(FIRST_WITH.format(key="tax_code", unless=SAME_NAME))
    for name in staged.named(Place.EMAIL) if MatchKey.EMAIL in on else ():
        _run(FIRST_WITH.format(key=f"{name}_key", unless=SAME_TAX_CODE))
    _run(FIRST_OF_CLIENT)
    for _hop in range(2):
        _run(FOLLOW)


def _run(statement: str, **params: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"firm": bound_firm_id(), **params})
        return int(cursor.rowcount)
