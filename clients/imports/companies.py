"""The companies that the rows of a file name: whom a contact is linked to, and what a company stands below.

Each is meant by external id, VAT number, tax code or name: one that the firm has and the importing member sees, another
row of the file, or, where the mapping wants that, a new one (STY-06).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from clients.imports.matching import refuse
from clients.imports.writing import Writing
from clients.models import Profile
from clients.queries import visible_clients
from tenants.enums import Role
from tenants.models import Membership
from tenants.permissions import Permission

# Longer than any group of companies; a walk upwards that has not ended by then goes in a circle.
DEEPEST = 40
# ``ref`` is a client's id, or the row of a new one with a minus before it. Who was merged away leads to who stayed.
KNOWN = """
    DROP TABLE IF EXISTS import_companies, import_linked;
    CREATE TEMP TABLE import_companies ON COMMIT DROP AS
    SELECT name, CASE WHEN min(ref) = max(ref) THEN min(ref) END AS ref FROM (
        SELECT coalesce(c.merged_into_id, c.id) AS ref,
            unnest(ARRAY[c.name_key, c.external_id, c.vat_number, c.tax_code]) AS name
        FROM clients_client c
        WHERE c.firm_id = %(firm)s AND c.kind = 'company' AND (c.state <> 'archived' OR c.merged_into_id IS NOT NULL)
          AND {is_seen}
        UNION ALL
        SELECT coalesce(s.client_id, -s.head), unnest(ARRAY[s.company_name_key, s.external_id, s.tax_code, {vat}])
        FROM import_stage s WHERE s.kind = 'company'
    ) named WHERE name <> '' AND name IN (SELECT unnest(ARRAY[{asked}]) FROM import_stage) GROUP BY name;
    ANALYZE import_companies;
    CREATE TEMP TABLE import_linked (target text, head integer, ref bigint) ON COMMIT DROP
"""
# The advisor who brings a company in looks after it, as after everybody else of his file.
CREATE = """
    WITH wanted AS (
        SELECT DISTINCT ON (s.{name}_key) s.line, s.{name} AS name, s.{name}_key AS key FROM import_stage s
        WHERE s.row_id = s.head AND s.{name} IS NOT NULL AND s.{name}_code IS NULL AND NOT EXISTS (
            SELECT FROM import_companies k WHERE k.name IN (s.{name}, s.{name}_key)
        ) ORDER BY s.{name}_key, s.row_id
    ), made AS (
        INSERT INTO import_stage (line, kind, company_name, company_name_key, advisor_id)
        SELECT line, 'company', name, key, %(advisor)s FROM wanted ORDER BY line RETURNING row_id, company_name_key
    )
    INSERT INTO import_companies (name, ref) SELECT company_name_key, -row_id FROM made
"""
OWN_HEAD = "UPDATE import_stage SET head = row_id WHERE head IS NULL"
RESOLVE = """
    INSERT INTO import_linked (target, head, ref)
    SELECT '{name}', s.row_id, coalesce(by_id.ref, by_code.ref, by_name.ref) FROM import_stage s
    LEFT JOIN import_companies by_id ON by_id.name = s.{name}
    LEFT JOIN import_companies by_code ON by_code.name = s.{name}_code
    LEFT JOIN import_companies by_name ON by_name.name = s.{name}_key
    WHERE s.row_id = s.head AND s.{name} IS NOT NULL
