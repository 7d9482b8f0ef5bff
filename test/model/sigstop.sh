#!/bin/sh
# sigstop.sh: Spin visits every state of sigstop.pml: the protocol as it should be must pass, each spoiled form
# must fail. Exit 0 only if all is as expected.
set -u
exec "$(dirname "$0")/check" sigstop.pml <<'END'
pass ROUNDS=2
pass ROUNDS=3
fail ROUNDS=2 DEAF
pass ROUNDS=2 DEAF SIGNALS=3
fail ROUNDS=2 CUT_INSIDE
fail ROUNDS=2 NO_LEAVE_LOOK
fail ROUNDS=2 EARLY_LOOK
fail ROUNDS=2 NO_SET_BACK
fail ROUNDS=2 STOP_TO_FORK
fail ROUNDS=2 NO_DOOR
fail ROUNDS=2 ANY_STOP
fail ROUNDS=2 NO_SECOND_LOOK
fail ROUNDS=2 EARLY_UNFENCE
fail ROUNDS=2 REGION_LOOK
END
