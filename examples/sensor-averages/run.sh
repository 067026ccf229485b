#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

ks agg mean='avg(.celsius)' n='count()' --by .sensor --window 1m --grace 10s --late "$work/late.ndjson" \
  --ts .time $(from readings.ndjson)

echo "too late:"
cat "$work/late.ndjson"
