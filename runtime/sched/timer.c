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
 *
 * A bubble has a heap of its own, after its own clock (bubble.c). Which of its timers that are due at the same
 * time comes first is left to chance; so order is drawn for them, and 0 elsewhere.
 */
#include "os/inside.h"
#include "os/os.h"
#include "sched/bubble.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "upcall.h"

int64_t gm_nanotime(void) {
    return gm_os_nanotime();
}
int64_t gm_walltime(void) {
    return gm_os_walltime();
}

/* --- the heap; lock held --- */

static bool earlier(const gm_timer *a, const gm_timer *b) {
    return a->when < b->when || (a->when == b->when && a->order < b->order);
}

static void place(gm_timers *in, uint32_t i, gm_timer *t) {
    if (__builtin_expect(in->scan, 0)) gm_up_shade(t);
    in->table[i] = t;
    t->index = i;
}

static void sift_up(gm_timers *in, uint32_t i) {
    gm_timer *t = in->table[i];
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;
        if (!earlier(t, in->table[parent])) break;
        place(in, i, in->table[parent]);
        i = parent;
    }
    place(in, i, t);
}

static void sift_down(gm_timers *in, uint32_t i) {
    gm_timer *t = in->table[i];
    for (;;) {
        uint32_t first = i * 4 + 1, end = first + 4;
        if (first >= in->count) break;
        if (end > in->count) end = in->count;
        uint32_t least = first;
        for (uint32_t c = first + 1; c < end; c++)
            if (earlier(in->table[c], in->table[least])) least = c;
        if (!earlier(in->table[least], t)) break;
        place(in, i, in->table[least]);
        i = least;
    }
    place(in, i, t);
}

static void note_first(gm_timers *in) {
    __atomic_store_n(&in->next, in->count ? in->table[0]->when : 0, __ATOMIC_SEQ_CST);
}

/* Tables double and are not collected; an outgrown table is left, which at most doubles the sum. */
static void grow_table(gm_timers *in) {
    uint32_t cap = in->cap ? in->cap * 2 : 64;
    gm_timer **table = gm_persistent_alloc(cap * sizeof *table, 64);
    for (uint32_t i = 0; i < in->count; i++) table[i] = in->table[i];
    in->table = table;
    in->cap = cap;
}

static void insert(gm_timers *in, gm_timer *t) {
    if (in->count == in->cap) grow_table(in);
    place(in, in->count++, t);
    __atomic_store_n(&t->in, in, __ATOMIC_RELEASE);
    sift_up(in, (uint32_t)t->index);
    note_first(in);
}

static void take_out(gm_timers *in, gm_timer *t) {
    uint32_t i = (uint32_t)t->index;
    gm_timer *last = in->table[--in->count];
    __atomic_store_n(&t->in, NULL, __ATOMIC_RELEASE);
    gm_up_shade(t);
    if (last != t) {
        place(in, i, last);
        sift_up(in, i);
        sift_down(in, (uint32_t)last->index);
    }
    note_first(in);
}

/* --- setting and stopping --- */

/* Takes t out of the heap it is in. A timer may move between heaps while we wait for a lock. */
static bool remove_timer(gm_timer *t) {
    for (;;) {
        gm_timers *in = __atomic_load_n(&t->in, __ATOMIC_ACQUIRE);
        if (!in) return false;
        gm_mutex_lock(&in->lock);
        bool here = __atomic_load_n(&t->in, __ATOMIC_RELAXED) == in;
        if (here) take_out(in, t);
        gm_mutex_unlock(&in->lock);
        if (here) return true;
    }
}

struct set_request {
    gm_timer *t;
    int64_t when, period;
};

/* Returns whether it is the first now. */
static bool set_in(gm_timers *in, const struct set_request *r) {
    gm_mutex_lock(&in->lock);
    r->t->when = r->when > 0 ? r->when : 1;
    r->t->period = r->period;
    insert(in, r->t);
    bool first = r->t->index == 0;
    gm_mutex_unlock(&in->lock);
    return first;
}

