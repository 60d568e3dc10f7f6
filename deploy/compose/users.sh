#!/bin/sh
# A login for every process that this database lets in: <ROLE>_PASSWORD in the environment makes the role. What a role
# may do comes with the migrations. Runs once, in an empty data folder.
set -eu
for role in orders_command orders_relay orders_projector orders_query; do
  password=$(printenv "$(echo "${role}_password" | tr '[:lower:]' '[:upper:]')") || continue
  psql --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set ON_ERROR_STOP=1 --set "role=$role" --set "password=$password" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
done
