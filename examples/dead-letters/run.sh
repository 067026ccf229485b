#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

total() {
  ks agg total='sum(.amount)' orders='count()' -a orders -q "$@"
}

echo "orders:"
total --on-error "$work/dead.ndjson" orders.ndjson

echo "dead letters:"
cat "$work/dead.ndjson"

echo "repaired, and counted with the others:"
ks map -R 'fromjson(., null)' "$work/dead.ndjson" \
  then filter '. != null' \
  then put amount='tonumber(replace(tostring(.amount), ",", "."))' | total
