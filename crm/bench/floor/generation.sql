-- The communications of a run, by hand: the same rows into a table with the same columns, keys and indexes.
INSERT INTO bench_communication (firm_id, run_id, client_id, company_id, address, state, generated_at, subject, text,
    problem, version)
SELECT a.firm_id, a.run_id, a.client_id, p.company_id, a.address, 'generated', %(at)s, '', '', '', 1
FROM communications_audiencemember a
LEFT JOIN clients_profile p ON p.firm_id = a.firm_id AND p.client_id = a.client_id
WHERE a.firm_id = %(firm)s AND a.run_id = %(run)s AND a.reason = ''
