#!/bin/sh
# stress.sh [MODE...]: the project's own Go tests, the C examples and what passes of Go's test tree, under settings that
# change only when things happen, never what. Each MODE is a value of GODEBUG; without any, all that are known.
# Ends with "N passed, N failed", where a mode that fails in any suite counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
[ $# -gt 0 ] || set -- \
  gccheckmark=1 clobberfree=1 gcstoptheworld=1 gcstress=1000 gcstress=50,clobberfree=1 \
  stackstress=1 stackstress=1,gccheckmark=1 schedseed=1 schedseed=2 schedseed=3 schedseed=4,gcstress=500 \
  preemptstress=1 preemptstress=7,gcstress=500
passed=0 failed=0
for mode; do
  log=$(mktemp)
  if { GODEBUG=$mode test/run.py go examples && test/conformance.py --fast --env GODEBUG="$mode"; } >"$log" 2>&1; then
    passed=$((passed + 1)); echo "ok   GODEBUG=$mode: $(tail -1 "$log")"
  else
    failed=$((failed + 1)); echo "FAIL GODEBUG=$mode"; grep -v '^ok' "$log" | tail -40
  fi
  rm -f "$log"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
