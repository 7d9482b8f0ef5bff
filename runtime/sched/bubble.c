/* bubble.c - the bubbles of testing/synctest.
 *
 * A bubble is a set of goroutines: the one that the root starts, and all that those start. It counts how many of
 * them are durably blocked, that is, wait for what only another goroutine of the bubble can do: a channel that was
 * made in the bubble, a WaitGroup of it, its clock. While some are not, its clock stands still. When all are, somebody
 * is woken: the goroutine in gm_bubble_wait; or else the root, which sets the clock to when the first timer is
 * due and runs that, or finds that there is none and ends the bubble.
 *
 * Whether a wait is durable is said by its reason (always_durable), or by who parks, in g->durably. That field
 * then says that the goroutine is counted as blocked, until it is readied.
 *
 * `active` bridges what cannot be done in one step: a goroutine that is being parked holds it until its commit
 * function is through, because that may ready the goroutine at once; and who is woken for the whole bubble is given one,
 * so that nobody else is. The root and the waiter give theirs back.
 *
 * Locks: a bubble's lock is a leaf, and taken with channels locked. Whoever is to be woken is readied after
 * it is free.
 *
 * The heaps of timers are kept when bubbles end, and used again: the collector goes through the chain of all.
 */
#include "sched/bubble.h"

#include "heap/heap.h"
#include "os/fatal.h"
#include "sched/proc.h"
#include "sched/sched.h"

struct gm_bubble_timers {
    gm_timers heap;
    gm_bubble_timers *all_next; /* never taken off */
    gm_bubble_timers *free_next;
};

static struct {
    gm_mutex lock; /* of the free list, and of changes to the chain */
    gm_bubble_timers *all, *free;
    uint64_t ids;
} bubbles;

#define FIRST_TIME 946684800000000000 /* midnight UTC, 2000-01-01 */

/* --- heaps of timers --- */

static void timers_take(void *arg) {
    gm_bubble_timers **t = arg;
    gm_mutex_lock(&bubbles.lock);
    *t = bubbles.free;
    if (*t) {
        bubbles.free = (*t)->free_next;
    } else {
        *t = gm_persistent_alloc(sizeof **t, _Alignof(gm_bubble_timers));
        gm_mutex_set_rank(&(*t)->heap.lock, GM_RANK_TIMERS);
        (*t)->all_next = bubbles.all;
        __atomic_store_n(&bubbles.all, *t, __ATOMIC_RELEASE);
    }
    gm_mutex_unlock(&bubbles.lock);
}

static void timers_give(void *arg) {
    gm_bubble_timers *t = arg;
    gm_timers_clear(&t->heap);
    gm_mutex_lock(&bubbles.lock);
    t->free_next = bubbles.free;
    bubbles.free = t;
    gm_mutex_unlock(&bubbles.lock);
}

gm_timers *gm_bubble_heap(const gm_bubble *b) {
    return b->timers ? &b->timers->heap : NULL;
}

void gm_bubbles_scan(void (*fn)(void *arg, const void *lo, const void *hi), void *arg) {
    gm_bubble_timers *t = __atomic_load_n(&bubbles.all, __ATOMIC_ACQUIRE);
    for (; t; t = t->all_next) gm_timers_scan(&t->heap, fn, arg);
}

/* Goroutines in bubbles are gone. */
void gm_bubbles_child(void) {
    bubbles.lock.state = 0;
    for (gm_bubble_timers *t = bubbles.all; t; t = t->all_next) gm_timers_child(&t->heap);
}

static int64_t next_due(const gm_bubble *b) {
    return __atomic_load_n(&b->timers->heap.next, __ATOMIC_SEQ_CST);
}

int64_t gm_bubble_now(void) {
    return gm_getg()->bubble->now;
}

static void run_due(void *arg) {
    const gm_bubble *b = arg;
    gm_timers_run(&b->timers->heap, b->now);
}

void gm_bubble_timers_run(void) {
    gm_bubble *b = gm_getg()->bubble;
    if (b->timers) gm_systemstack(run_due, b);
}

/* --- counting; locked --- */

/* Who is to be woken, if the bubble is blocked. */
static gm_g *whom_to_wake(gm_bubble *b) {
    if (b->running > 0 || b->active > 0) return NULL;
    b->active++;
    int64_t next = b->timers ? next_due(b) : 0;
    bool due = next && next <= b->now;
    return b->waiter && !due ? b->waiter : b->root;
}

static void unlock_and_wake(gm_bubble *b) {
    gm_g *g = whom_to_wake(b);
    gm_mutex_unlock(&b->lock);
    if (g) gm_ready(g);
}

