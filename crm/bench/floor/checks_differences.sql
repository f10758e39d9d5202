SELECT count(*) FROM (
    (SELECT firm_id, check_rule_id, client_id, due_on, state FROM scheduling_reminder
     WHERE check_rule_id IN (SELECT id FROM scheduling_check WHERE name ^@ 'bench ')
     EXCEPT SELECT firm_id, check_rule_id, client_id, due_on, state FROM bench_reminder)
    UNION ALL
    (SELECT firm_id, check_rule_id, client_id, due_on, state FROM bench_reminder
     EXCEPT SELECT firm_id, check_rule_id, client_id, due_on, state FROM scheduling_reminder
     WHERE check_rule_id IN (SELECT id FROM scheduling_check WHERE name ^@ 'bench '))
) differs
