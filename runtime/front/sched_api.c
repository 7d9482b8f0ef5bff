/* sched_api.c - golem/sched.h: the scheduler for C. Channels need no door of their own: chan/. */
#include <golem/sched.h>

#include "os/inside.h"
#include "os/fatal.h"
#include "sched/sched.h"
#include "upcall.h"

enum { DEFAULT_STACK = 256 << 10 };

bool gm_go(void (*fn)(void *arg), void *arg, size_t stack_size) {
    gm_need_thread("gm_go");
    GM_INSIDE();
    return gm_go_start_c(fn, arg, stack_size ? stack_size : DEFAULT_STACK) != NULL;
}

/* --- mutex: who finds others interested queues up; unlock hands over in order --- */

void gm_mu_lock(gm_mu *m) {
    gm_need_thread("gm_mu_lock");
    GM_INSIDE();
    if (__atomic_fetch_add(&m->interested, 1, __ATOMIC_ACQUIRE) > 0)
        gm_sem_acquire(&m->sem, 0, GM_WAIT_MUTEX);
}

bool gm_mu_try_lock(gm_mu *m) {
    gm_need_thread("gm_mu_try_lock");
    uint32_t none = 0;
    return __atomic_compare_exchange_n(&m->interested, &none, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

void gm_mu_unlock(gm_mu *m) {
    gm_need_thread("gm_mu_unlock");
    GM_INSIDE();
    uint32_t before = __atomic_fetch_sub(&m->interested, 1, __ATOMIC_RELEASE);
    if (before == 0) gm_fatal("gm_mu_unlock: not locked");
    if (before > 1) gm_sem_release(&m->sem, 0);
}

/* --- wait group: the count in the upper half of state, who waits in the lower --- */

void gm_wait_group_add(gm_wait_group *w, int n) {
    gm_need_thread("gm_wait_group_add");
    GM_INSIDE();
    uint64_t state = __atomic_add_fetch(&w->state, (uint64_t)(int64_t)n << 32, __ATOMIC_SEQ_CST);
    int32_t count = (int32_t)(state >> 32);
    uint32_t waiters = (uint32_t)state;
    if (count < 0) gm_fatal("gm_wait_group_add: negative count");
    if (count > 0 || waiters == 0) return;
    __atomic_store_n(&w->state, 0, __ATOMIC_SEQ_CST);
    while (waiters-- > 0) gm_sem_release(&w->sem, 0);
}

void gm_wait_group_done(gm_wait_group *w) {
    gm_wait_group_add(w, -1);
}

void gm_wait_group_wait(gm_wait_group *w) {
    gm_need_thread("gm_wait_group_wait");
    GM_INSIDE();
    uint64_t state = __atomic_load_n(&w->state, __ATOMIC_SEQ_CST);
    for (;;) {
        if (state >> 32 == 0) return;
        if (__atomic_compare_exchange_n(&w->state, &state, state + 1, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            break;
    }
    gm_sem_acquire(&w->sem, 0, GM_WAIT_GROUP);
}
