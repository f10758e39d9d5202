"""The SQL of the plan and of the reminders: all of it, in one place.

One shape serves every caller. ``{of_…}`` stands for the clients it looks at: nothing for all clients of the firm,
or a list of ids (see ``clients.worklist.Selection``), once for every table. The firm is a literal beside every table
of every statement, so that each reads only its part of an index, under row-level security and when distributed alike.

What measurement taught: ``OFFSET 0`` keeps an expression from being computed once for each use of its name; columns are
compared one by one, which is quicker than comparing rows; a row that did not change is not touched at all (an
``ON CONFLICT DO UPDATE … WHERE false`` would still lock and write it).
"""

# Domain section 8, from the inside out:
#   facts  last and next meeting of each client (8.1 to 8.3), the exception in force or else his best group (8.4);
#   dated  the local dates, and the number that decides;
#   due    the hypothetical date, one step from the anchor (8.5, 8.6), and how far the next meeting lies beyond (8.9);
#   fresh  the day from which a reminder shows (8.7), only where no next meeting is planned.
#   differs  what is to be written: every active client has a plan, even one of whom there is nothing to say yet; an
#          archived or deceased one has none (8.4), nor has one who is no longer there: those are only counted.
# %(groups)s holds the ids of the cadence groups, the highest number first and the lowest id first among equals, so that
# the smallest position decides; %(numbers)s their numbers in that order; %(steps)s the 52 intervals of cadence.py.
WRITE_PLANS = """
WITH differs AS MATERIALIZED (
SELECT fresh.*, p.client_id AS stored
FROM (
    SELECT due.*,
           CASE WHEN due.next_at IS NULL AND due.due_on IS NOT NULL AND %(lead)s::int IS NOT NULL
                THEN greatest(due.due_on - %(lead)s::int, due.last_on + 1) END AS remind_on
    FROM (
        SELECT dated.*,
               CASE WHEN dated.last_on IS NOT NULL
                    THEN (coalesce(dated.next_on, dated.last_on) + (%(steps)s::interval[])[dated.number])::date
               END AS due_on,
               CASE WHEN dated.next_on IS NOT NULL THEN nullif(least(greatest(
                    dated.next_on - (dated.last_on + (%(steps)s::interval[])[dated.number])::date, 0), 32767), 0)
               END AS beyond
        FROM (
            SELECT facts.client_id, facts.last_at, facts.next_at, facts.held_this_year, facts.exception_id,
                   (facts.last_at AT TIME ZONE %(zone)s)::date AS last_on,
                   (facts.next_at AT TIME ZONE %(zone)s)::date AS next_on,
                   CASE WHEN facts.exception_id IS NULL THEN (%(groups)s::bigint[])[facts.best] END AS group_id,
                   CASE WHEN facts.exception_id IS NULL THEN (%(numbers)s::int[])[facts.best]
                        ELSE facts.own_number END AS number
            FROM (
                SELECT c.id AS client_id, met.last_at, met.next_at, coalesce(met.held_this_year, 0) AS held_this_year,
                       own.id AS exception_id, own.yearly_meetings AS own_number, member.best
                FROM clients_client c
                LEFT JOIN (
                    SELECT a.client_id,
                           max(a.starts_at) FILTER (WHERE a.starts_at <= %(now)s
                               OR (a.state = 'held' AND a.starts_at < %(tomorrow)s)) AS last_at,
                           min(a.starts_at) FILTER (WHERE a.starts_at > %(now)s AND a.state = 'planned') AS next_at,
                           count(*) FILTER (WHERE a.starts_at >= %(new_year)s AND (a.starts_at <= %(now)s
                               OR (a.state = 'held' AND a.starts_at < %(tomorrow)s))) AS held_this_year
                    FROM scheduling_appointment a
                    WHERE a.firm_id = %(firm)s AND a.counts {of_appointments}
                    GROUP BY a.client_id
                ) met ON met.client_id = c.id
                LEFT JOIN scheduling_cadenceexception own
                    ON own.firm_id = %(firm)s AND own.client_id = c.id AND own.removed_at IS NULL
                    AND (own.ends_on IS NULL OR own.ends_on >= %(today)s) {of_exceptions}
                LEFT JOIN (
                    SELECT m.client_id, min(array_position(%(groups)s::bigint[], m.group_id)) AS best
                    FROM groups_groupmember m
                    WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(groups)s::bigint[]) {of_members}
                    GROUP BY m.client_id
                ) member ON member.client_id = c.id
                WHERE c.firm_id = %(firm)s AND c.state = 'active' {of_clients}
                OFFSET 0
            ) facts
            OFFSET 0
        ) dated
        OFFSET 0
    ) due
    OFFSET 0
) fresh
FULL JOIN (
    SELECT p.* FROM scheduling_clientplan p WHERE p.firm_id = %(firm)s {of_plans}
) p ON p.client_id = fresh.client_id
WHERE p.client_id IS NULL
   OR fresh.client_id IS NULL
   OR p.last_meeting_at IS DISTINCT FROM fresh.last_at
   OR p.last_meeting_on IS DISTINCT FROM fresh.last_on
   OR p.next_meeting_at IS DISTINCT FROM fresh.next_at
   OR p.next_meeting_on IS DISTINCT FROM fresh.next_on
   OR p.meetings_this_year IS DISTINCT FROM fresh.held_this_year
   OR p.yearly_meetings IS DISTINCT FROM fresh.number
   OR p.group_id IS DISTINCT FROM fresh.group_id
   OR p.exception_id IS DISTINCT FROM fresh.exception_id
   OR p.due_on IS DISTINCT FROM fresh.due_on
   OR p.remind_on IS DISTINCT FROM fresh.remind_on
   OR p.beyond_cadence_days IS DISTINCT FROM fresh.beyond
), written AS (
INSERT INTO scheduling_clientplan (
    firm_id, client_id, last_meeting_at, last_meeting_on, next_meeting_at, next_meeting_on, meetings_this_year,
    yearly_meetings, group_id, exception_id, due_on, remind_on, beyond_cadence_days
)
SELECT %(firm)s::bigint, client_id, last_at, last_on, next_at, next_on, held_this_year, number, group_id, exception_id,
       due_on, remind_on, beyond
FROM differs
WHERE client_id IS NOT NULL
ON CONFLICT (firm_id, client_id) DO UPDATE SET
    last_meeting_at = excluded.last_meeting_at, last_meeting_on = excluded.last_meeting_on,
    next_meeting_at = excluded.next_meeting_at, next_meeting_on = excluded.next_meeting_on,
    meetings_this_year = excluded.meetings_this_year, yearly_meetings = excluded.yearly_meetings,
    group_id = excluded.group_id, exception_id = excluded.exception_id, due_on = excluded.due_on,
    remind_on = excluded.remind_on, beyond_cadence_days = excluded.beyond_cadence_days
RETURNING 1
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM differs WHERE client_id IS NULL)
"""

