#!/bin/sh
# Valkey with the users of ../redis/users.acl, their passwords from the environment. What else is given goes to the server.
# It never evicts: an entry of a stream that vanishes would have to be replayed.
set -eu
umask 077
sed -e "s|\${RELAY_PASSWORD}|$RELAY_PASSWORD|" \
  -e "s|\${PROJECTOR_PASSWORD}|$PROJECTOR_PASSWORD|" \
  -e "s|\${MONITOR_PASSWORD}|$MONITOR_PASSWORD|" /etc/orders/users.acl >/tmp/users.acl
exec valkey-server --dir /data --aclfile /tmp/users.acl --appendonly yes --appendfsync everysec --save "" \
  --maxmemory "${MAXMEMORY:-1gb}" --maxmemory-policy noeviction "$@"
