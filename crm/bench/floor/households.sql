-- Two fifths of a firm's clients in households of two or three; nothing where it has households already.
INSERT INTO clients_household
    (firm_id, name, name_key, notes, external_id, created_at, updated_at, version, taken_out)
SELECT %(firm)s, 'Bench ' || n, 'bench ' || n, '', 'bench-' || n, now(), now(), 1, '[]'
FROM generate_series(1, 1 + (SELECT count(*) FROM clients_client WHERE firm_id = %(firm)s) * 4 / 25) AS n
WHERE NOT EXISTS (SELECT FROM clients_household WHERE firm_id = %(firm)s);

UPDATE clients_profile p SET household_id = h.id
FROM (
    SELECT client_id, row_number() OVER (ORDER BY client_id) AS place FROM clients_profile WHERE firm_id = %(firm)s
) c
JOIN clients_household h ON h.firm_id = %(firm)s
    AND h.external_id = 'bench-' || 1 + c.place * 7919 %% (SELECT count(*) FROM clients_household WHERE firm_id = %(firm)s)
WHERE p.firm_id = %(firm)s AND p.client_id = c.client_id AND p.household_id IS NULL AND c.place %% 5 < 2;
