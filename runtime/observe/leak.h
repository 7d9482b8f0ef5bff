/* leak.h - goroutines that wait for ever. See leak.c, and golem/sched.h for gm_goroutine_leaks. */
#ifndef GM_OBSERVE_LEAK_H
#define GM_OBSERVE_LEAK_H

#include <stdbool.h>

/* Finds the goroutines that wait for ever, with the world stopped, and marks them with GM_GF_LEAKED; see
 * golem/sched.h. */
int gm_goroutine_leaks(bool print);
/* The same if GODEBUG=goroutineleak=1 asks for it at the end of the process. */
void gm_leaks_at_exit(void);

#endif
