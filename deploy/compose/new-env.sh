#!/bin/sh
# Passwords for compose.yaml, made at random: deploy/compose/new-env.sh > deploy/compose/.env
set -eu
for name in WRITE_OWNER_PASSWORD READ_OWNER_PASSWORD ORDERS_COMMAND_PASSWORD ORDERS_RELAY_PASSWORD ORDERS_PROJECTOR_PASSWORD \
  ORDERS_QUERY_PASSWORD REDIS_RELAY_PASSWORD REDIS_PROJECTOR_PASSWORD REDIS_MONITOR_PASSWORD PAGE_TOKEN_SECRET \
  GRAFANA_PASSWORD; do
  printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done
