"""A wrong tax code that came with a file is marked as kept, and the mark goes with a right one."""

from __future__ import annotations

from clients.imports.writing import Writing
from clients.models import Profile

KEPT_CODE = "(s.line IN (SELECT line FROM import_doubted WHERE code = 'tax_code_kept'))"
MARK_NEW = f"""
    UPDATE clients_profile p SET tax_code_kept = true FROM import_stage s
    WHERE p.firm_id = %(firm)s AND p.client_id = s.client_id AND s.created AND s.tax_code IS NOT NULL AND {KEPT_CODE}
"""  # noqa: S608 - constants
MARK_KNOWN = f"""
    SET tax_code_kept = nullif({KEPT_CODE}, false) FROM import_stage s
    WHERE t.firm_id = %(firm)s AND t.client_id = s.client_id AND s.row_id = s.head AND NOT s.created
      AND s.tax_code IS NOT NULL AND t.tax_code_kept IS DISTINCT FROM nullif({KEPT_CODE}, false)
"""


def mark(writing: Writing) -> None:
    """New clients have their version already; of the others the undo has to know."""
    writing.run(MARK_NEW)
    writing.update_and_touch(Profile, MARK_KNOWN)
