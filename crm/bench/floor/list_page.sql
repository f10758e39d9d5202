SELECT id FROM clients_client
WHERE firm_id = %(firm)s AND advisor_id = %(advisor)s AND status_id = %(status)s AND aum >= 10000000
ORDER BY aum DESC NULLS LAST, id DESC LIMIT 50
