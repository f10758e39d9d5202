SELECT count(*) FROM clients_client c JOIN clients_profile p ON p.firm_id = %(firm)s AND p.client_id = c.id
WHERE c.firm_id = %(firm)s AND c.aum >= 5000000
  AND (p.risk_profile_id = ANY(%(risks)s) OR p.marketing_consent)
  AND NOT c.status_id = %(status)s AND p.birth_date < '1980-01-01'
