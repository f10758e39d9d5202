"""The third definer function, asked for another kind of work: which firms have mail to send."""

from django.db import migrations

FORWARD = """
CREATE POLICY communications_outgoingmail_definer ON communications_outgoingmail
    FOR SELECT TO cadenza_definer USING (true);
GRANT SELECT ON communications_outgoingmail TO cadenza_definer;

CREATE FUNCTION app.firms_with_work_due(kind text, at timestamptz) RETURNS TABLE (firm_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT m.firm_id FROM public.communications_outgoingmail m
    WHERE firms_with_work_due.kind = 'mail'
      AND m.state IN ('pending', 'sending') AND m.available_at <= firms_with_work_due.at
      AND (m.state = 'pending' OR m.lease_until <= firms_with_work_due.at)
$$;

REVOKE ALL ON FUNCTION app.firms_with_work_due(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.firms_with_work_due(text, timestamptz) TO cadenza_app;
ALTER FUNCTION app.firms_with_work_due(text, timestamptz) OWNER TO cadenza_definer;
"""

BACKWARD = """
DROP FUNCTION app.firms_with_work_due(text, timestamptz);
DROP POLICY communications_outgoingmail_definer ON communications_outgoingmail;
REVOKE SELECT ON communications_outgoingmail FROM cadenza_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("communications", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD.strip(), BACKWARD.strip())]
