-- R F M of every client of every firm from the ledger, with levels and the first line of their history: by hand.
WITH ledger AS (
    SELECT firm_id, client_id, max(date) AS last_sale_on,
           count(*) FILTER (WHERE date > %(since)s) AS frequency,
           coalesce(sum(amount) FILTER (WHERE date > %(since)s), 0)::bigint AS monetary,
           min(date) FILTER (WHERE date > %(since)s) AS oldest
    FROM portfolios_sale
    WHERE reversed_at IS NULL AND date <= %(today)s
    GROUP BY firm_id, client_id
), scored AS MATERIALIZED (
    SELECT c.firm_id, c.id AS client_id, l.last_sale_on, coalesce(l.frequency, 0) AS frequency,
           coalesce(l.monetary, 0) AS monetary, (l.oldest + interval '1 year')::date AS next_change_on,
           5 - width_bucket(%(today)s - l.last_sale_on - 1, %(recency)s::int[]) AS recency_level,
           1 + width_bucket(coalesce(l.frequency, 0)::int, %(frequency)s::int[]) AS frequency_level,
           1 + width_bucket(coalesce(l.monetary, 0), %(monetary)s::bigint[]) AS monetary_level
    FROM clients_client c LEFT JOIN ledger l ON l.firm_id = c.firm_id AND l.client_id = c.id
), noted AS (
    INSERT INTO bench_change (firm_id, client_id, position, "on", recency_level, frequency_level, monetary_level)
    SELECT firm_id, client_id, 1, %(today)s, recency_level, frequency_level, monetary_level FROM scored
)
INSERT INTO bench_score (firm_id, client_id, position, last_sale_on, frequency, monetary, recency_level,
    frequency_level, monetary_level, next_change_on)
SELECT firm_id, client_id, 1, last_sale_on, frequency, monetary, recency_level, frequency_level, monetary_level,
    next_change_on
FROM scored
