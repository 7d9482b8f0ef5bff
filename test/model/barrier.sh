#!/bin/sh
# barrier.sh: Spin visits every state of barrier.pml: the protocol as it should be must pass in each of
# its forms, each spoiled form must fail. About a minute on one core; exit 0 only if all is as expected.
set -u
exec "$(dirname "$0")/check" barrier.pml <<'END'
pass OPS=3 SCAN=STOP PLAIN_INIT
pass OPS=3 SCAN=LAZY PLAIN_INIT
pass OPS=3 SCAN=ANY
pass OPS=2 SCAN=ANY TWO_WORKERS
pass OPS=2 SCAN=STOP PLAIN_INIT TWO_WORKERS
pass OPS=3 SCAN=STOP PLAIN_INIT NO_INSERTION
fail OPS=3 SCAN=ANY NO_BARRIER
fail OPS=3 SCAN=STOP NO_BARRIER
fail OPS=3 SCAN=ANY NO_INSERTION
fail OPS=3 SCAN=ANY NO_DELETION
fail OPS=3 SCAN=STOP NO_DELETION
fail OPS=3 SCAN=ANY PLAIN_INIT
fail OPS=3 SCAN=STOP PLAIN_INIT ALLOC_WHITE
fail OPS=3 SCAN=STOP PLAIN_INIT NO_RECHECK
fail OPS=3 SCAN=ANY NO_RECHECK
fail OPS=3 SCAN=STOP PLAIN_INIT NO_COUNT TWO_WORKERS
fail OPS=3 SCAN=STOP PLAIN_INIT SPLIT_STORE
END
