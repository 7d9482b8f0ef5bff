/* timer.c - timers and sleep.
 *
 * Every P has a heap of timers, ordered by when they are due, four children to a node. A timer is
 * in the heap of the P on which it was set; t->p and t->index say where, so that it can be taken
 * out at once. The heap's lock is held for every change. p->timer_next repeats the time of the
 * heap's first timer, to be read without the lock.
 *
 * Due timers are run by whoever holds the P, when it chooses the next goroutine; by threads that
 * look for work, for all Ps; and when all sleep, one thread sleeps only until the first timer of
 * all.
 *
 * A timer's function runs without the lock, after the timer has been taken out or, if periodic, put
 * back with its next time.
 */
#include "os/inside.h"
#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

int64_t gm_nanotime(void) {
    return gm_os_nanotime();
}
int64_t gm_walltime(void) {
    return gm_os_walltime();
}

/* --- the heap; timer_lock held --- */

static void place(gm_p *p, uint32_t i, gm_timer *t) {
    if (__builtin_expect(p->timer_scan, 0)) gm_up_shade(t);
    p->timers[i] = t;
    t->index = i;
}

static void sift_up(gm_p *p, uint32_t i) {
    gm_timer *t = p->timers[i];
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;
        if (p->timers[parent]->when <= t->when) break;
        place(p, i, p->timers[parent]);
        i = parent;
    }
    place(p, i, t);
}

static void sift_down(gm_p *p, uint32_t i) {
    gm_timer *t = p->timers[i];
    for (;;) {
        uint32_t first = i * 4 + 1, end = first + 4;
        if (first >= p->timer_count) break;
        if (end > p->timer_count) end = p->timer_count;
        uint32_t least = first;
        for (uint32_t c = first + 1; c < end; c++)
            if (p->timers[c]->when < p->timers[least]->when) least = c;
        if (p->timers[least]->when >= t->when) break;
        place(p, i, p->timers[least]);
        i = least;
    }
    place(p, i, t);
}

static void note_first(gm_p *p) {
    __atomic_store_n(&p->timer_next, p->timer_count ? p->timers[0]->when : 0, __ATOMIC_SEQ_CST);
}

/* Tables double and are not collected; an outgrown table is left, which at most doubles the sum. */
static void grow_table(gm_p *p) {
    uint32_t cap = p->timer_cap ? p->timer_cap * 2 : 64;
    gm_timer **table = gm_persistent_alloc(cap * sizeof *table, 64);
    for (uint32_t i = 0; i < p->timer_count; i++) table[i] = p->timers[i];
    p->timers = table;
    p->timer_cap = cap;
}

static void insert(gm_p *p, gm_timer *t) {
    if (p->timer_count == p->timer_cap) grow_table(p);
    place(p, p->timer_count++, t);
    __atomic_store_n(&t->p, p, __ATOMIC_RELEASE);
    sift_up(p, (uint32_t)t->index);
    note_first(p);
}

static void take_out(gm_p *p, gm_timer *t) {
    uint32_t i = (uint32_t)t->index;
    gm_timer *last = p->timers[--p->timer_count];
    __atomic_store_n(&t->p, NULL, __ATOMIC_RELEASE);
    gm_up_shade(t);
    if (last != t) {
        place(p, i, last);
        sift_up(p, i);
        sift_down(p, (uint32_t)last->index);
    }
    note_first(p);
}

/* --- setting and stopping --- */

/* Takes t out of the heap it is in. A timer may move between heaps while we wait for a lock. */
static bool remove_timer(gm_timer *t) {
    for (;;) {
        gm_p *p = __atomic_load_n(&t->p, __ATOMIC_ACQUIRE);
        if (!p) return false;
        gm_mutex_lock(&p->timer_lock);
        bool here = __atomic_load_n(&t->p, __ATOMIC_RELAXED) == p;
        if (here) take_out(p, t);
        gm_mutex_unlock(&p->timer_lock);
        if (here) return true;
    }
}

struct set_request {
    gm_timer *t;
    int64_t when, period;
};

static void timer_set(void *arg) {
    struct set_request *r = arg;
    remove_timer(r->t);
    gm_p *p = gm_getp();
    if (!p || p->attached) p = gm_sched.procs[0];
    gm_mutex_lock(&p->timer_lock);
    r->t->when = r->when > 0 ? r->when : 1;
    r->t->period = r->period;
    insert(p, r->t);
    bool first = r->t->index == 0;
    gm_mutex_unlock(&p->timer_lock);
    if (first) gm_timer_announce(r->when); /* the timer may have run and be gone */
}

