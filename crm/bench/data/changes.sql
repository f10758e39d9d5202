-- A day in which one client in a hundred changed: half of them in wealth, the others had a meeting.
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT firm_id, id, id %% 2 = 0 AS in_wealth FROM clients_client
WHERE state = 'active' AND hashint8extended(id, %(round)s) & 1048575 < 10486;

UPDATE clients_client c
SET aum = 500000 + (hashint8extended(c.id, %(round)s + 1000) & 134217727), version = c.version + 1
FROM changed WHERE c.firm_id = changed.firm_id AND c.id = changed.id AND changed.in_wealth;

INSERT INTO scheduling_appointment (
    firm_id, client_id, type_id, starts_at, ends_at, place, notes, state, counts, origin, external_source, external_id,
    created_at, updated_at, version
)
SELECT t.firm_id, changed.id, t.id, %(met)s, %(met)s + interval '1 hour', '', '', 'held', true, 'manual', '', '',
       %(met)s, %(met)s, 1
FROM changed JOIN scheduling_appointmenttype t ON t.firm_id = changed.firm_id AND t.is_default_meeting
WHERE NOT changed.in_wealth;

INSERT INTO clients_changedclient (firm_id, client_id) SELECT firm_id, id FROM changed ORDER BY id ON CONFLICT DO NOTHING;
