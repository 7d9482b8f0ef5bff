/* select.c - waiting on several channels at once.
 *
 * First a look without locks finds which cases could go on; one of these is chosen at random and
 * tried under its channel's own lock; if it cannot go on after all, another. So every case that can go on is as
 * likely as another, and a select that finds one ready locks one channel and needs next to no stack. If
 * none was found, all channels are locked, in order of address, and looked at again: only now is it
 * certain that none can go on, and the default case is taken or the goroutine waits on all.
 *
 * The goroutine that wakes it has won select_done and taken its record off one queue; the others
 * are taken off here, under all locks.
 *
 * Room for the records lies on the stack for the usual number of cases, else in the heap.
 */
#include "os/inside.h"
#include "chan/chan.h"

#include "sched/waitwatch.h"

enum { SMALL = 4, MEDIUM = 16, LOOK = 64 };

struct work {
    gm_scase *cases;
    int nsends, n;
    uint16_t *order; /* indices of the cases with a channel, by its address */
    int live;        /* how many those are */
    gm_sudog *sudogs;
    bool has_timed;   /* one of the channels is a timer's */
    bool has_outside; /* one of the channels is no bubble's */
};

static bool is_send(const struct work *w, int i) {
    return i < w->nsends;
}

static gm_sudog **queue(const struct work *w, int i) {
    gm_chan *c = w->cases[i].c;
    return is_send(w, i) ? &c->senders : &c->receivers;
}

/* --- locking --- */

static bool below(const struct work *w, uint16_t a, uint16_t b) {
    return w->cases[a].c < w->cases[b].c;
}

static void sift(struct work *w, int root, int n) {
    uint16_t v = w->order[root];
    for (int child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && below(w, w->order[child], w->order[child + 1])) child++;
        if (!below(w, v, w->order[child])) break;
        w->order[root] = w->order[child];
    }
    w->order[root] = v;
}

static void sort(struct work *w) {
    int n = 0;
    for (int i = 0; i < w->n; i++) {
        if (!w->cases[i].c) continue; /* a nil channel can never go on */
        w->order[n++] = (uint16_t)i;
        w->has_timed |= w->cases[i].c->timed;
        w->has_outside |= !w->cases[i].c->bubbled;
        gm_chan_check(w->cases[i].c, GM_OUTSIDE("select on"));
    }
    w->live = n;
    for (int i = n / 2 - 1; i >= 0; i--) sift(w, i, n);
    for (int i = n - 1; i > 0; i--) {
        uint16_t greatest = w->order[0];
        w->order[0] = w->order[i];
        w->order[i] = greatest;
        sift(w, 0, i);
    }
}

static void lock_all(const struct work *w) {
    gm_chan *last = NULL;
    for (int i = 0; i < w->live; i++) {
        gm_chan *c = w->cases[w->order[i]].c;
        if (c != last) gm_chan_lock(c);
        last = c;
    }
}

/* Releases all locks but that of keep. After the last one is free the channels may be gone. */
static void unlock_all(const struct work *w, const gm_chan *keep) {
    for (int i = w->live - 1; i >= 0; i--) {
        gm_chan *c = w->cases[w->order[i]].c;
        if (i > 0 && c == w->cases[w->order[i - 1]].c) continue;
        if (c != keep) gm_chan_unlock(c);
    }
}

/* --- trying --- */

/* The k-th of the bits of set, counted from the lowest. */
static int kth_bit(uint64_t set, uint32_t k) {
    while (k-- > 0) set &= set - 1;
    return __builtin_ctzll(set);
}

static enum gm_chan_result try_now(const gm_scase *k, bool send) {
    return send ? gm_chan_send_now(k->c, k->elem) : gm_chan_recv_now(k->c, k->elem);
}

/* The case that went on, one at a time being locked, or -1. *result says how it ended. */
static int try_each(const gm_scase *cases, int nsends, int n, enum gm_chan_result *result) {
    uint64_t ready = 0;
    uint32_t count = 0;
    for (int i = 0; i < n; i++) {
        gm_chan *c = cases[i].c;
        if (!c) continue;
        gm_chan_check(c, GM_OUTSIDE("select on"));
        if (GM_UNLIKELY(c->timed)) gm_timed_poll(c);
        if (!(i < nsends ? gm_chan_may_send(c) : gm_chan_may_recv(c))) continue;
        ready |= (uint64_t)1 << i;
        count++;
    }
    for (; count > 0; count--) {
        int i = kth_bit(ready, count > 1 ? gm_fastrandn(count) : 0);
        *result = try_now(&cases[i], i < nsends);
        if (*result != GM_CHAN_WOULD_WAIT) return i;
        ready &= ~((uint64_t)1 << i);
    }
    return -1;
}

/* All locks are held. Does the waiting queue or the buffer let case i go on? The look without locks
 * is exact now, but for selects in the queue that were won elsewhere. */
static bool can_go(const struct work *w, int i) {
    return is_send(w, i) ? gm_chan_may_send(w->cases[i].c) : gm_chan_may_recv(w->cases[i].c);
}

/* All locks are held; they are released if a case went on. */
static int try_all(const struct work *w, enum gm_chan_result *result) {
    for (;;) {
        uint32_t ready = 0;
        for (int k = 0; k < w->live; k++) ready += can_go(w, w->order[k]);
        if (ready == 0) return -1;
        uint32_t nth = gm_fastrandn(ready);
        int k = 0;
        while (!can_go(w, w->order[k]) || nth-- > 0) k++;
        int i = w->order[k];
        gm_scase *chosen = &w->cases[i];
        /* It cannot go on after all if the queue holds nothing but selects that were won elsewhere. These
         * are off the queue then; but the other locks are free by that time, so look again. */
        unlock_all(w, chosen->c);
        *result = is_send(w, i) ? gm_chan_send_locked(chosen->c, chosen->elem)
                                : gm_chan_recv_locked(chosen->c, chosen->elem);
        if (*result != GM_CHAN_WOULD_WAIT) return i;
        gm_chan_unlock(chosen->c);
        lock_all(w);
    }
}