void gm_timer_set(gm_timer *t, int64_t when, int64_t period) {
    struct set_request r = {t, when, period};
    gm_systemstack(timer_set, &r);
}

bool gm_timer_stop(gm_timer *t) {
    return remove_timer(t);
}

/* --- running --- */

static void call(const gm_timer *t) {
    if (t->run)
        t->run(t);
    else
        ((void (*)(void *, uintptr_t))t->f)(t->arg, t->seq);
}

int64_t gm_timers_run(gm_p *p, int64_t now) {
    int64_t next = gm_timer_next(p);
    if (next == 0 || next > now) return next;
    gm_mutex_lock(&p->timer_lock);
    while (p->timer_count > 0) {
        gm_timer *t = p->timers[0];
        if (t->when > now) break;
        gm_timer due = *t;
        if (t->period > 0) {
            t->when += t->period * (1 + (now - t->when) / t->period);
            sift_down(p, 0);
            note_first(p);
        } else {
            take_out(p, t);
        }
        gm_mutex_unlock(&p->timer_lock);
        call(&due);
        gm_mutex_lock(&p->timer_lock);
    }
    gm_mutex_unlock(&p->timer_lock);
    return gm_timer_next(p);
}

int64_t gm_timers_next(void) {
    int64_t first = 0;
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++) {
        int64_t next = __atomic_load_n(&gm_sched.procs[i]->timer_next, __ATOMIC_SEQ_CST);
        if (next && (!first || next < first)) first = next;
    }
    return first;
}

void gm_timers_move(gm_p *from, gm_p *to) {
    for (;;) {
        gm_mutex_lock(&from->timer_lock);
        gm_timer *t = from->timer_count ? from->timers[0] : NULL;
        if (t) take_out(from, t);
        gm_mutex_unlock(&from->timer_lock);
        if (!t) return;
        gm_mutex_lock(&to->timer_lock);
        insert(to, t);
        gm_mutex_unlock(&to->timer_lock);
    }
}

/* Timers of compiled Go are objects of the collected heap; while set, only the table holds them. It
 * is looked through in pieces, so that nobody waits long for the lock: what changes its place
 * meanwhile is shaded, as is, at any time, what leaves the table. */
void gm_timers_scan(gm_p *p, void (*fn)(void *arg, const void *lo, const void *hi), void *arg) {
    enum { PIECE = 1024 };
    for (uint32_t at = 0, n = PIECE; n == PIECE; at += n) {
        gm_mutex_lock(&p->timer_lock);
        p->timer_scan = true;
        n = p->timer_count > at ? p->timer_count - at : 0;
        if (n > PIECE) n = PIECE;
        if (n) fn(arg, p->timers + at, p->timers + at + n);
        if (n < PIECE) p->timer_scan = false;
        gm_mutex_unlock(&p->timer_lock);
    }
}

/* --- sleep --- */

static void wake_sleeper(void *arg, uintptr_t seq) {
    (void)seq;
    gm_ready(arg);
}

static bool commit_sleep(gm_g *g, void *arg) {
    gm_timer *t = arg;
    t->arg = g;
    gm_timer_set(t, t->when, 0);
    return true;
}

/* The timer stands on the sleeper's own stack. */
void gm_sleep(int64_t ns) {
    gm_need_thread("gm_sleep");
    GM_INSIDE();
    if (ns <= 0) {
        gm_yield();
        return;
    }
    int64_t now = gm_os_nanotime();
    gm_timer t = {.when = now + ns, .f = (void *)wake_sleeper};
    if (t.when < now) t.when = INT64_MAX;
    gm_park(commit_sleep, &t, GM_WAIT_SLEEP);
}

/* --- in the child of a fork --- */

/* Sleepers are gone; their timers stand on stacks that are no more. */
void gm_timers_child(gm_p *p) {
    uint32_t n = p->timer_count;
    p->timer_lock.state = 0;
    p->timer_scan = false;
    p->timer_count = 0;
    for (uint32_t i = 0; i < n; i++) {
        gm_timer *t = p->timers[i];
        if (t->f != (void *)wake_sleeper) insert(p, t);
    }
    note_first(p);
}
