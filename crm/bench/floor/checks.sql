-- The reminders of a firm's three checks, raised anew: by hand, in one statement.
INSERT INTO bench_reminder (firm_id, check_rule_id, client_id, due_on, state, opened_on)
SELECT k.firm_id, k.id, c.id, p.document_expires_on, 'open', %(today)s
FROM scheduling_check k
JOIN clients_client c ON c.firm_id = k.firm_id AND c.state = 'active'
JOIN clients_profile p ON p.firm_id = c.firm_id AND p.client_id = c.id
WHERE k.firm_id = %(firm)s AND c.firm_id = %(firm)s AND k.name = 'bench document' AND p.document_expires_on <= %(today)s::date + 15
UNION ALL
SELECT k.firm_id, k.id, c.id, d.day, 'open', %(today)s
FROM scheduling_check k
JOIN clients_client c ON c.firm_id = k.firm_id AND c.state = 'active'
JOIN clients_profile p ON p.firm_id = c.firm_id AND p.client_id = c.id
JOIN (SELECT %(today)s::date - n AS day FROM generate_series(0, 7) n) d
    ON extract(month FROM p.birth_date) = extract(month FROM d.day)
    AND extract(day FROM p.birth_date) = extract(day FROM d.day)
WHERE k.firm_id = %(firm)s AND c.firm_id = %(firm)s AND k.name = 'bench birthday'
UNION ALL
SELECT k.firm_id, k.id, c.id, %(today)s, 'open', %(today)s
FROM scheduling_check k
JOIN clients_client c ON c.firm_id = k.firm_id AND c.state = 'active'
WHERE k.firm_id = %(firm)s AND c.firm_id = %(firm)s AND k.name = 'bench wealth' AND c.aum > 150000000
