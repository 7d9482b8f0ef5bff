/* fork.h - the library around a fork of the process. See fork.c. */
#ifndef GM_CHAN_FORK_H
#define GM_CHAN_FORK_H

#include <stdbool.h>
#include <stdint.h>

/* From now on every fork of the C library's leaves a child that can go on. False: no memory. By one thread at a time; safe to
 * call again. */
bool gm_fork_init(void);

/* A child of this process, for which it stands still no longer than the fork takes: 0 in the child, whose world is stopped for good, as it
 * was here at one moment, no cycle under way. gm_os_child_end it there, gm_os_child_wait for it here. Negative: the system has none.
 * On the system stack. */
intptr_t gm_fork_aside(void);

#endif
