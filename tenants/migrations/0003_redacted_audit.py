"""The one way to take values out of the trail, for a person who is erased (docs/decisions): inside the bound firm only."""

from django.db import migrations

FORWARD = """
GRANT SELECT, UPDATE (before, after) ON tenants_auditevent TO cadenza_definer;

CREATE FUNCTION app.redact_audit(kind text, ids bigint[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.tenants_auditevent SET
        before = (SELECT coalesce(jsonb_object_agg(name, NULL), '{}') FROM jsonb_object_keys(before) AS name),
        after = (SELECT coalesce(jsonb_object_agg(name, NULL), '{}') FROM jsonb_object_keys(after) AS name)
    WHERE firm_id = nullif(current_setting('app.firm_id', true), '')::bigint
      AND target_kind = kind AND target_id = ANY(ids)
$$;

REVOKE ALL ON FUNCTION app.redact_audit(text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.redact_audit(text, bigint[]) TO cadenza_app;
ALTER FUNCTION app.redact_audit(text, bigint[]) OWNER TO cadenza_definer;
"""

BACKWARD = """
DROP FUNCTION app.redact_audit(text, bigint[]);
REVOKE ALL ON tenants_auditevent FROM cadenza_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_unbound_functions")]

    operations = [migrations.RunSQL(FORWARD.strip(), BACKWARD.strip())]
