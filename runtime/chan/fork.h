/* fork.h - the library around a fork of the process. See fork.c. */
#ifndef GM_CHAN_FORK_H
#define GM_CHAN_FORK_H

#include <stdbool.h>

/* From now on every fork of the C library's leaves a child that can go on. False: no memory. By one thread at a time; safe to
 * call again. */
bool gm_fork_init(void);

#endif
