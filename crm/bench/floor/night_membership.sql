-- All five groups in one pass over clients and profiles; only the difference is written.
WITH fresh AS (
    SELECT c.id AS client_id, array_remove(ARRAY[
               CASE WHEN c.aum >= 100000000 THEN %(platinum)s END,
               CASE WHEN c.aum >= 30000000 AND c.aum < 100000000 THEN %(gold)s END,
               CASE WHEN c.aum >= 5000000 AND c.aum < 30000000 THEN %(silver)s END,
               CASE WHEN c.aum < 5000000 THEN %(base)s END,
               CASE WHEN p.risk_profile_id = ANY(%(risks)s)
                     AND (c.aum >= 10000000 OR p.marketing_consent) THEN %(bold)s END
           ]::bigint[], NULL) AS groups
    FROM clients_client c LEFT JOIN clients_profile p ON p.firm_id = %(firm)s AND p.client_id = c.id
    WHERE c.firm_id = %(firm)s AND c.state = 'active'
), differs AS (
    SELECT client_id, coalesce(f.groups, '{}') AS fresh, coalesce(s.groups, '{}') AS stored
    FROM fresh f
    FULL JOIN (
        SELECT client_id, array_agg(group_id ORDER BY group_id) AS groups
        FROM floor.member WHERE firm_id = %(firm)s GROUP BY client_id
    ) s USING (client_id)
    WHERE coalesce(f.groups, '{}') IS DISTINCT FROM coalesce(s.groups, '{}')
), gone AS (
    DELETE FROM floor.member m USING differs d
    WHERE m.firm_id = %(firm)s AND m.client_id = d.client_id AND m.group_id <> ALL (d.fresh)
)
INSERT INTO floor.member (firm_id, client_id, group_id)
SELECT %(firm)s, client_id, entered FROM differs, unnest(fresh) entered WHERE entered <> ALL (stored)
