-- Into an empty table: nothing to compare, in the order of the clients.
INSERT INTO floor.plan (
    firm_id, client_id, last_meeting_at, last_meeting_on, next_meeting_at, next_meeting_on, meetings_this_year,
    yearly_meetings, group_id, exception_id, due_on, remind_on, beyond_cadence_days
)
SELECT %(firm)s AS firm_id, client_id, last_at, last_on, next_at, next_on, held::smallint, number::smallint,
       CASE WHEN exception_id IS NULL THEN group_id END AS group_id, exception_id, due_on,
       CASE WHEN next_at IS NULL AND due_on IS NOT NULL THEN greatest(due_on - %(lead)s, last_on + 1) END AS remind_on,
       nullif(least(greatest(next_on - (last_on + step)::date, 0), 32767), 0)::smallint AS beyond
FROM (
    SELECT dated.*, step, CASE WHEN last_on IS NOT NULL THEN (coalesce(next_on, last_on) + step)::date END AS due_on
    FROM (
        SELECT facts.*, CASE WHEN exception_id IS NULL THEN group_number ELSE own_number END AS number,
               (last_at AT TIME ZONE %(zone)s)::date AS last_on, (next_at AT TIME ZONE %(zone)s)::date AS next_on
        FROM (
            SELECT c.id AS client_id, met.last_at, met.next_at, coalesce(met.held, 0) AS held,
                   own.id AS exception_id, own.yearly_meetings AS own_number,
                   CASE WHEN c.aum >= 100000000 THEN 6 WHEN c.aum >= 30000000 THEN 4
                        WHEN c.aum >= 5000000 THEN 2 WHEN c.aum < 5000000 THEN 1 END AS group_number,
                   CASE WHEN c.aum >= 100000000 THEN %(platinum)s WHEN c.aum >= 30000000 THEN %(gold)s
                        WHEN c.aum >= 5000000 THEN %(silver)s WHEN c.aum < 5000000 THEN %(base)s END AS group_id
            FROM clients_client c
            LEFT JOIN (
                SELECT client_id,
                       max(starts_at) FILTER (WHERE starts_at <= %(now)s
                           OR (state = 'held' AND starts_at < %(tomorrow)s)) AS last_at,
                       min(starts_at) FILTER (WHERE starts_at > %(now)s AND state = 'planned') AS next_at,
                       count(*) FILTER (WHERE starts_at >= %(new_year)s AND (starts_at <= %(now)s
                           OR (state = 'held' AND starts_at < %(tomorrow)s))) AS held
                FROM scheduling_appointment WHERE firm_id = %(firm)s AND counts GROUP BY client_id
            ) met ON met.client_id = c.id
            LEFT JOIN scheduling_cadenceexception own
                ON own.firm_id = %(firm)s AND own.client_id = c.id AND own.removed_at IS NULL
                AND (own.ends_on IS NULL OR own.ends_on >= %(today)s)
            WHERE c.firm_id = %(firm)s AND c.state = 'active'
            OFFSET 0
        ) facts
        OFFSET 0
    ) dated
    CROSS JOIN LATERAL (
        SELECT (ARRAY['12 months', '6 months', '4 months', '3 months', NULL, '2 months']::interval[])[number] AS step
    ) steps
    OFFSET 0
) due
ORDER BY client_id
