/* pkg_poll.c - what package internal/poll asks of the runtime: the scheduler's netpoll (which see)
 * under the names, modes and times of that package. A goroutine that waits for a descriptor is
 * parked; deadlines are timers.
 */
#include "lang/lang.h"
#include "sched/netpoll.h"
#include "sched/sched.h"

void internal$0poll$runtime_Semacquire(uint32_t *s) {
    gm_sem_acquire(s, 0, GM_WAIT_SEM);
}
void internal$0poll$runtime_Semrelease(uint32_t *s) {
    gm_sem_release(s, 0);
}

void internal$0poll$runtime_pollServerInit(void) {
    gm_netpoll_init();
}

bool internal$0poll$runtime_isPollServerDescriptor(uintptr_t fd) {
    return gm_netpoll_owns((int)fd);
}

typedef struct opened {
    uintptr_t ctx;
    gm_int err;
} opened;

opened internal$0poll$runtime_pollOpen(uintptr_t fd) {
    int error = 0;
    gm_poll *p = gm_poll_open((int)fd, &error);
    return (opened){(uintptr_t)p, error};
}

void internal$0poll$runtime_pollClose(uintptr_t ctx) {
    gm_poll_close((gm_poll *)ctx);
}

void internal$0poll$runtime_pollUnblock(uintptr_t ctx) {
    gm_poll_unblock((gm_poll *)ctx);
}

static enum gm_poll_side side(gm_int mode) {
    return mode == 'r' ? GM_POLL_READ : GM_POLL_WRITE;
}

gm_int internal$0poll$runtime_pollReset(uintptr_t ctx, gm_int mode) {
    return gm_poll_reset((gm_poll *)ctx, side(mode));
}

gm_int internal$0poll$runtime_pollWait(uintptr_t ctx, gm_int mode) {
    return gm_poll_wait((gm_poll *)ctx, side(mode));
}

/* For systems where what is under way in the kernel must end first; here nothing is. */
void internal$0poll$runtime_pollWaitCanceled(uintptr_t ctx, gm_int mode) {
    (void)ctx, (void)mode;
}

/* when: nanoseconds from now, negative if it has passed, 0 for none. mode: r, w or their sum. */
void internal$0poll$runtime_pollSetDeadline(uintptr_t ctx, int64_t when, gm_int mode) {
    if (when > 0 && __builtin_add_overflow(when, gm_nanotime(), &when)) when = INT64_MAX;
    unsigned sides = mode == 'r' + 'w' ? 1 << GM_POLL_READ | 1 << GM_POLL_WRITE : 1u << side(mode);
    gm_poll_set_deadline((gm_poll *)ctx, sides, when);
}
