-- Into an empty table: nothing to compare, in the order of the clients.
INSERT INTO floor.member (firm_id, client_id, group_id)
SELECT %(firm)s, client_id, entered FROM (
    SELECT c.id AS client_id, ARRAY[
               CASE WHEN c.aum >= 100000000 THEN %(platinum)s END,
               CASE WHEN c.aum >= 30000000 AND c.aum < 100000000 THEN %(gold)s END,
               CASE WHEN c.aum >= 5000000 AND c.aum < 30000000 THEN %(silver)s END,
               CASE WHEN c.aum < 5000000 THEN %(base)s END,
               CASE WHEN p.risk_profile_id = ANY(%(risks)s)
                     AND (c.aum >= 10000000 OR p.marketing_consent) THEN %(bold)s END
           ]::bigint[] AS groups
    FROM clients_client c LEFT JOIN clients_profile p ON p.firm_id = %(firm)s AND p.client_id = c.id
    WHERE c.firm_id = %(firm)s AND c.state = 'active'
    ORDER BY c.id
) fresh, unnest(groups) entered
WHERE entered IS NOT NULL
