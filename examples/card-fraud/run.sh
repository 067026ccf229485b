#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

ks filter '.status == "declined"' --ts .time $(from payments.ndjson) \
  then agg --by .card --emit changes first='lag($ts, 2)' last='last($ts)' amount='moving_sum(.amount, 3)' \
  then filter '.last - .first <= 5 * 60000' \
  then map '{card, amount, first: strftime(.first, "%H:%M:%S"), last: strftime(.last, "%H:%M:%S")}'