"""
UNKNOWN = "s.head IN (SELECT head FROM import_linked WHERE target = '{name}' AND ref IS NULL)"
OF_A_PERSON = """s.head IN (
    SELECT h.row_id FROM import_stage h LEFT JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = h.client_id
    WHERE h.row_id = h.head AND h.{name} IS NOT NULL AND coalesce(h.kind, c.kind) <> 'company')"""
# From each company that the file puts below another one upwards: what the file says counts, else what the firm has.
CIRCLE = """s.head IN (
    WITH RECURSIVE said AS (
        SELECT coalesce(h.client_id, -h.row_id) AS company, l.ref AS above, l.head
        FROM import_linked l JOIN import_stage h ON h.row_id = l.head WHERE l.target = '{name}'
    ), walk AS (
        SELECT head, company AS started, above AS here, 1 AS steps FROM said
        UNION ALL
        SELECT w.head, w.started, CASE WHEN said.company IS NULL THEN p.parent_company_id ELSE said.above END,
            w.steps + 1
        FROM walk w LEFT JOIN said ON said.company = w.here
        LEFT JOIN clients_profile p ON p.firm_id = %(firm)s AND p.client_id = w.here
        WHERE w.here IS NOT NULL AND w.here <> w.started AND w.steps < {deepest}
    )
    SELECT head FROM walk WHERE {wrong})"""
# First those that stand in a circle: once they are refused, whoever only led there leads to an end.
WRONG = ("here = started", "here IS NOT NULL AND steps = {deepest}")
# Whoever names a row that has been refused, and whoever names him.
LOST = """s.head IN (
    WITH RECURSIVE lost AS (
        SELECT l.head FROM import_linked l
        WHERE l.ref < 0 AND NOT EXISTS (SELECT FROM import_stage h WHERE h.row_id = -l.ref)
        UNION
        SELECT l.head FROM import_linked l JOIN lost ON l.ref = -lost.head
    ) SELECT head FROM lost)"""
LINK = """
    SET {column} = f.id FROM (
        SELECT s.client_id, CASE WHEN l.ref < 0 THEN h.client_id ELSE l.ref END AS id
        FROM import_linked l JOIN import_stage s ON s.row_id = l.head LEFT JOIN import_stage h ON h.row_id = -l.ref
        WHERE l.target = '{name}'
    ) f
    WHERE t.firm_id = %(firm)s AND t.client_id = f.client_id AND f.id <> f.client_id
      AND t.{column} IS DISTINCT FROM f.id
"""


@dataclass(frozen=True)
class Link:
    """A target that names a company, and the column of the profile that keeps it."""

    name: str
    column: str
    is_group: bool = False


LINKS = (Link("company", "company_id"), Link("parent_company", "parent_company_id", is_group=True))


def resolve(writing: Writing, *, may_create: bool) -> None:
    """Before anything is written: find the companies that the rows name, and refuse whoever names none."""
    links = _links(writing)
    if not links:
        return
    for each in links:
        if each.is_group:
            _refuse(writing, each, OF_A_PERSON, "parent_of_a_person")
    _know(writing, links)
    if may_create:
        _create(writing, links)
    for each in links:
        writing.run(RESOLVE.format(name=each.name))
        _refuse(writing, each, UNKNOWN, "unknown_company")
        for wrong in WRONG if each.is_group else ():
            _refuse(writing, each, CIRCLE.replace("{wrong}", wrong), "circle_of_companies")
    for each in links:
        _refuse(writing, each, LOST, "company_refused")


def link(writing: Writing) -> None:
    """After the companies of the file are there."""
    for each in _links(writing):
        writing.update_and_touch(Profile, LINK.format(name=each.name, column=each.column))


def _create(writing: Writing, links: list[Link]) -> None:
    own = writing.by if writing.by is not None and writing.by.role == Role.ADVISOR else None
    for each in links:
        writing.run(CREATE.format(name=each.name), advisor=own and own.pk)
        writing.run(OWN_HEAD)


def _links(writing: Writing) -> list[Link]:
    return [each for each in LINKS if each.name in writing.staged.headers]


def _know(writing: Writing, links: list[Link]) -> None:
    asked = ", ".join(f"{each.name}, {each.name}_key, {each.name}_code" for each in links)
    vat = "s.vat_number" if "vat_number" in writing.staged.headers else "NULL"
    writing.run(KNOWN.format(is_seen=_is_seen(writing.by), vat=vat, asked=asked))


def _is_seen(by: Membership | None) -> str:
    """What the member does not see does not exist for him."""
    if by is None or by.can(Permission.VIEW_ALL_CLIENTS):
        return "true"
    seen, params = visible_clients(by).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible: str = cursor.mogrify(seen, params).decode().replace("%", "%%")
    return f"coalesce(c.merged_into_id, c.id) IN ({visible})"


def _refuse(writing: Writing, which: Link, condition: str, code: str) -> None:
    header = writing.staged.header(which.name)
    refuse(condition.format(name=which.name, deepest=DEEPEST), value=f"s.{which.name}", code=code, header=header)
