/* sync.h - a mutex for short sections of the runtime's own C, and an event.
 *
 * The mutex is three-valued (free, held, held and contended) over a futex. It is never held across
 * a safepoint, a park or a call into user code, so it needs no notion of goroutine: the thread that
 * waits, waits for a few hundred nanoseconds at most.
 */
#ifndef GM_OS_SYNC_H
#define GM_OS_SYNC_H

#include "os/os.h"

typedef struct gm_mutex {
    uint32_t state; /* 0 free, 1 held, 2 held and perhaps waited for */
} gm_mutex;

void gm_mutex_lock_slow(gm_mutex *m);

static inline bool gm_mutex_trylock(gm_mutex *m) {
    uint32_t expect = 0;
    return __atomic_compare_exchange_n(&m->state, &expect, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline void gm_mutex_lock(gm_mutex *m) {
    if (!gm_mutex_trylock(m)) gm_mutex_lock_slow(m);
}

static inline void gm_mutex_unlock(gm_mutex *m) {
    if (__atomic_exchange_n(&m->state, 0, __ATOMIC_RELEASE) == 2) gm_os_futex_wake(&m->state, 1);
}

/* By anybody, at this moment. */
static inline bool gm_mutex_is_held(const gm_mutex *m) {
    return __atomic_load_n(&m->state, __ATOMIC_RELAXED) != 0;
}

/* An event counter: a waiter remembers the count, looks whether there is something to do, and then
 * waits for the count to change. */
typedef struct gm_event {
    uint32_t count;
    uint32_t waiters;
} gm_event;

static inline uint32_t gm_event_read(gm_event *e) {
    return __atomic_load_n(&e->count, __ATOMIC_SEQ_CST);
}
void gm_event_wait(gm_event *e, uint32_t seen, int64_t timeout_ns);
void gm_event_post(gm_event *e);

#endif
