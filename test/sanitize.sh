#!/bin/sh
# sanitize.sh address|thread|debug: the runtime and its unit tests, built anew under a sanitizer (the first includes undefined
# behaviour) or with the runtime's assertions, and run. Goroutines take part: runtime/sched/sanitize.h tells how. Ends with "N passed, N failed".
#
# What the thread sanitizer is not shown, and why, stands in stress/tsan.supp.
cd "$(dirname "$0")/.." || exit 1
kind=${1:-address}
mkdir -p build
case $kind in
debug) how=DEBUG=yes ;;
*) how=SAN=$kind ;;
esac
make -s -j"$(nproc)" DEPS=no "$how" unit-runtime >build/sanitize.log 2>&1 || { tail -20 build/sanitize.log; exit 1; }
# Hundreds of children end here: they need not wait a second each, by default, for races at the end.
export TSAN_OPTIONS="suppressions=$PWD/test/stress/tsan.supp history_size=7 atexit_sleep_ms=20"
export UBSAN_OPTIONS=print_stacktrace=1
passed=0 failed=0
for source in test/unit/runtime/*_test.c; do
  name=$(basename "$source" .c)
  # Its frames hold words for longer there, so that leaks are missed which this test counts.
  [ "$kind $name" = "address leak_test" ] && continue
  # Sums agree with the system's to 2 % there; a sanitizer takes and touches memory of its own meanwhile.
  case "$kind $name" in "address account_test" | "thread account_test") continue ;; esac
  # A child can inherit a lock of the sanitizer's own allocator, held by a thread that it does not have.
  [ "$kind $name" = "address fork_test" ] && continue
  timeout 300 "build/$kind/test/unit/runtime/$name" >build/sanitize.log 2>&1
  status=$?
  ran=$(grep -ac '^\[ *OK *\]' build/sanitize.log)
  passed=$((passed + ran))
  if [ $status != 0 ] || [ "$ran" = 0 ]; then
    failed=$((failed + 1))
    echo "FAIL $name under $kind: status $status"
    tail -60 build/sanitize.log | sed 's/^/    /'
  fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
