-- Six a client: five in the past, about a hundred days apart, and one that for two clients in five is still to come.
INSERT INTO scheduling_appointment (
    firm_id, client_id, type_id, starts_at, ends_at, place, notes, assignee_id, state, counts, origin, taken_by_id,
    taken_at, created_by_id, external_source, external_id, created_at, updated_at, version
)
SELECT c.firm_id, c.id, CASE WHEN is_call THEN f.call ELSE f.meeting END, starts_at, starts_at + interval '1 hour',
       '', '', f.advisors[1 + floor(pg_temp.chance(c.id, 4) * cardinality(f.advisors))::int], state,
       NOT is_call AND state IN ('planned', 'held'), 'manual', NULL, NULL, NULL, '', '', starts_at, starts_at, 1
FROM generate_series(1, %(each)s) number
CROSS JOIN bench_client c
JOIN bench_firm f USING (firm_id)
CROSS JOIN LATERAL (
    SELECT pg_temp.chance(c.id * 16 + number, 30) AS at, pg_temp.chance(c.id * 16 + number, 31) AS outcome,
           pg_temp.chance(c.id * 16 + number, 32) < 0.15 AS is_call, pg_temp.chance(c.id, 33) < 0.4 AS has_next
) chance
CROSS JOIN LATERAL (
    SELECT date_trunc('day', %(now)s::timestamptz) + interval '9 hours' + floor(at * 16) * interval '30 minutes'
           + CASE WHEN number = %(each)s AND has_next THEN 2 + floor(at * 120)
                  ELSE -1 - floor((%(each)s - number + at) * 100) END * interval '1 day' AS starts_at
) moment
CROSS JOIN LATERAL (
    SELECT CASE WHEN starts_at > %(now)s THEN CASE WHEN outcome < 0.92 THEN 'planned' ELSE 'cancelled' END
                WHEN outcome < 0.85 THEN 'held' WHEN outcome < 0.92 THEN 'cancelled' ELSE 'no_show' END AS state
) outcome
ORDER BY number, c.id;

-- One client in a hundred has an exception of his own; half of them say "no meetings".
INSERT INTO scheduling_cadenceexception (firm_id, client_id, yearly_meetings, reason, set_at)
SELECT firm_id, id, CASE WHEN pg_temp.chance(id, 41) < 0.5 THEN 3 END, 'Su richiesta', %(now)s
FROM bench_client WHERE pg_temp.chance(id, 40) < 0.01 ORDER BY id;
