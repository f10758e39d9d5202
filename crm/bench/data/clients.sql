-- Clients as they come to be: those of all firms in turn, so that no firm's rows lie together.
CREATE TEMP TABLE bench_client AS
SELECT row_number() OVER (ORDER BY hashint8extended(f.firm_id * 1000003 + place, 11)) AS id, f.firm_id
FROM bench_firm f, generate_series(1, f.size) place
ORDER BY id;
ANALYZE bench_client;

INSERT INTO clients_client (
    id, firm_id, kind, last_name, last_name_key, first_name, first_name_key, company_name, company_name_key, name,
    name_key, state, tax_code, vat_number, advisor_id, contact_id, specialist_id, status_id, category_id,
    main_portfolio_id, aum, external_source, external_id, created_at, updated_at, version
)
SELECT id, firm_id, 'person', last_name, last_key, first_name, first_key, '', '', last_name || ' ' || first_name,
       last_key || ' ' || first_key,
       CASE WHEN chance.state < 0.97 THEN 'active' ELSE 'archived' END,
       upper(translate(substr(md5(id::text), 1, 16), '0123456789', 'ghijklmnop')), '',
       advisors[1 + floor(chance.advisor * cardinality(advisors))::int], NULL, NULL,
       statuses[1 + floor(chance.status * chance.status * cardinality(statuses))::int], NULL, portfolio,
       -- From 5,000 to 2,000,000 euros, each power of ten as frequent as the next; three of a hundred are not known.
       CASE WHEN chance.known > 0.03 THEN round(5000 * power(400, chance.aum))::bigint * 100 END,
       'bench', id::text, now() - chance.age * interval '5 years', now() - chance.age * interval '1 year', 1
FROM (
    SELECT c.id, c.firm_id, f.advisors, f.statuses, f.portfolio,
           last_names.name AS last_name, last_names.key AS last_key,
           first_names.name AS first_name, first_names.key AS first_key
    FROM bench_client c
    JOIN bench_firm f USING (firm_id)
    JOIN bench_name last_names ON last_names.kind = 'last'
        AND last_names.place = (hashint8extended(c.id, 1) & 1073741823) %% %(last_names)s
    JOIN bench_name first_names ON first_names.kind = 'first'
        AND first_names.place = (hashint8extended(c.id, 2) & 1073741823) %% %(first_names)s
    ORDER BY c.id
) named
CROSS JOIN LATERAL (
    SELECT pg_temp.chance(id, 3) AS state, pg_temp.chance(id, 4) AS advisor, pg_temp.chance(id, 5) AS status,
           pg_temp.chance(id, 6) AS known, pg_temp.chance(id, 7) AS aum, pg_temp.chance(id, 8) AS age
) chance;

INSERT INTO clients_profile (
    firm_id, client_id, birth_date, birth_place, birth_place_key, pec, pec_key, profession, profession_key,
    marital_status, marital_status_key, education, education_key, risk_profile_id, mifid_class, time_horizon,
    time_horizon_key, objectives, objectives_key, document_type, document_type_key, document_number,
    document_number_key, pac_frequency, notes, notes_key, marketing_consent, is_pep, sex, iban
)
SELECT firm_id, id, date '1935-01-01' + floor(pg_temp.chance(id, 20) * 25000)::int, '', '', '', '', job.name,
       lower(job.name), '', '', '', '',
       f.risks[1 + floor(pg_temp.chance(id, 21) * 5)::int],
       'retail', '', '', '', '', '', '', '', '', '', '', '', pg_temp.chance(id, 22) < 0.6, false, '', ''
FROM bench_client JOIN bench_firm f USING (firm_id)
CROSS JOIN LATERAL (
    SELECT (ARRAY['Insegnante', 'Medico', 'Avvocato', 'Commerciante', 'Pensionato', 'Impiegato', 'Artigiano'])
           [1 + floor(pg_temp.chance(id, 23) * 7)::int] AS name
) job
ORDER BY id;

INSERT INTO clients_email (firm_id, client_id, position, address, address_key, for_communications)
SELECT firm_id, id, 1, 'cliente' || id || '@posta.example', 'cliente' || id || '@posta.example', true
FROM bench_client ORDER BY id;

INSERT INTO clients_phone (firm_id, client_id, position, number, kind)
SELECT firm_id, id, 1, '+39333' || lpad(id::text, 7, '0'), 'mobile' FROM bench_client ORDER BY id;

INSERT INTO clients_clientword (firm_id, client_id, word)
SELECT DISTINCT c.firm_id, c.id, word
FROM clients_client c, string_to_table(translate(c.name_key, '''', ' ') || ' ' || translate(c.name_key, '''', ''), ' ') word
WHERE word <> '' ORDER BY c.id;

SELECT setval(pg_get_serial_sequence('clients_client', 'id'), max(id)) FROM clients_client;
