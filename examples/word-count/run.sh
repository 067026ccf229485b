#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

ks explode 'words(lower(.text))' $(from lines.ndjson) then count --by word=. then top -n 5
