CREATE FUNCTION pg_temp.chance(id bigint, salt bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(id, salt) & 1073741823) / 1073741824.0::double precision;

CREATE TEMP TABLE bench_firm (
    firm_id bigint, size int, advisors bigint[], statuses bigint[], meeting bigint, call bigint,
    portfolio bigint, risks bigint[]
);
CREATE TEMP TABLE bench_name (kind text, place int, name text, key text);
