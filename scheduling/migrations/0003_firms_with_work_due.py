"""The third and last function that works before a firm is bound: what the dispatcher of the nights asks."""

from django.db import migrations

FORWARD = """
CREATE POLICY scheduling_nightlyrun_definer ON scheduling_nightlyrun FOR SELECT TO cadenza_definer USING (true);
GRANT SELECT ON scheduling_nightlyrun TO cadenza_definer;

-- Every firm that may have a night to run: which nights of the last days are over and as of when, and which wait for a
-- worker. Whether one is due is for the caller to say: only he knows the hours of all zones.
CREATE FUNCTION app.firms_with_work_due(at timestamptz)
RETURNS TABLE (firm_id bigint, time_zone text, founded_at timestamptz, finished_on date[], finished_as_of timestamptz[],
               waiting_on date[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.id, f.time_zone::text, f.created_at,
           coalesce(array_agg(r.local_date ORDER BY r.local_date) FILTER (WHERE r.over), '{}'),
           coalesce(array_agg(coalesce(r.as_of, '9999-01-01') ORDER BY r.local_date) FILTER (WHERE r.over), '{}'),
           coalesce(array_agg(r.local_date ORDER BY r.local_date) FILTER (WHERE r.waits), '{}')
    FROM public.tenants_firm f
    LEFT JOIN (
        SELECT n.firm_id, n.local_date, n.clients, n.state IN ('done', 'dead') AS over,
               CASE WHEN n.state = 'done' THEN n.as_of END AS as_of,
               n.state = 'pending' OR (n.state IN ('running', 'failed') AND n.lease_until <= at) AS waits
        FROM public.scheduling_nightlyrun n
        WHERE n.local_date >= at::date - 10 OR n.state IN ('pending', 'running', 'failed')
    ) r ON r.firm_id = f.id
    GROUP BY f.id, f.time_zone, f.created_at
    ORDER BY max(r.clients) DESC NULLS LAST, f.id
$$;

REVOKE ALL ON FUNCTION app.firms_with_work_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.firms_with_work_due(timestamptz) TO cadenza_app;
ALTER FUNCTION app.firms_with_work_due(timestamptz) OWNER TO cadenza_definer;
"""

BACKWARD = """
DROP FUNCTION app.firms_with_work_due(timestamptz);
DROP POLICY scheduling_nightlyrun_definer ON scheduling_nightlyrun;
REVOKE SELECT ON scheduling_nightlyrun FROM cadenza_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_nights"), ("tenants", "0002_unbound_functions")]

    operations = [migrations.RunSQL(FORWARD.strip(), BACKWARD.strip())]
