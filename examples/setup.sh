# Read by the run.sh of each example: goes to its directory, puts the ks of this repository first, and removes at the end what was
# written meanwhile, which is all in $work.
#
# `from FILE` gives the words by which ks reads FILE. Where KS_BROKERS names a broker it writes FILE into a topic first, and gives
# the words that read this topic to its end; the rest of a command is the same.

cd "$(dirname "$0")"
PATH="$(cd ../../bin && pwd):$PATH"
work=$(mktemp -d)
export KS_STATE_DIR="$work/state"

clean_up() {
  if [ -s "$work/topics" ]; then ks topics rm --yes $(cat "$work/topics") >/dev/null; fi
  rm -r "$work"
}
trap clean_up EXIT

from() {
  if [ -z "${KS_BROKERS:-}" ]; then
    echo "$1"
    return
  fi
  topic="example-$(basename "$1" .ndjson)-$$"
  echo "-t $topic -e"
  if grep -qsx "$topic" "$work/topics"; then return; fi # a command before has made it
  echo "$topic" >>"$work/topics"
  ks topics create --partitions 1 "$topic" >/dev/null
  ks write "$topic" "$1" >/dev/null
}