/* --- for the scheduler --- */

void gm_bubble_join_slow(gm_g *g, const gm_g *parent) {
    gm_bubble *b = parent->bubble;
    if (g->flags & GM_GF_SYSTEM) return;
    g->bubble = b;
    gm_mutex_lock(&b->lock);
    if (!b->main) b->main = g;
    b->total++;
    b->running++;
    gm_mutex_unlock(&b->lock);
}

void gm_bubble_leave(gm_g *g, gm_bubble *b) {
    gm_mutex_lock(&b->lock);
    b->total--;
    b->running--;
    if (g == b->main) b->done = true;
    unlock_and_wake(b);
}

static bool always_durable(unsigned reason) {
    switch (reason) {
    case GM_WAIT_CHAN_RECV_NIL:
    case GM_WAIT_CHAN_SEND_NIL:
    case GM_WAIT_SELECT_EMPTY:
    case GM_WAIT_SLEEP:
    case GM_WAIT_COND:
    case GM_WAIT_COROUTINE:
    case GM_WAIT_BUBBLE_RUN:
    case GM_WAIT_BUBBLE_WAIT: return true;
    default: return false;
    }
}

bool gm_bubble_park_slow(gm_g *g) {
    gm_bubble *b = g->bubble;
    if (!g->durably && !always_durable(g->wait_reason)) return false;
    gm_mutex_lock(&b->lock);
    g->durably = true;
    b->running--;
    b->active++;
    gm_mutex_unlock(&b->lock);
    return true;
}

void gm_bubble_parked(gm_bubble *b) {
    gm_mutex_lock(&b->lock);
    b->active--;
    unlock_and_wake(b);
}

void gm_bubble_unpark_slow(gm_g *g) {
    gm_bubble *b = g->bubble;
    if (!g->durably) return;
    gm_mutex_lock(&b->lock);
    g->durably = false;
    b->running++;
    gm_mutex_unlock(&b->lock);
}

/* --- for the root, and those that wait --- */

static bool give_back(gm_g *g, void *arg) {
    gm_bubble *b = arg;
    (void)g;
    gm_mutex_lock(&b->lock);
    b->active--;
    gm_mutex_unlock(&b->lock);
    return true;
}

/* Sets the clock forward to what is due next. False: nothing is, or time has ended. */
static bool advance(gm_bubble *b) {
    gm_mutex_lock(&b->lock);
    int64_t next = next_due(b);
    bool more = next && !b->done;
    if (more && next > b->now) b->now = next;
    gm_mutex_unlock(&b->lock);
    return more;
}

enum gm_bubble_end gm_bubble_run(gm_bubble *b, void (*fn)(void *), void *arg, uintptr_t pc) {
    gm_g *g = gm_getg();
    b->id = __atomic_add_fetch(&bubbles.ids, 1, __ATOMIC_RELAXED);
    b->now = FIRST_TIME;
    gm_systemstack(timers_take, &b->timers);
    b->root = g;
    b->total = b->running = b->active = 1;
    g->bubble = b;
    gm_go_start(fn, arg, pc);
    do {
        gm_bubble_timers_run();
        gm_park(give_back, b, GM_WAIT_BUBBLE_RUN); /* comes back with an activity to give */
    } while (advance(b));
    g->bubble = NULL;
    if (b->total > 1) return b->done ? GM_BUBBLE_LEFT : GM_BUBBLE_BLOCKED;
    gm_bubble_timers *t = b->timers;
    b->timers = NULL;
    gm_systemstack(timers_give, t);
    return GM_BUBBLE_OK;
}

static bool commit_wait(gm_g *g, void *arg) {
    gm_bubble *b = arg;
    gm_mutex_lock(&b->lock);
    b->waiter = g;
    gm_mutex_unlock(&b->lock);
    return true;
}

bool gm_bubble_wait(void) {
    gm_bubble *b = gm_getg()->bubble;
    gm_mutex_lock(&b->lock);
    bool free = !b->waiting;
    b->waiting = true;
    gm_mutex_unlock(&b->lock);
    if (!free) return false;
    gm_park(commit_wait, b, GM_WAIT_BUBBLE_WAIT);
    gm_mutex_lock(&b->lock);
    b->active--;
    b->waiter = NULL;
    b->waiting = false;
    gm_mutex_unlock(&b->lock);
    return true;
}

void gm_bubble_hold(gm_bubble *b) {
    gm_mutex_lock(&b->lock);
    b->active++;
    gm_mutex_unlock(&b->lock);
}

void gm_bubble_release(gm_bubble *b) {
    gm_bubble_parked(b);
}