# Of those who have none any more; on most days there is nobody.
DROP_PLANS = """
DELETE FROM scheduling_clientplan p
WHERE p.firm_id = %(firm)s {of_plans}
  AND NOT EXISTS (
      SELECT FROM clients_client c WHERE c.firm_id = %(firm)s AND c.id = p.client_id AND c.state = 'active' {of_clients}
  )
"""

# What time alone has made due since %(since)s and %(since_day)s: a meeting whose hour has come, a reminder whose day
# has come, an exception that has ended, a snooze that is over.
TIMELY = """
    SELECT a.client_id FROM scheduling_appointment a
    WHERE a.firm_id = %(firm)s AND a.starts_at > %(since)s
      AND a.starts_at < greatest(%(tomorrow)s::timestamptz, %(now)s::timestamptz)
    UNION
    SELECT p.client_id FROM scheduling_clientplan p
    WHERE p.firm_id = %(firm)s AND p.next_meeting_at IS NULL
      AND p.remind_on > %(since_day)s AND p.remind_on <= %(today)s
    UNION
    SELECT x.client_id FROM scheduling_cadenceexception x
    WHERE x.firm_id = %(firm)s AND x.ends_on >= %(since_day)s AND x.ends_on < %(today)s
    UNION
    SELECT r.client_id FROM scheduling_reminder r
    WHERE r.firm_id = %(firm)s AND r.state = 'snoozed' AND r.snoozed_until <= %(today)s
"""

