INSERT INTO floor.reminder (firm_id, check_rule_id, client_id, due_on, state, opened_on)
SELECT %(firm)s, %(check)s, client_id, due_on, 'open', %(today)s FROM floor.plan
WHERE firm_id = %(firm)s AND next_meeting_at IS NULL AND remind_on <= %(today)s
ORDER BY client_id
