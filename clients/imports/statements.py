"""What brings the rows of the staging table (alias s) into the tables."""

from __future__ import annotations

# What a statement has to check at its end takes memory for each row: those that put in new rows are run for so many
# rows of the file at a time.
PORTION = "s.row_id > %(from_row)s AND s.row_id <= %(to_row)s"
# Of several rows of one client the last word on each fact counts; the first row carries it.
MERGE = """
    UPDATE import_stage s SET {assignments} FROM (
        SELECT head, {columns} FROM import_stage GROUP BY head HAVING count(*) > 1
    ) m WHERE s.row_id = m.head
"""
LAST_WORD = "(array_agg({0} ORDER BY row_id DESC) FILTER (WHERE {0} IS NOT NULL))[1] AS {0}"
# A company has its name in company_name, wherever the file has it.
KINDS = """
    UPDATE import_stage SET
        kind = coalesce(kind, CASE WHEN company_name IS NOT NULL AND last_name IS NULL AND first_name IS NULL
                                   THEN 'company' ELSE 'person' END),
        company_name = CASE WHEN kind = 'company' THEN coalesce(company_name, last_name) ELSE company_name END,
        company_name_key = CASE WHEN kind = 'company' THEN coalesce(company_name_key, last_name_key)
                                ELSE company_name_key END,
        last_name = CASE WHEN kind = 'company' AND company_name IS NULL THEN NULL ELSE last_name END,
        last_name_key = CASE WHEN kind = 'company' AND company_name IS NULL THEN NULL ELSE last_name_key END
    WHERE client_id IS NULL
"""
NAMELESS = """s.head IN (SELECT h.row_id FROM import_stage h WHERE h.client_id IS NULL AND h.row_id = h.head
    AND CASE h.kind WHEN 'company' THEN h.company_name IS NULL ELSE h.last_name IS NULL END)"""
NEW = f"""
    UPDATE import_stage s SET created = true, client_id = numbered.id,
        name = CASE kind WHEN 'company' THEN company_name ELSE concat_ws(' ', last_name, first_name) END,
        name_key = CASE kind WHEN 'company' THEN company_name_key ELSE concat_ws(' ', last_name_key, first_name_key) END
    FROM (
        SELECT row_id, nextval(pg_get_serial_sequence('clients_client', 'id')) AS id FROM (
            SELECT s.row_id FROM import_stage s WHERE s.client_id IS NULL AND s.row_id = s.head AND {PORTION}
            ORDER BY s.row_id
        ) new
    ) numbered WHERE numbered.row_id = s.row_id AND {PORTION}
"""  # noqa: S608 - constants
CREATED = f"SELECT s.* FROM import_stage s WHERE s.created AND {PORTION} ORDER BY s.client_id"  # noqa: S608 - as above
FOLLOWERS = """
    UPDATE import_stage s SET client_id = h.client_id FROM import_stage h
    WHERE h.row_id = s.head AND s.row_id <> s.head AND s.client_id IS NULL
"""
STATUS_CHANGES = """
    SELECT s.client_id, CASE WHEN NOT s.created THEN c.status_id END AS from_status_id, s.status_id AS to_status_id
    FROM import_stage s JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = s.client_id
    WHERE s.row_id = s.head AND s.status_id IS NOT NULL AND (s.created OR s.status_id IS DISTINCT FROM c.status_id)
"""
NEW_LABELS = """
    SELECT DISTINCT ON (part.key) part.name, part.key AS name_key
    FROM import_stage s, unnest(string_to_array(s.labels, %(apart)s), string_to_array(s.labels_key, %(apart)s))
        AS part(name, key)
    ORDER BY part.key, s.row_id
"""
WORN_LABELS = """
    SELECT DISTINCT s.client_id, l.id AS label_id
    FROM import_stage s, unnest(string_to_array(s.labels_key, %(apart)s)) AS part(key)
    JOIN clients_label l ON l.firm_id = %(firm)s AND l.name_key = part.key
"""
TOUCH = "INSERT INTO import_touched SELECT DISTINCT client_id FROM written ON CONFLICT DO NOTHING"
MADE = "INSERT INTO import_made (made, row_id, client_id, before) SELECT %(made)s, id, client_id, before FROM written"
# New clients have their version already; what is left in import_touched was there before and has changed.
ONLY_CHANGED = "DELETE FROM import_touched t USING import_stage s WHERE s.created AND s.client_id = t.client_id"
BUMP = """
    UPDATE clients_client c SET version = c.version + 1, updated_at = %(at)s FROM import_touched t
    WHERE c.firm_id = %(firm)s AND c.id = t.client_id
"""
NAMES_AFTER = """
    SELECT c.id, CASE c.kind WHEN 'company' THEN c.company_name
        ELSE concat_ws(' ', nullif(c.last_name, ''), nullif(c.first_name, '')) END
    FROM import_touched t JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = t.client_id
    WHERE t.client_id > %(last)s ORDER BY t.client_id LIMIT %(at_once)s
"""
RENAME = """
    UPDATE clients_client c SET name = n.name, name_key = n.key
    FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(keys)s::text[]) AS n(id, name, key)
    WHERE c.firm_id = %(firm)s AND c.id = n.id AND c.name IS DISTINCT FROM n.name AND n.name <> ''
"""
COUNTS = "SELECT count(*) FILTER (WHERE created), (SELECT count(*) FROM import_touched), count(*) FROM import_stage"