# The reminders follow the plans, in one statement whose parts touch different rows:
#   closed  A reminder stays until its cause ends (REL-49): no next meeting, the same date, its day come, the check
#           switched on.
#   woken   A snooze that is over, unless the cause has ended meanwhile.
#   opened  "On or after", never "on": a night that was missed loses no reminder (REL-50). A cause that ended and came
#           back for the same date (a meeting planned, then cancelled: V22) raises the reminder again. One that a person
#           dismissed is not touched: it does not come back for the same date. %(check)s is NULL when it is off.
UPDATE_REMINDERS = """
WITH closed AS (
    UPDATE scheduling_reminder r SET state = 'closed', snoozed_until = NULL, ended_at = %(now)s
    FROM scheduling_check k
    WHERE r.firm_id = %(firm)s AND r.state IN ('open', 'snoozed') {of_reminders}
      AND k.firm_id = %(firm)s AND k.id = r.check_rule_id AND k.kind = 'planning'
      AND NOT EXISTS (
          SELECT FROM scheduling_clientplan p
          WHERE p.firm_id = %(firm)s AND p.client_id = r.client_id AND p.due_on = r.due_on
            AND p.next_meeting_at IS NULL AND p.remind_on <= %(today)s {of_plans}
      )
    RETURNING r.id
), woken AS (
    UPDATE scheduling_reminder r SET state = 'open', snoozed_until = NULL
    WHERE r.firm_id = %(firm)s AND r.state = 'snoozed' AND r.snoozed_until <= %(today)s {of_reminders}
      AND (
          EXISTS (
              SELECT FROM scheduling_clientplan p
              WHERE p.firm_id = %(firm)s AND p.client_id = r.client_id AND p.due_on = r.due_on
                AND p.next_meeting_at IS NULL AND p.remind_on <= %(today)s {of_plans}
          )
          OR NOT EXISTS (
              SELECT FROM scheduling_check k
              WHERE k.firm_id = %(firm)s AND k.id = r.check_rule_id AND k.kind = 'planning'
          )
      )
    RETURNING r.id
), opened AS (
    INSERT INTO scheduling_reminder (firm_id, check_rule_id, client_id, due_on, state, opened_on)
    SELECT %(firm)s::bigint, %(check)s::bigint, p.client_id, p.due_on, 'open', %(today)s::date
    FROM scheduling_clientplan p
    WHERE p.firm_id = %(firm)s AND p.next_meeting_at IS NULL AND p.remind_on <= %(today)s {of_plans}
      AND %(check)s::bigint IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM scheduling_reminder r
          WHERE r.firm_id = %(firm)s AND r.check_rule_id = %(check)s AND r.client_id = p.client_id
            AND r.due_on = p.due_on AND r.state <> 'closed' {of_reminders}
      )
    ORDER BY p.due_on, p.client_id
    ON CONFLICT (firm_id, check_rule_id, client_id, due_on) DO UPDATE SET
        state = 'open', opened_on = excluded.opened_on, ended_at = NULL
    WHERE scheduling_reminder.state = 'closed'
    RETURNING new.id, old.id IS NULL AS is_new
)
SELECT (SELECT array_agg(id) FROM opened WHERE is_new), (SELECT array_agg(id) FROM opened WHERE NOT is_new),
       (SELECT array_agg(id) FROM closed), (SELECT array_agg(id) FROM woken)
"""

# No check of these asks for anybody.
NOTHING_WANTED = "SELECT NULL::bigint, NULL::bigint, NULL::date WHERE false"

# The reminders of the checks on fields, all %(checks)s at once; ``{wanted}`` gives check, client and reference date.
#   closed  The check no longer finds him, or finds him for another date. A dismissed one of an undated check ends here
#           too: it comes back once the condition has ceased to hold and holds again.
#   opened  At most one for check, client and reference date; of an undated check at most one at a time, dated today.
#           What the night had closed and is wanted again for the same date is raised again, what a person dismissed
#           is not (REL-49).
UPDATE_CHECKS = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT w.* FROM ({wanted}) w (check_id, client_id, reference) WHERE w.client_id IS NOT NULL {of_wanted}
), closed AS (
    UPDATE scheduling_reminder r SET state = 'closed', snoozed_until = NULL, ended_at = coalesce(r.ended_at, %(now)s)
    WHERE r.firm_id = %(firm)s AND r.check_rule_id = ANY(%(checks)s::bigint[]) {of_reminders}
      AND (r.state IN ('open', 'snoozed')
           OR (r.state = 'dismissed' AND r.check_rule_id = ANY(%(undated)s::bigint[])))
      AND NOT EXISTS (
          SELECT FROM wanted w
          WHERE w.check_id = r.check_rule_id AND w.client_id = r.client_id
            AND (w.reference IS NULL OR w.reference = r.due_on)
      )
    RETURNING r.id
), opened AS (
    INSERT INTO scheduling_reminder (firm_id, check_rule_id, client_id, due_on, state, opened_on)
    SELECT %(firm)s::bigint, w.check_id, w.client_id, coalesce(w.reference, %(today)s::date), 'open', %(today)s::date
    FROM wanted w
    WHERE NOT EXISTS (
        SELECT FROM scheduling_reminder r
        WHERE r.firm_id = %(firm)s AND r.check_rule_id = w.check_id AND r.client_id = w.client_id
          AND (w.reference IS NULL OR w.reference = r.due_on) AND r.state <> 'closed' {of_reminders}
    )
    ORDER BY w.check_id, w.client_id
    ON CONFLICT (firm_id, check_rule_id, client_id, due_on) DO UPDATE SET
        state = 'open', opened_on = excluded.opened_on, ended_at = NULL
    WHERE scheduling_reminder.state = 'closed' AND scheduling_reminder.ended_by_id IS NULL
    RETURNING new.id, old.id IS NULL AS is_new
)
SELECT (SELECT array_agg(id) FROM opened WHERE is_new), (SELECT array_agg(id) FROM opened WHERE NOT is_new),
       (SELECT array_agg(id) FROM closed)
"""
