/* sync.c - the slow halves of sync.h. */
#include "os/sync.h"

#include <limits.h>

/* Sections are short: it pays to spin for a while first. */
enum { SPINS = 40 };

void gm_mutex_lock_slow(gm_mutex *m) {
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(&m->state, __ATOMIC_RELAXED) == 0 && gm_mutex_trylock(m)) return;
        gm_os_pause();
    }
    while (__atomic_exchange_n(&m->state, 2, __ATOMIC_ACQUIRE) != 0)
        gm_os_futex_wait(&m->state, 2, -1);
}

void gm_mutex_unlock_slow(gm_mutex *m) {
    gm_os_futex_wake(&m->state, 1);
}

void gm_mutex_fork(gm_mutex *m, enum gm_fork_step step) {
    switch (step) {
    case GM_FORK_BEFORE: gm_mutex_lock(m); break;
    case GM_FORK_PARENT: gm_mutex_unlock(m); break;
    case GM_FORK_CHILD: gm_lock_order_leave(m); __atomic_store_n(&m->state, 0, __ATOMIC_RELAXED);
    }
}

#ifdef GM_DEBUG

/* What the calling thread holds of the locks that have a rank. A lock that was had by trying counts for nothing: who
 * tries does not wait. */
static __thread struct {
    const gm_mutex *held[16];
    int n;
} mine __attribute__((tls_model("initial-exec")));

void gm_lock_order_enter(const gm_mutex *m) {
    if (!m->rank) return;
    for (int i = 0; i < mine.n; i++) GM_ASSERT(mine.held[i]->rank < m->rank);
    GM_ASSERT(mine.n < 16);
    mine.held[mine.n++] = m;
}

void gm_lock_order_leave(const gm_mutex *m) {
    if (!m->rank) return;
    for (int i = mine.n; i-- > 0;) {
        if (mine.held[i] != m) continue;
        mine.held[i] = mine.held[--mine.n];
        return;
    }
}

#endif

enum { FIRST_NAP_NS = 10000, LAST_NAP_NS = 320000 };

void gm_spin_wait(gm_spin *l) {
    for (int64_t nap = FIRST_NAP_NS;; nap = nap < LAST_NAP_NS ? 2 * nap : nap) {
        for (int i = 0; i < SPINS; i++) {
            if (__atomic_load_n(&l->held, __ATOMIC_RELAXED) == 0 && gm_spin_try(l)) return;
            gm_os_pause();
        }
        gm_os_futex_wait(&l->held, 1, nap); /* nobody wakes */
    }
}

void gm_note_wake(gm_note *n) {
    __atomic_store_n(&n->word, 1, __ATOMIC_RELEASE);
    gm_os_futex_wake(&n->word, 1);
}

bool gm_note_sleep_for(gm_note *n, int64_t ns) {
    int64_t end = ns < 0 ? 0 : gm_os_nanotime() + ns;
    while (__atomic_load_n(&n->word, __ATOMIC_ACQUIRE) == 0) {
        gm_os_futex_wait(&n->word, 0, ns);
        if (ns < 0) continue;
        ns = end - gm_os_nanotime();
        if (ns <= 0) return __atomic_load_n(&n->word, __ATOMIC_ACQUIRE) != 0;
    }
    return true;
}

void gm_note_sleep(gm_note *n) {
    gm_note_sleep_for(n, -1);
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
