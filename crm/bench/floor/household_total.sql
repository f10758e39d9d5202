SELECT count(*) FROM clients_client c JOIN clients_profile p ON p.firm_id = c.firm_id AND p.client_id = c.id
WHERE c.firm_id = %(firm)s AND c.merged_into_id IS NULL AND c.erased_at IS NULL AND p.household_id IN (
    SELECT p.household_id FROM clients_profile p JOIN clients_client c ON c.firm_id = p.firm_id AND c.id = p.client_id
    WHERE p.firm_id = %(firm)s AND p.household_id IS NOT NULL AND c.merged_into_id IS NULL AND c.erased_at IS NULL
    GROUP BY p.household_id HAVING sum(c.aum) >= 100000000
)
