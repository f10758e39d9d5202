-- Those whose cause has ended are closed; those whose day has come are opened, or opened again.
UPDATE floor.reminder r SET state = 'closed', ended_at = %(now)s
WHERE r.firm_id = %(firm)s AND r.state = 'open' AND NOT EXISTS (
    SELECT FROM floor.plan p
    WHERE p.firm_id = %(firm)s AND p.client_id = r.client_id AND p.due_on = r.due_on
      AND p.next_meeting_at IS NULL AND p.remind_on <= %(today)s
);
INSERT INTO floor.reminder (firm_id, check_rule_id, client_id, due_on, state, opened_on)
SELECT %(firm)s, %(check)s, p.client_id, p.due_on, 'open', %(today)s FROM floor.plan p
WHERE p.firm_id = %(firm)s AND p.next_meeting_at IS NULL AND p.remind_on <= %(today)s AND NOT EXISTS (
    SELECT FROM floor.reminder r
    WHERE r.firm_id = %(firm)s AND r.check_rule_id = %(check)s AND r.client_id = p.client_id AND r.due_on = p.due_on
      AND r.state = 'open'
)
ON CONFLICT (firm_id, check_rule_id, client_id, due_on) DO UPDATE SET state = 'open', opened_on = %(today)s, ended_at = NULL
