#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

ks filter '.type == "page_view"' --ts .time $(from events.ndjson) \
  then count --by .page --window 1m \
  then top -n 2 \
  then map '{minute: strftime(.window_start, "%H:%M"), page, count}'
