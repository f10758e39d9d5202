-- How many rows the product and the floor do not have in common.
SELECT count(*) FROM (
    (SELECT firm_id, client_id, group_id FROM floor.member EXCEPT SELECT firm_id, client_id, group_id FROM groups_groupmember)
    UNION ALL
    (SELECT firm_id, client_id, group_id FROM groups_groupmember EXCEPT SELECT firm_id, client_id, group_id FROM floor.member)
) member
UNION ALL
SELECT count(*) FROM (
    (SELECT * FROM floor.plan EXCEPT SELECT firm_id, client_id, last_meeting_at, last_meeting_on, next_meeting_at, next_meeting_on,
        meetings_this_year, yearly_meetings, group_id, exception_id, due_on, remind_on, beyond_cadence_days FROM scheduling_clientplan)
    UNION ALL
    (SELECT firm_id, client_id, last_meeting_at, last_meeting_on, next_meeting_at, next_meeting_on,
        meetings_this_year, yearly_meetings, group_id, exception_id, due_on, remind_on, beyond_cadence_days FROM scheduling_clientplan EXCEPT SELECT * FROM floor.plan)
) plan
UNION ALL
SELECT count(*) FROM (
    (SELECT * FROM floor.reminder EXCEPT SELECT firm_id, check_rule_id, client_id, due_on, state, opened_on, ended_at FROM scheduling_reminder)
    UNION ALL
    (SELECT firm_id, check_rule_id, client_id, due_on, state, opened_on, ended_at FROM scheduling_reminder EXCEPT SELECT * FROM floor.reminder)
) reminder
