-- One recording, all or nothing: the appointment, the outcome, the status and its history, the next appointment, points.
WITH closed AS (
    UPDATE scheduling_appointment SET state = 'held', version = version + 1, updated_at = now()
    WHERE firm_id = %(firm)s AND id = %(appointment)s AND state = 'planned'
    RETURNING client_id
), moved AS (
    UPDATE clients_client SET status_id = %(status)s, version = version + 1
    WHERE firm_id = %(firm)s AND id = %(client)s
    RETURNING id
), changed AS (
    INSERT INTO clients_statuschange (firm_id, client_id, at, to_status_id, by_id, cause)
    SELECT %(firm)s, id, now(), %(status)s, %(member)s, 'outcome' FROM moved
    RETURNING id
), planned AS (
    INSERT INTO scheduling_appointment (firm_id, client_id, type_id, starts_at, ends_at, place, notes, state, counts,
                                        origin, external_source, external_id, created_at, updated_at, version)
    SELECT %(firm)s, client_id, %(next_type)s, now() + %(days)s * interval '1 day',
           now() + %(days)s * interval '1 day' + interval '1 hour', '', '', 'planned', true, 'follow_up', 'bench',
           'hand:' || client_id, now(), now(), 1
    FROM closed
    RETURNING id
), made AS (
    INSERT INTO outcomes_fulfilment (firm_id, appointment_id, client_id, type_id, outcome_id, author_id, at, note, points,
                                     rule, before, notices, to_status_id, status_change_id, follow_up_id, undo_reason)
    SELECT %(firm)s, %(appointment)s, %(client)s, %(type)s, %(outcome)s, %(member)s, now(), '', %(points)s, '{}', '{}',
           '[]', %(status)s, changed.id, planned.id, ''
    FROM changed, planned
    RETURNING id
)
INSERT INTO outcomes_pointsentry (firm_id, member_id, at, points, kind, fulfilment_id, type_id, reason, by_id)
SELECT %(firm)s, %(member)s, now(), %(points)s, 'award', id, %(type)s, '', %(member)s FROM made