static void timer_set(void *arg) {
    struct set_request *r = arg;
    remove_timer(r->t);
    if (r->t->bubble) {
        gm_timers *in = gm_bubble_heap(r->t->bubble);
        r->t->order = (uint32_t)gm_fastrand64();
        if (in) set_in(in, r);
        return;
    }
    gm_p *p = gm_getp();
    if (!p || p->attached) p = gm_sched.procs[0];
    if (set_in(&p->timers, r)) gm_timer_announce(r->when); /* the timer may have run and be gone */
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

int64_t gm_timer_after(int64_t when, int64_t period, int64_t now) {
    /* (now - when) / period periods have gone by: only the last step can lead beyond the end of time */
    when += (now - when) / period * period;
    return __builtin_add_overflow(when, period, &when) ? INT64_MAX : when;
}

int64_t gm_timers_run(gm_timers *in, int64_t now) {
    int64_t next = __atomic_load_n(&in->next, __ATOMIC_RELAXED);
    if (next == 0 || next > now) return next;
    gm_mutex_lock(&in->lock);
    while (in->count > 0) {
        gm_timer *t = in->table[0];
        if (t->when > now) break;
        gm_timer due = *t;
        if (t->period > 0) {
            t->when = gm_timer_after(t->when, t->period, now);
            sift_down(in, 0);
            note_first(in);
        } else {
            take_out(in, t);
        }
        gm_mutex_unlock(&in->lock);
        call(&due);
        gm_mutex_lock(&in->lock);
    }
    gm_mutex_unlock(&in->lock);
    return __atomic_load_n(&in->next, __ATOMIC_RELAXED);
}

int64_t gm_timers_next(void) {
    int64_t first = 0;
    uint32_t n = __atomic_load_n(&gm_sched.made, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++) {
        int64_t next = __atomic_load_n(&gm_sched.procs[i]->timers.next, __ATOMIC_SEQ_CST);
        if (next && (!first || next < first)) first = next;
    }
    return first;
}

void gm_timers_move(gm_timers *from, gm_timers *to) {
    for (;;) {
        gm_mutex_lock(&from->lock);
        gm_timer *t = from->count ? from->table[0] : NULL;
        if (t) take_out(from, t);
        gm_mutex_unlock(&from->lock);
        if (!t) return;
        gm_mutex_lock(&to->lock);
        insert(to, t);
        gm_mutex_unlock(&to->lock);
    }
}

/* Takes all out. */
void gm_timers_clear(gm_timers *in) {
    gm_mutex_lock(&in->lock);
    while (in->count > 0) take_out(in, in->table[in->count - 1]);
    gm_mutex_unlock(&in->lock);
}

/* Timers of compiled Go are objects of the collected heap; while set, only the table holds them. It
 * is looked through in pieces, so that nobody waits long for the lock: what changes its place
 * meanwhile is shaded, as is, at any time, what leaves the table. */
void gm_timers_scan(gm_timers *in, void (*fn)(void *arg, const void *lo, const void *hi),
                    void *arg) {
    enum { PIECE = 1024 };
    for (uint32_t at = 0, n = PIECE; n == PIECE; at += n) {
        gm_mutex_lock(&in->lock);
        in->scan = true;
        n = in->count > at ? in->count - at : 0;
        if (n > PIECE) n = PIECE;
        if (n) fn(arg, in->table + at, in->table + at + n);
        if (n < PIECE) in->scan = false;
        gm_mutex_unlock(&in->lock);
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
    gm_bubble *bubble = gm_bubble_current();
    int64_t now = bubble ? gm_bubble_now() : gm_os_nanotime();
    gm_timer t = {.when = now + ns, .f = (void *)wake_sleeper, .bubble = bubble};
    if (t.when < now) t.when = INT64_MAX;
    gm_park(commit_sleep, &t, GM_WAIT_SLEEP);
}

/* --- in the child of a fork --- */

/* Sleepers are gone; their timers stand on stacks that are no more. */
void gm_timers_child(gm_timers *in) {
    uint32_t n = in->count;
    in->lock.state = 0;
    in->scan = false;
    in->count = 0;
    for (uint32_t i = 0; i < n; i++) {
        gm_timer *t = in->table[i];
        if (t->f != (void *)wake_sleeper) insert(in, t);
    }
    note_first(in);
}
