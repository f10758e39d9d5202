-- From the temporary table that COPY filled to the four tables of a client; nothing is validated.
WITH made AS (
    INSERT INTO clients_client (
        firm_id, kind, last_name, last_name_key, first_name, first_name_key, company_name, company_name_key, name,
        name_key, state, tax_code, vat_number, aum, external_source, external_id,
        created_at, updated_at, version, main_portfolio_id
    )
    SELECT %(firm)s, 'person', name, lower(name), '', '', '', '', name, lower(name), 'active', '', '',
           (balance * 100)::bigint, 'floor', external_id, now(), now(), 1,
           (SELECT id FROM portfolios_portfolio WHERE firm_id = %(firm)s AND is_default)
    FROM bench_import
    RETURNING id, external_id, name_key
), profiles AS (
    INSERT INTO clients_profile (
        firm_id, client_id, birth_date, birth_place, birth_place_key, pec, pec_key, profession, profession_key,
        marital_status, marital_status_key, education, education_key, mifid_class, time_horizon,
        time_horizon_key, objectives, objectives_key, document_type, document_type_key, document_number,
        document_number_key, pac_frequency, notes, notes_key, sex, iban
    )
    SELECT %(firm)s, made.id, born, '', '', '', '', job, lower(job), marital, lower(marital), education,
           lower(education), '', '', '', '', '', '', '', '', '', '', '', '', '', ''
    FROM made JOIN bench_import USING (external_id)
), marks AS (
    INSERT INTO clients_changedclient (firm_id, client_id) SELECT %(firm)s, id FROM made
)
INSERT INTO clients_clientword (firm_id, client_id, word)
SELECT DISTINCT %(firm)s, made.id, word FROM made, string_to_table(translate(name_key, '.', ' '), ' ') word WHERE word <> ''
