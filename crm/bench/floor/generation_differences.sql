SELECT count(*) FROM (
    (SELECT run_id, client_id, company_id, address FROM communications_communication
     EXCEPT SELECT run_id, client_id, company_id, address FROM bench_communication)
    UNION ALL
    (SELECT run_id, client_id, company_id, address FROM bench_communication
     EXCEPT SELECT run_id, client_id, company_id, address FROM communications_communication)
) AS differing
