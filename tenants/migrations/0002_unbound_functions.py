"""What models cannot say: the definer functions that work before a firm is bound, the policies that let only their
owner look across, and an audit trail that the product can write but not rewrite."""

from django.db import migrations

FORWARD = """
CREATE POLICY tenants_firm_definer ON tenants_firm FOR SELECT TO cadenza_definer USING (true);
CREATE POLICY tenants_membership_definer ON tenants_membership FOR SELECT TO cadenza_definer USING (true);
GRANT SELECT ON tenants_firm, tenants_membership TO cadenza_definer;

CREATE FUNCTION app.firms_of_user(wanted bigint)
RETURNS TABLE (firm_id bigint, slug text, name text, membership_id bigint, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.id, f.slug::text, f.name::text, m.id, m.role::text
    FROM public.tenants_membership m JOIN public.tenants_firm f ON f.id = m.firm_id
    WHERE m.user_id = wanted AND m.is_active
    ORDER BY f.name, f.id
$$;

CREATE FUNCTION app.all_firms() RETURNS TABLE (firm_id bigint, slug text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, slug::text FROM public.tenants_firm ORDER BY id
$$;

REVOKE ALL ON FUNCTION app.firms_of_user(bigint), app.all_firms() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.firms_of_user(bigint), app.all_firms() TO cadenza_app;
ALTER FUNCTION app.firms_of_user(bigint) OWNER TO cadenza_definer;
ALTER FUNCTION app.all_firms() OWNER TO cadenza_definer;

REVOKE UPDATE, DELETE ON tenants_auditevent FROM cadenza_app;
"""

BACKWARD = """
GRANT UPDATE, DELETE ON tenants_auditevent TO cadenza_app;
DROP FUNCTION app.all_firms(), app.firms_of_user(bigint);
DROP POLICY tenants_membership_definer ON tenants_membership;
DROP POLICY tenants_firm_definer ON tenants_firm;
REVOKE SELECT ON tenants_firm, tenants_membership FROM cadenza_definer;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD.strip(), BACKWARD.strip())]
