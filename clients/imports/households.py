"""The household of a row: by its key where the file has one, else by its name; one that is there, or a new one.

A name alone may be that of two families: whoever joins others by nothing but a name is told so (``import_doubted``),
unless he lives where they do.
"""

from __future__ import annotations

from django.db import connection

from clients.imports.matching import refuse
from clients.imports.refusals import message
from clients.imports.writing import Writing
from clients.models import Household, Profile
from clients.queries import visible_households
from tenants.models import Membership
from tenants.permissions import Permission

NAME, KEY = "household", "household_external_id"
NOT_YOURS, TWO_KNOWN, SHARED = "not_your_household", "household_by_name", "household_shared"
# A key and a name are never confused: ``#k12`` and ``=rossi``. Of a name several households have, ``id`` is empty.
KNOWN = """
    SELECT '#' || h.external_id AS said, h.id, {is_seen} AS is_seen FROM clients_household h
    WHERE h.firm_id = %(firm)s AND h.external_id <> '' AND h.deleted_at IS NULL
    UNION ALL
    SELECT '=' || h.name_key, CASE WHEN count(*) = 1 THEN min(h.id) END, true FROM clients_household h
    WHERE h.firm_id = %(firm)s AND h.deleted_at IS NULL AND {is_seen} GROUP BY h.name_key
"""
OF_KNOWN = "{said} IN (SELECT k.said FROM ({known}) k WHERE {of_these})"
NEW = """
    SELECT DISTINCT ON (said) name, name_key, external_id FROM (
        SELECT {said} AS said, {name} AS name, {name_key} AS name_key, coalesce({key}, '') AS external_id, s.row_id
        FROM import_stage s WHERE s.row_id = s.head
    ) asked WHERE said IS NOT NULL AND NOT EXISTS (SELECT FROM ({known}) k WHERE k.said = asked.said)
    ORDER BY said, row_id
"""
JOIN = """
    SET household_id = k.id FROM import_stage s JOIN ({known}) k ON k.said = {said}
    WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id AND s.row_id = s.head
      AND t.household_id IS DISTINCT FROM k.id
"""
DOUBT = """
    INSERT INTO import_doubted (line, place, header, value, code, message)
    SELECT s.line, 0, %(header)s, s.household, %(code)s, {message} FROM import_stage s {joined}
    WHERE s.row_id = s.head AND s.household IS NOT NULL AND {key} IS NULL AND {unless}
"""
OF_A_KNOWN_ONE = "JOIN ({known}) k ON k.said = '=' || s.household_key"
NOT_A_MEMBER = """NOT EXISTS (
    SELECT FROM clients_profile p WHERE p.firm_id = %(firm)s AND p.client_id = s.client_id AND p.household_id = k.id)"""
LIVES_WITH_A_MEMBER = """EXISTS (
    SELECT FROM clients_profile p JOIN clients_address a ON a.firm_id = p.firm_id AND a.client_id = p.client_id
    WHERE p.firm_id = %(firm)s AND p.household_id = k.id AND a.position = 1 AND lower(a.street) = lower(s.street))"""
OF_ANOTHER_ROW = """JOIN (
    SELECT DISTINCT ON (household_key) household_key, line, row_id {street} FROM import_stage s
    WHERE row_id = head AND household_key IS NOT NULL AND {key} IS NULL ORDER BY household_key, row_id
) f ON f.household_key = s.household_key AND f.row_id < s.row_id"""


def check(writing: Writing) -> None:
    """Before anything is written: refuse what names no one household, and tell who is joined by a name alone."""
    parts = _parts(writing)
    for code, header, of_these in (("ambiguous_entry", NAME, "k.id IS NULL"), (NOT_YOURS, KEY, "NOT k.is_seen")):
        condition = OF_KNOWN.format(of_these=of_these, **parts)
        refuse(condition, value=parts["shown"], code=code, header=writing.staged.header(header))
    if NAME in writing.staged.headers:
        _doubt(writing, parts)


def join(writing: Writing) -> None:
    """After the clients are there."""
    parts = _parts(writing)
    given = {name: f"r.{name}" for name in ("name", "name_key", "external_id")}
    writing.insert_and_note(Household, NEW.format(**parts), given, client="NULL")
    writing.update_and_touch(Profile, JOIN.format(**parts))


def _doubt(writing: Writing, parts: dict[str, str]) -> None:
    """Of a known household whoever is not in it yet; of a new one every row but the first."""
    has_street = "street" in writing.staged.headers
    apart = f"AND NOT {LIVES_WITH_A_MEMBER}" if has_street else ""
    known = OF_A_KNOWN_ONE.format(**parts)
    told = {"header": writing.staged.header(NAME)}
    statement = DOUBT.format(joined=known, unless=f"{NOT_A_MEMBER} {apart}", message="%(message)s", key=parts["key"])
    writing.run(statement, code=TWO_KNOWN, message=message(TWO_KNOWN), **told)
    apart = "AND lower(f.street) IS DISTINCT FROM lower(s.street)" if has_street else ""
    first = OF_ANOTHER_ROW.format(key=parts["key"], street=", street" if has_street else "")
    is_new = f"NOT EXISTS (SELECT FROM ({parts['known']}) k WHERE k.said = '=' || s.household_key)"
    statement = DOUBT.format(
        joined=first,
        unless=f"{is_new} {apart}",
        message="replace(%(message)s, '{line}', f.line::text)",
        key=parts["key"],
    )
    writing.run(statement, code=SHARED, message=message(SHARED, {"line": "{line}"}), **told)


def _parts(writing: Writing) -> dict[str, str]:
    """How the statements speak of a row's key and name, as far as the file has them."""
    has = writing.staged.headers
    key = f"s.{KEY}" if KEY in has else "NULL::text"
    name, name_key = ("s.household", "s.household_key") if NAME in has else ("NULL::text", "NULL::text")
    key_folded = f"s.{KEY}_key" if KEY in has else "NULL::text"
    return {
        "key": key,
        "name": f"coalesce({name}, {key})",
        "name_key": f"coalesce({name_key}, {key_folded})",
        "said": f"coalesce('#' || {key}, '=' || {name_key})",
        "shown": f"coalesce({key}, {name})",
        "known": KNOWN.format(is_seen=_is_seen(writing.by)),
    }


def _is_seen(by: Membership | None) -> str:
    """A family of which the member sees nobody does not exist for him."""
    if by is None or by.can(Permission.VIEW_ALL_CLIENTS):
        return "true"
    seen, params = visible_households(by).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible: str = cursor.mogrify(seen, params).decode().replace("%", "%%")
    return f"h.id IN ({visible})"
