"""The risk profile becomes a list that the firm edits (domain 6.1): no stored value, filter or way back is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from psycopg2.extras import Json

import tenants.constraints
import tenants.fields

FIELD = "risk_profile"
ENTRIES = (
    ("prudent", "Prudente", "Prudent"),
    ("moderate", "Moderato", "Moderate"),
    ("balanced", "Equilibrato", "Balanced"),
    ("dynamic", "Dinamico", "Dynamic"),
    ("aggressive", "Aggressivo", "Aggressive"),
)
# A list of the firm's own may have this key already: it keeps its entries under another one.
STEP_ASIDE = """
    UPDATE clients_customfield SET list_name = 'risk_profile_own' WHERE list_name = 'risk_profile';
    UPDATE clients_listentry SET list_name = 'risk_profile_own' WHERE list_name = 'risk_profile';
    UPDATE clients_userlist SET key = 'risk_profile_own' WHERE key = 'risk_profile'
"""
SUPPLY = """
    INSERT INTO clients_listentry (firm_id, list_name, name, code, active, position)
    SELECT f.id, 'risk_profile', CASE f.language WHEN 'en' THEN given.en ELSE given.it END, given.code, true, given.place
    FROM tenants_firm f, unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS given (code, it, en, place)
"""
POINT = """
    UPDATE clients_profile p SET risk_profile_id = e.id FROM clients_listentry e
    WHERE e.firm_id = p.firm_id AND e.list_name = 'risk_profile' AND e.code = p.risk_code
"""
ENTRY = """
    (SELECT {made} FROM clients_listentry e
     WHERE e.firm_id = t.firm_id AND e.list_name = 'risk_profile' AND e.code = {code})
"""
ROW = "jsonb_build_object('$row', jsonb_build_array('clients.listentry', e.id))"
# What a change of a record was, what a merge took over, what an import has overwritten: as their undo reads them.
EDITS = """
    UPDATE clients_clientedit t SET {column} = {column} || jsonb_build_object('risk_profile', {entry})
    WHERE {column} ? 'risk_profile'
"""
MERGES = """
    UPDATE clients_clientmerge t SET "values" = "values" || jsonb_build_object(
        'profile', ("values" -> 'profile') - 'risk_profile'
            || jsonb_build_object('risk_profile_id', jsonb_build_array(BEFORE, AFTER)))
    WHERE "values" -> 'profile' ? 'risk_profile'
"""
IMPORTS = """
    UPDATE clients_importedrow t SET before = before - 'risk_profile' || jsonb_build_object('risk_profile_id', {entry})
    WHERE "table" = 'clients_profile' AND before ? 'risk_profile'
"""
# Rows that were checked and wait to be imported are read again from their cells.
READ_AGAIN = """
    UPDATE clients_importrow r SET staged = '' FROM clients_importjob j
    WHERE j.firm_id = r.firm_id AND j.id = r.import_job_id AND r.staged <> '' AND j.mapping::text LIKE '%"risk_profile"%'
"""
# Every document that may be a filter, or hold one.
FILTERS = (
    ("groups_group", "filter"),
    ("groups_savedsearch", "filter"),
    ("groups_marketinglist", "filter"),
    ("groups_view", "filter"),
    ("scheduling_check", "condition"),
    ("scheduling_check", "scope"),
    ("tenants_removal", "rows"),
)
AT_ONCE = 1_000


def convert(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(STEP_ASIDE)
        cursor.execute(SUPPLY, [list(column) for column in zip(*ENTRIES, strict=True)])
        cursor.execute(POINT)
        convert_documents(cursor)


def convert_documents(cursor: Any) -> None:
    for statement in documents():
        cursor.execute(statement)
    codes: dict[int, dict[str, int]] = {}
    cursor.execute("SELECT firm_id, code, id FROM clients_listentry WHERE list_name = 'risk_profile' AND code <> ''")
    for firm, code, pk in cursor.fetchall():
        codes.setdefault(firm, {})[code] = pk
    for table, column in FILTERS:
        rewrite(cursor, table, column, codes)


def documents() -> Iterator[str]:
    for column in ("before", "after"):
        yield EDITS.format(column=column, entry=ENTRY.format(made=ROW, code=f"t.{column} ->> 'risk_profile'"))
    path = "t.\"values\" #>> '{{profile,risk_profile,{}}}'"
    before, after = (ENTRY.format(made="e.id", code=path.format(place)) for place in (0, 1))
    yield MERGES.replace("BEFORE", before).replace("AFTER", after)
    yield IMPORTS.format(entry=ENTRY.format(made="e.id", code="t.before ->> 'risk_profile'"))
    yield READ_AGAIN


def rewrite(cursor: Any, table: str, column: str, codes: dict[int, dict[str, int]]) -> None:
    """Page by page, so that no firm's number of filters matters."""
    last = 0
    while True:
        cursor.execute(
            f"SELECT id, firm_id, {column}::text FROM {table} WHERE id > %s AND {column}::text LIKE %s "  # noqa: S608
            "ORDER BY id LIMIT %s",
            [last, f'%"{FIELD}"%', AT_ONCE],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        written = [Json(renamed(json.loads(document), codes.get(firm, {}))) for _pk, firm, document in rows]
        cursor.execute(
            f"UPDATE {table} t SET {column} = given.document "  # noqa: S608
            "FROM unnest(%s::bigint[], %s::jsonb[]) AS given (id, document) WHERE t.id = given.id",
            [[pk for pk, _firm, _document in rows], written],
        )
        last = rows[-1][0]


def renamed(document: Any, codes: dict[str, int]) -> Any:
    """The document with the entries' ids where a condition on the risk profile has their codes."""
    if isinstance(document, list):
        return [renamed(part, codes) for part in document]
    if not isinstance(document, dict):
        return document
    if document.get("field") != FIELD or "value" not in document:
        return {key: renamed(part, codes) for key, part in document.items()}
    value = document["value"]
    if isinstance(value, list):
        return {**document, "value": [codes.get(one, one) if isinstance(one, str) else one for one in value]}
    return {**document, "value": codes.get(value, value) if isinstance(value, str) else value}


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0026_deleted_households"),
        ("groups", "0005_supplied_views"),
        ("scheduling", "0018_series"),
        ("tenants", "0008_second_step"),
    ]

    operations = [
        migrations.AddField(
            "listentry",
            "code",
            models.CharField("code", blank=True, default="", editable=False, max_length=20),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "listentry",
            models.UniqueConstraint(
                fields=["firm", "list_name", "code"],
                condition=models.Q(("code", ""), _negated=True),
                name="clients_listentry_code",
            ),
        ),
        migrations.RenameField("profile", "risk_profile", "risk_code"),
        migrations.AddField(
            "profile",
            "risk_profile",
            tenants.fields.FirmForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.listentry",
                verbose_name="risk profile",
            ),
        ),
        migrations.RunPython(convert, migrations.RunPython.noop),
        migrations.RemoveField("profile", "risk_code"),
        migrations.AddConstraint(
            "profile",
            tenants.constraints.SameFirm(field="risk_profile", name="clients_profile_risk_profile_same_firm"),
        ),
    ]
