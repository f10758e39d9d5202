#!/bin/sh
# Runs once, when the database of docker compose is made: the two roles that log in get their passwords.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname cadenza \
    --set app="$APP_PASSWORD" --set migrator="$MIGRATOR_PASSWORD" <<'SQL'
ALTER ROLE cadenza_app PASSWORD :'app';
ALTER ROLE cadenza_migrator PASSWORD :'migrator';
SQL
