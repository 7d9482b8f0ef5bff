/* sched_api.c - golem/sched.h: the scheduler for C. */
#include <golem/sched.h>

#include "chan/chan.h"
#include "sched/sched.h"
#include "upcall.h"

enum { DEFAULT_STACK = 256 << 10 };

gm_chan *gm_chan_new(const gm_type *elem, gm_int size);

bool gm_go(void (*fn)(void *arg), void *arg, size_t stack_size) {
    gm_need_thread("gm_go");
    return gm_go_start_reserved(fn, arg, stack_size ? stack_size : DEFAULT_STACK) != NULL;
}

/* --- channels --- */

gm_chan *gm_chan_make(const gm_type *elem, int64_t capacity) {
    gm_need_thread("gm_chan_make");
    if (capacity < 0 || elem->size > UINT32_MAX ||
        (elem->size && (uint64_t)capacity > GM_MAX_ALLOC / 2 / elem->size))
        return NULL;
    return gm_chan_new(elem, capacity);
}

bool gm_chan_send(gm_chan *c, const void *value) {
    gm_need_thread("gm_chan_send");
    if (!c) gm_block();
    return gm_chan_send_or_closed(c, value);
}

bool gm_chan_recv(gm_chan *c, void *value) {
    gm_need_thread("gm_chan_recv");
    return gm_chanrecv(c, value);
}

enum gm_chan_result gm_chan_try_send(gm_chan *c, const void *value) {
    gm_need_thread("gm_chan_try_send");
    if (!c || !gm_chan_may_send(c)) return GM_CHAN_WOULD_WAIT;
    return gm_chan_send_now(c, value);
}

enum gm_chan_result gm_chan_try_recv(gm_chan *c, void *value) {
    gm_need_thread("gm_chan_try_recv");
    bool received;
    if (!gm_chanrecv_nb(c, value, &received)) return GM_CHAN_WOULD_WAIT;
    return received ? GM_CHAN_OK : GM_CHAN_CLOSED;
}

bool gm_chan_close(gm_chan *c) {
    gm_need_thread("gm_chan_close");
    return c && gm_chan_close_once(c);
}

int64_t gm_chan_length(const gm_chan *c) {
    return gm_chan_len(c);
}

int64_t gm_chan_capacity(const gm_chan *c) {
    return gm_chan_cap(c);
}

/* --- select: the runtime's has the sends in front --- */

int gm_select_cases(gm_select_case *cases, int n, bool block) {
    gm_need_thread("gm_select_cases");
    if (n < 0 || n > GM_SELECT_MAX) gm_throw("gm_select_cases: too many cases");
    gm_scase sorted[GM_SELECT_MAX];
    uint8_t from[GM_SELECT_MAX];
    int at = 0, nsends = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < n; i++) {
            if (cases[i].send != (pass == 0)) continue;
            sorted[at] = (gm_scase){cases[i].chan, cases[i].value};
            from[at++] = (uint8_t)i;
        }
        if (pass == 0) nsends = at;
    }
    bool ok = true;
    int chosen = gm_select_or_closed(sorted, nsends, n - nsends, block, &ok);
    if (chosen < 0) return -1;
    cases[from[chosen]].ok = ok;
    return from[chosen];
}

/* --- mutex: who finds others interested queues up; unlock hands over in order --- */

void gm_mu_lock(gm_mu *m) {
    gm_need_thread("gm_mu_lock");
    if (__atomic_fetch_add(&m->interested, 1, __ATOMIC_ACQUIRE) > 0)
        gm_sem_acquire(&m->sem, 0, GM_WAIT_MUTEX);
}

bool gm_mu_try_lock(gm_mu *m) {
    uint32_t none = 0;
    return __atomic_compare_exchange_n(&m->interested, &none, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

void gm_mu_unlock(gm_mu *m) {
    gm_need_thread("gm_mu_unlock");
    uint32_t before = __atomic_fetch_sub(&m->interested, 1, __ATOMIC_RELEASE);
    if (before == 0) gm_throw("gm_mu_unlock: not locked");
    if (before > 1) gm_sem_release(&m->sem, 0);
}

/* --- wait group: the count in the upper half of state, who waits in the lower --- */

void gm_wait_group_add(gm_wait_group *w, int n) {
    gm_need_thread("gm_wait_group_add");
    uint64_t state = __atomic_add_fetch(&w->state, (uint64_t)(int64_t)n << 32, __ATOMIC_SEQ_CST);
    int32_t count = (int32_t)(state >> 32);
    uint32_t waiters = (uint32_t)state;
    if (count < 0) gm_throw("gm_wait_group_add: negative count");
    if (count > 0 || waiters == 0) return;
    __atomic_store_n(&w->state, 0, __ATOMIC_SEQ_CST);
    while (waiters-- > 0) gm_sem_release(&w->sem, 0);
}

void gm_wait_group_done(gm_wait_group *w) {
    gm_wait_group_add(w, -1);
}

void gm_wait_group_wait(gm_wait_group *w) {
    gm_need_thread("gm_wait_group_wait");
    uint64_t state = __atomic_load_n(&w->state, __ATOMIC_SEQ_CST);
    for (;;) {
        if (state >> 32 == 0) return;
        if (__atomic_compare_exchange_n(&w->state, &state, state + 1, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            break;
    }
    gm_sem_acquire(&w->sem, 0, GM_WAIT_GROUP);
}
