-- The floor's own copies of what a night writes: the same columns and the same indexes, without keys and policies.
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;
CREATE TABLE floor.member (firm_id bigint, client_id bigint, group_id bigint, PRIMARY KEY (firm_id, client_id, group_id));
CREATE INDEX ON floor.member (firm_id, group_id, client_id);
CREATE TABLE floor.plan (
    firm_id bigint, client_id bigint, last_meeting_at timestamptz, last_meeting_on date, next_meeting_at timestamptz,
    next_meeting_on date, meetings_this_year smallint, yearly_meetings smallint, group_id bigint, exception_id bigint,
    due_on date, remind_on date, beyond_cadence_days smallint, PRIMARY KEY (firm_id, client_id)
);
CREATE INDEX ON floor.plan (firm_id, due_on, client_id);
CREATE INDEX ON floor.plan (firm_id, remind_on) WHERE next_meeting_at IS NULL;
CREATE INDEX ON floor.plan (firm_id, next_meeting_at) WHERE next_meeting_at IS NOT NULL;
CREATE TABLE floor.reminder (
    firm_id bigint, check_rule_id bigint, client_id bigint, due_on date, state text, opened_on date,
    ended_at timestamptz, PRIMARY KEY (firm_id, check_rule_id, client_id, due_on)
);
CREATE INDEX ON floor.reminder (firm_id, due_on) WHERE state IN ('open', 'snoozed');
CREATE INDEX ON floor.reminder (firm_id, client_id);
