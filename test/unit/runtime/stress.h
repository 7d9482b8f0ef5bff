/* stress.h - tests under GODEBUG=gcstress, which collects at every n-th allocation. Each collection costs what is alive, so work over large
 * heaps, which takes seconds otherwise, would take hours: it is done on less. And a test that counts collections gets others, too. */
#ifndef GM_TEST_STRESS_H
#define GM_TEST_STRESS_H

#include "os/godebug.h"

/* The settings are read by gm_init. */
#define SKIP_UNDER_STRESS()                                                                        \
    do                                                                                             \
        if (gm_debug.gcstress) skip();                                                             \
    while (0)

/* n things to be kept; under stress no more than still make an object that is large. */
static inline long at_most(long n) {
    enum { MOST = 5000 };
    return gm_debug.gcstress && n > MOST ? MOST : n;
}

#endif
