#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

# What cron does, with a log that grows between its runs.
cp alerts.ks "$work"
cp morning.ndjson "$work/app.ndjson"
cd "$work"

echo "first run:"
ks run alerts.ks

echo "second run, with new lines:"
cat "$OLDPWD/noon.ndjson" >>app.ndjson
ks run alerts.ks

echo "third run, with none:"
ks run alerts.ks
