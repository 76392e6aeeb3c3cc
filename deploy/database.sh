#!/bin/sh
# Run by the PostgreSQL image once, when its data folder is empty: the roles and the database of `make roles`,
# and the two passwords. psql reads them from the environment, so that no command line shows them.
set -eu
: "${PORTAL_OWNER_PASSWORD:?the password of portal_owner}" "${PORTAL_APP_PASSWORD:?the password of portal_app}"
run() { psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@"; }

run --file "${ROLES:-/deploy/roles.sql}"
run <<'SQL'
\getenv owner PORTAL_OWNER_PASSWORD
\getenv app PORTAL_APP_PASSWORD
alter role portal_owner nocreatedb password :'owner';
alter role portal_app password :'app';
SQL
