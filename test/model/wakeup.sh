#!/bin/sh
# wakeup.sh: Spin visits every state of wakeup.pml: the protocol as it should be must pass, each spoiled form
# must fail. Half a minute; exit 0 only if all is as expected.
set -u
exec "$(dirname "$0")/check" wakeup.pml <<'END'
pass OPS=3
pass OPS=3 PROCS=1
fail OPS=2 NO_FENCE
fail OPS=2 NO_SLEEP_FENCE
fail OPS=2 NO_LAST_LOOK
fail OPS=2 EARLY_LOOK
fail OPS=2 NO_CHAIN
fail OPS=3 NO_HANDOFF_LOOK
fail OPS=3 NO_SECOND_TRY
fail OPS=2 NO_START_WAKE
END
