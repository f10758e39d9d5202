SELECT f.id
FROM outcomes_fulfilment f
WHERE f.firm_id = %(firm)s AND f.undone_at IS NULL AND f.outcome_id = %(outcome)s
  AND f.at >= %(start)s AND f.at < %(end)s
ORDER BY f.at DESC, f.id DESC
LIMIT 51
