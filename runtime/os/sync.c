/* sync.c - the slow halves of mutex and event. */
#include "os/sync.h"

#include <limits.h>

/* Sections are short: it pays to spin for a while where there is another processor to run on. */
enum { SPINS = 60 };

void gm_mutex_lock_slow(gm_mutex *m) {
    if (gm_os_cpus() > 1) {
        for (int i = 0; i < SPINS; i++) {
            if (__atomic_load_n(&m->state, __ATOMIC_RELAXED) == 0 && gm_mutex_trylock(m)) return;
            gm_os_pause();
        }
    }
    while (__atomic_exchange_n(&m->state, 2, __ATOMIC_ACQUIRE) != 0)
        gm_os_futex_wait(&m->state, 2, -1);
}

void gm_event_wait(gm_event *e, uint32_t seen, int64_t timeout_ns) {
    __atomic_fetch_add(&e->waiters, 1, __ATOMIC_SEQ_CST);
    if (gm_event_read(e) == seen) gm_os_futex_wait(&e->count, seen, timeout_ns);
    __atomic_fetch_sub(&e->waiters, 1, __ATOMIC_SEQ_CST);
}

void gm_event_post(gm_event *e) {
    __atomic_fetch_add(&e->count, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&e->waiters, __ATOMIC_SEQ_CST) != 0) gm_os_futex_wake(&e->count, INT_MAX);
}
