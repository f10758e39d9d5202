SELECT kind, id FROM (
    (SELECT 'appointment' AS kind, starts_at AS at, id FROM scheduling_appointment
     WHERE firm_id = %(firm)s AND client_id = %(client)s AND starts_at <= now()
     ORDER BY starts_at DESC, id DESC LIMIT 50)
    UNION ALL
    (SELECT 'call', at, id FROM scheduling_task
     WHERE firm_id = %(firm)s AND client_id = %(client)s AND kind = 'call' AND deleted_at IS NULL AND at <= now()
     ORDER BY at DESC, id DESC LIMIT 50)
    UNION ALL
    (SELECT 'management', at, id FROM clients_managementevent
     WHERE firm_id = %(firm)s AND client_id = %(client)s AND at <= now()
     ORDER BY at DESC, id DESC LIMIT 50)
    UNION ALL
    (SELECT 'note', at, id FROM clients_note
     WHERE firm_id = %(firm)s AND client_id = %(client)s AND deleted_at IS NULL AND at <= now()
     ORDER BY at DESC, id DESC LIMIT 50)
    UNION ALL
    (SELECT 'status', at, id FROM clients_statuschange
     WHERE firm_id = %(firm)s AND client_id = %(client)s AND at <= now()
     ORDER BY at DESC, id DESC LIMIT 50)
    UNION ALL
    (SELECT 'task', at, id FROM scheduling_task
     WHERE firm_id = %(firm)s AND client_id = %(client)s AND kind = 'task' AND deleted_at IS NULL AND at <= now()
     ORDER BY at DESC, id DESC LIMIT 50)
) AS line
ORDER BY at DESC, kind DESC, id DESC LIMIT 50
