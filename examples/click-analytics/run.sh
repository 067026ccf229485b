#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

# Views, visitors and the time that 95 of 100 views took, per page and five minutes
ks agg views='count()' users='distinct(.user)' p95='round(percentile(.ms, 95), 1)' \
  --by .page --window 5m --ts .time $(from clicks.ndjson)

# Where visitors come from, in SQL
ks cat $(from clicks.ndjson) | ks sql -O table "
  SELECT \`from\`, COUNT(*) AS clicks, COUNT(DISTINCT user) AS users, LATEST_BY_OFFSET(page) AS last
  FROM stdin
  GROUP BY \`from\`
  ORDER BY clicks DESC, \`from\`"
