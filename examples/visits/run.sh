#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

ks agg pages='collect(.page)' --by .user --window session:30m --ts .time $(from views.ndjson) \
  then map '{user, start: strftime(.window_start, "%H:%M"), minutes: (.window_end - .window_start) / 60000, pages}'
