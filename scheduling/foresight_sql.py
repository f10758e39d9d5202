"""What a change of the cadence would cost, in one statement over all clients of the firm.

The facts and the arithmetic are those of ``scheduling.statements``: what is computed here with the changed groups is
what the night writes once they are saved. ``cadence.meetings_ahead`` says the same for one client.
"""

# From the inside out:
#   facts  as for the plan: last and next meeting, the exception in force, the best of his groups on either side;
#   dated  the local dates, the numbers and the hypothetical dates, without the change (one) and with it (two);
#   ahead  the first meeting of each side with its step and the last day up to which that step is in force, many clients
#          alike as one row; each meeting is held on its date and is the anchor of the next;
#   later  of the few whose exception ends meanwhile: from the anchor on what follows it.
# {of_…} are the clients whom the reader sees, as in scheduling.statements: an advisor of a large firm reads his own.
# {fresh} gives each client the ids of the groups that he would be in: %(one)s and %(two)s hold the ids in the order in
# which they win, %(numbers_one)s and %(numbers_two)s their numbers.
FORESEE = """
WITH dated AS MATERIALIZED (
SELECT numbered.*,
       CASE WHEN last_on IS NOT NULL
            THEN (coalesce(next_on, last_on) + (%(steps)s::interval[])[number_one])::date END AS due_one,
       CASE WHEN last_on IS NOT NULL
            THEN (coalesce(next_on, last_on) + (%(steps)s::interval[])[number_two])::date END AS due_two
FROM (
    SELECT facts.client_id, facts.advisor_id, facts.ends_on,
           (facts.last_at AT TIME ZONE %(zone)s)::date AS last_on,
           (facts.next_at AT TIME ZONE %(zone)s)::date AS next_on,
           (%(numbers_one)s::int[])[facts.best_one] AS group_one,
           (%(numbers_two)s::int[])[facts.best_two] AS group_two,
           CASE WHEN facts.exception_id IS NULL THEN (%(numbers_one)s::int[])[facts.best_one]
                ELSE facts.own_number END AS number_one,
           CASE WHEN facts.exception_id IS NULL THEN (%(numbers_two)s::int[])[facts.best_two]
                ELSE facts.own_number END AS number_two
    FROM (
        SELECT c.id AS client_id, c.advisor_id, met.last_at, met.next_at, own.id AS exception_id,
               own.yearly_meetings AS own_number, own.ends_on, member.best_one, member.best_two
        FROM clients_client c
        LEFT JOIN (
            SELECT a.client_id,
                   max(a.starts_at) FILTER (WHERE a.starts_at <= %(now)s
                       OR (a.state = 'held' AND a.starts_at < %(tomorrow)s)) AS last_at,
                   min(a.starts_at) FILTER (WHERE a.starts_at > %(now)s AND a.state = 'planned') AS next_at
            FROM scheduling_appointment a
            WHERE a.firm_id = %(firm)s AND a.counts {of_appointments}
            GROUP BY a.client_id
        ) met ON met.client_id = c.id
        LEFT JOIN scheduling_cadenceexception own
            ON own.firm_id = %(firm)s AND own.client_id = c.id AND own.removed_at IS NULL
            AND (own.ends_on IS NULL OR own.ends_on >= %(today)s) {of_exceptions}
        LEFT JOIN (
            SELECT joined.client_id, min(array_position(%(one)s::bigint[], joined.group_id)) AS best_one,
                   min(array_position(%(two)s::bigint[], joined.group_id)) AS best_two
            FROM (
                SELECT matched.client_id, unnest(matched.groups) AS group_id
                FROM ({fresh} {of_matched}) matched (client_id, groups)
                UNION ALL
                SELECT m.client_id, m.group_id FROM groups_groupmember m
                WHERE m.firm_id = %(firm)s AND m.group_id = ANY(%(fixed)s::bigint[]) {of_members}
            ) joined
            GROUP BY joined.client_id
        ) member ON member.client_id = c.id
        WHERE c.firm_id = %(firm)s AND c.state = 'active' {of_clients}
        OFFSET 0
    ) facts
    OFFSET 0
) numbered
), begun AS (
    SELECT advisor_id, is_two, first, stop, step, count(*) AS clients
    FROM (
        SELECT advisor_id, is_two,
               coalesce(next_on, CASE WHEN due IS NOT NULL THEN greatest(due, %(today)s) END) AS first,
               least(%(horizon)s, greatest(ends_on, CASE WHEN ends_on IS NOT NULL THEN next_on END)) AS stop,
               coalesce((%(steps)s::interval[])[number], '100 years') AS step
        FROM (
            SELECT advisor_id, false AS is_two, next_on, ends_on, due_one AS due, number_one AS number FROM dated
            UNION ALL
            SELECT advisor_id, true, next_on, ends_on, due_two, number_two FROM dated
        ) side
    ) start
    WHERE first <= stop
    GROUP BY advisor_id, is_two, first, stop, step
), resumed AS (
    SELECT advisor_id, is_two, greatest((anchor + step)::date, ends_on + 1, %(today)s) AS first, step
    FROM (
        SELECT advisor_id, is_two, ends_on, (%(steps)s::interval[])[then_number] AS step,
               coalesce((
                   SELECT max(met)::date FROM generate_series(
                       coalesce(next_on, CASE WHEN due IS NOT NULL THEN greatest(due, %(today)s) END)::timestamp,
                       least(%(horizon)s, greatest(ends_on, next_on))::timestamp,
                       coalesce((%(steps)s::interval[])[number], '100 years')
                   ) met
               ), last_on) AS anchor
        FROM (
            SELECT advisor_id, false AS is_two, next_on, last_on, ends_on, due_one AS due, number_one AS number,
                   group_one AS then_number
            FROM dated WHERE ends_on < %(horizon)s AND coalesce(next_on <= %(horizon)s, true)
            UNION ALL
            SELECT advisor_id, true, next_on, last_on, ends_on, due_two, number_two, group_two
            FROM dated WHERE ends_on < %(horizon)s AND coalesce(next_on <= %(horizon)s, true)
        ) side
    ) ended
    WHERE anchor IS NOT NULL AND step IS NOT NULL
), days AS (
    SELECT advisor_id, is_two, met_on, sum(clients) AS meetings
    FROM (
        SELECT advisor_id, is_two, clients,
               generate_series(first::timestamp, stop::timestamp, step)::date AS met_on
        FROM begun
        UNION ALL
        SELECT advisor_id, is_two, 1, generate_series(first::timestamp, %(horizon)s::timestamp, step)::date
        FROM resumed
    ) ahead
    GROUP BY advisor_id, is_two, met_on
), months AS (
    SELECT advisor_id, date_trunc('month', met_on)::date AS month,
           coalesce(sum(meetings) FILTER (WHERE NOT is_two), 0)::bigint AS one,
           coalesce(sum(meetings) FILTER (WHERE is_two), 0)::bigint AS two
    FROM days GROUP BY 1, 2
), moved AS MATERIALIZED (
    SELECT client_id, due_two, last_on IS NULL AND next_on IS NULL AS never_met,
           CASE WHEN number_one IS NULL AND number_two IS NOT NULL THEN 'entering'
                WHEN number_one IS NOT NULL AND number_two IS NULL THEN 'leaving'
                WHEN number_two > number_one THEN 'oftener'
                WHEN number_two < number_one THEN 'rarer' END AS how,
           next_on IS NULL AND due_two < %(today)s AND (due_one < %(today)s) IS NOT TRUE AS late,
           next_on IS NULL AND due_one < %(today)s AND (due_two < %(today)s) IS NOT TRUE AS saved
    FROM dated WHERE number_one IS DISTINCT FROM number_two
)
SELECT (SELECT coalesce(json_agg(json_build_array(advisor_id, month, one, two)), '[]') FROM months),
       (SELECT json_build_object(
            'entering', count(*) FILTER (WHERE how = 'entering'), 'leaving', count(*) FILTER (WHERE how = 'leaving'),
            'oftener', count(*) FILTER (WHERE how = 'oftener'), 'rarer', count(*) FILTER (WHERE how = 'rarer'),
            'overdue', count(*) FILTER (WHERE late), 'no_longer_overdue', count(*) FILTER (WHERE saved),
            'never_met', count(*) FILTER (WHERE how = 'entering' AND never_met)) FROM moved),
       ARRAY(SELECT client_id FROM moved WHERE how = 'entering' ORDER BY client_id LIMIT %(most)s),
       ARRAY(SELECT client_id FROM moved WHERE how = 'leaving' ORDER BY client_id LIMIT %(most)s),
       ARRAY(SELECT client_id FROM moved WHERE late ORDER BY due_two, client_id LIMIT %(most)s)
"""
