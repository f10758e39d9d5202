-- User fields of one firm with the values of built-in columns: an amount, a date and an e-mail address for every client.
INSERT INTO clients_customfield
    (firm_id, key, label, help_text, type, list_name, form, required, in_mail, active, position, created_at, updated_at)
SELECT %(firm)s, 'bench_' || type, 'Bench ' || type, '', type, '', 'both', false, true, true, 90, now(), now()
FROM unnest(ARRAY['money', 'date', 'text']) AS type
ON CONFLICT (firm_id, key) DO NOTHING;

INSERT INTO clients_customvalue (firm_id, client_id, field_id, text, text_key, amount, day)
SELECT %(firm)s, p.client_id, f.id, CASE f.type WHEN 'text' THEN e.address ELSE '' END,
       CASE f.type WHEN 'text' THEN e.address_key ELSE '' END,
       CASE f.type WHEN 'money' THEN c.aum END, CASE f.type WHEN 'date' THEN p.birth_date END
FROM clients_profile p
JOIN clients_client c ON c.firm_id = p.firm_id AND c.id = p.client_id
JOIN clients_customfield f ON f.firm_id = p.firm_id AND f.key LIKE 'bench\_%%'
LEFT JOIN clients_email e ON e.firm_id = p.firm_id AND e.client_id = p.client_id AND e.position = 1
WHERE p.firm_id = %(firm)s
  AND CASE f.type WHEN 'money' THEN c.aum IS NOT NULL WHEN 'text' THEN e.id IS NOT NULL ELSE p.birth_date IS NOT NULL END
ORDER BY f.id, p.client_id
-- The nights of an earlier run have changed what stands in the columns.
ON CONFLICT (firm_id, client_id, field_id, entry_id) DO UPDATE
SET amount = excluded.amount, day = excluded.day, text = excluded.text, text_key = excluded.text_key
WHERE (clients_customvalue.amount, clients_customvalue.day, clients_customvalue.text)
    IS DISTINCT FROM (excluded.amount, excluded.day, excluded.text);
