"""What an import has done, kept for its undo: whom it created or changed, and what stood there before."""

from __future__ import annotations

from clients.imports.statements import PORTION
from clients.imports.writing import Writing
from clients.models import ImportJob

# A new client goes with everything that names him: only what was done to others has to be remembered row by row.
CREATED = f"""
    INSERT INTO clients_importedclient (firm_id, import_job_id, client_id, created, version, kept, kept_for)
    SELECT %(firm)s, %(job)s, s.client_id, true, 1, '', '' FROM import_stage s WHERE s.created AND {PORTION}
"""  # noqa: S608 - constants
CHANGED = """
    INSERT INTO clients_importedclient (firm_id, import_job_id, client_id, created, version, kept, kept_for)
    SELECT %(firm)s, %(job)s, c.id, false, c.version, '', ''
    FROM import_touched t JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = t.client_id
"""
ROWS = """
    INSERT INTO clients_importedrow (firm_id, import_job_id, "table", row_id, client_id, before)
    SELECT %(firm)s, %(job)s, m.made, m.row_id, m.client_id, m.before FROM (
        SELECT DISTINCT ON (made, row_id) * FROM import_made ORDER BY made, row_id, seq
    ) m WHERE m.client_id IS NULL OR m.client_id IN (SELECT client_id FROM import_touched) ORDER BY m.seq
"""


def record(writing: Writing, job: ImportJob) -> None:
    writing.run(CREATED, job=job.pk)
    writing.run(CHANGED, job=job.pk)
    writing.run(ROWS, job=job.pk)
