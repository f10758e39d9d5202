SELECT count(*) FROM (
    (SELECT firm_id, client_id, last_sale_on, frequency, monetary, recency_level, frequency_level, monetary_level
     FROM portfolios_score
     EXCEPT
     SELECT firm_id, client_id, last_sale_on, frequency, monetary, recency_level, frequency_level, monetary_level
     FROM bench_score)
    UNION ALL
    (SELECT firm_id, client_id, last_sale_on, frequency, monetary, recency_level, frequency_level, monetary_level
     FROM bench_score
     EXCEPT
     SELECT firm_id, client_id, last_sale_on, frequency, monetary, recency_level, frequency_level, monetary_level
     FROM portfolios_score)
) differs