/* --- waiting --- */

/* Runs when the goroutine has left its stack; w lies on that stack, and may go as soon as the first
 * lock is released, so nothing of it is read after the last. */
static bool commit(gm_g *g, void *arg) {
    (void)g;
    gm_sudog *s = arg; /* the records, chained in lock order */
    gm_chan *last = NULL;
    while (s) {
        gm_chan *c = s->chan;
        s = s->waitlink;
        if (last && c != last) gm_chan_unlock(last);
        last = c;
    }
    if (last) gm_chan_unlock(last);
    return true;
}

static int wait_all(const struct work *w, enum gm_chan_result *result) {
    gm_g *g = gm_getg();
    gm_sudog *first = NULL, **at = &first;
    for (int k = 0; k < w->live; k++) {
        int i = w->order[k];
        gm_sudog *s = &w->sudogs[k];
        *s = (gm_sudog){.g = g,
                        .elem = w->cases[i].elem,
                        .chan = w->cases[i].c,
                        .is_select = true,
                        .scase = (uint16_t)i};
        gm_waitq_push(queue(w, i), s);
        *at = s;
        at = &s->waitlink;
    }
    g->select_done = 0;
    g->wake = NULL;
    g->waiting = first;
    int64_t began = gm_wait_begin();
    g->durably = g->bubble && !w->has_outside;
    gm_park(commit, first, GM_WAIT_SELECT);
    g->waiting = NULL;
    gm_wait_end(began);

    lock_all(w);
    gm_sudog *won = g->wake;
    for (int k = 0; k < w->live; k++) {
        gm_sudog *s = &w->sudogs[k];
        if (s != won) gm_waitq_remove(queue(w, s->scase), s);
    }
    g->wake = NULL;
    unlock_all(w, NULL);
    *result = won->success ? GM_CHAN_OK : GM_CHAN_CLOSED;
    return won->scase;
}

static int run_plain(struct work *w, bool block, enum gm_chan_result *result) {
    lock_all(w);
    int i = try_all(w, result);
    if (i >= 0) return i;
    if (block) return wait_all(w, result);
    unlock_all(w, NULL);
    return -1;
}

/* Timers whose channels a select that may wait looks at are set meanwhile. */
static void each_timed(const struct work *w, void (*fn)(gm_chan *)) {
    for (int k = 0; k < w->live; k++) {
        gm_chan *c = w->cases[w->order[k]].c;
        if (c->timed && !is_send(w, w->order[k])) fn(c);
    }
}

static int run(struct work *w, bool block, enum gm_chan_result *result) {
    sort(w);
    if (!block || !w->has_timed) return run_plain(w, block, result);
    each_timed(w, gm_timed_wait_begin);
    int i = run_plain(w, block, result);
    each_timed(w, gm_timed_wait_end);
    return i;
}

static __attribute__((noinline)) int run_small(struct work *w, bool block,
                                               enum gm_chan_result *result) {
    uint16_t order[SMALL];
    gm_sudog sudogs[SMALL];
    w->order = order;
    w->sudogs = sudogs;
    return run(w, block, result);
}

static __attribute__((noinline)) int run_medium(struct work *w, bool block,
                                                enum gm_chan_result *result) {
    uint16_t order[MEDIUM];
    gm_sudog sudogs[MEDIUM];
    w->order = order;
    w->sudogs = sudogs;
    return run(w, block, result);
}

/* The records lead only to what the cases and the stack lead to as well. */
static __attribute__((noinline)) int run_large(struct work *w, bool block,
                                               enum gm_chan_result *result) {
    char *room = gm_noscan((size_t)w->n * (sizeof(gm_sudog) + sizeof(uint16_t)));
    w->sudogs = (gm_sudog *)room;
    w->order = (uint16_t *)(w->sudogs + w->n);
    return run(w, block, result);
}

static __attribute__((noinline)) int run_locked(gm_scase *cases, int nsends, int n, bool block,
                                                enum gm_chan_result *result) {
    struct work w = {.cases = cases, .nsends = nsends, .n = n};
    if (n <= SMALL) return run_small(&w, block, result);
    if (n <= MEDIUM) return run_medium(&w, block, result);
    return run_large(&w, block, result);
}

static inline int choose(gm_scase *cases, int nsends, int n, bool block,
                         enum gm_chan_result *result) {
    int i = n <= LOOK ? try_each(cases, nsends, n, result) : -1;
    return i >= 0 ? i : run_locked(cases, nsends, n, block, result);
}

int gm_chan_select(gm_scase *cases, int nsends, int nrecvs, bool block, bool *ok) {
    enum gm_chan_result result = GM_CHAN_WOULD_WAIT;
    int i = choose(cases, nsends, nsends + nrecvs, block, &result);
    *ok = result == GM_CHAN_OK;
    return i;
}

/* --- for C: gm_chan_select has the sends in front --- */

int gm_select_cases(gm_select_case *cases, int n, bool block) {
    gm_need_thread("gm_select_cases");
    GM_INSIDE();
    if (n < 0 || n > GM_SELECT_MAX) gm_fatal("gm_select_cases: too many cases");
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
    int chosen = gm_chan_select(sorted, nsends, n - nsends, block, &ok);
    if (chosen < 0) return -1;
    cases[from[chosen]].ok = ok;
    return from[chosen];
}
