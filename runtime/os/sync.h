/* sync.h - how threads of the runtime wait for each other: mutex, spin lock, note, event.
 *
 * gm_mutex is for short sections. It is one word: 0 free, 1 held, 2 held and somebody sleeps for it. Who
 * finds it held spins a little (a holder is gone within nanoseconds, unless the system took its
 * processor away) and then sleeps in the kernel. It is never held across a safepoint, a park or a call
 * into user code: only threads wait here, never goroutines.
 *
 * gm_spin is for sections of a few instructions on hot paths: channels, semaphores. Its release is a plain
 * store, which halves the price of an uncontended section; so a holder does not know of those who
 * wait. They spin, and nap when that does not help, which is when the system took the holder's processor
 * away.
 *
 * gm_note is an appointment of one waiter with one waker: clear, then either side may come first.
 *
 * gm_event is a counter: a waiter remembers the count, looks whether there is something to do, and then
 * waits for the count to change. Any number may wait.
 *
 * All of them may be used on a goroutine's stack. The order in which locks are taken, over all floors, stands
 * in docs/architecture.md.
 */
#ifndef GM_OS_SYNC_H
#define GM_OS_SYNC_H

#include "os/os.h"

/* --- mutex --- */

/* The locks whose order debug builds check, outermost first: who holds one may wait for those that come after
 * it only. All locks, and why: docs/architecture.md. */
enum gm_lock_rank {
    GM_RANK_NONE, /* not checked */
    GM_RANK_ROOTS,
    GM_RANK_SPECIALS,
    GM_RANK_SPECIAL_LIST,
    GM_RANK_POLL,
    GM_RANK_TIMERS,
    GM_RANK_SCHED,
    GM_RANK_STACK_POOL,
    GM_RANK_CACHES,
    GM_RANK_CENTRAL,
    GM_RANK_PAGE_HEAP,
    GM_RANK_PROFILE,
    GM_RANK_RECORDS
};

typedef struct gm_mutex {
    uint32_t state; /* 0 free, 1 held, 2 held and perhaps waited for */
#ifdef GM_DEBUG
    uint32_t rank;
#endif
} gm_mutex;

#ifdef GM_DEBUG
#define GM_MUTEX(r)                                                                                \
    { 0, (r) }
static inline void gm_mutex_set_rank(gm_mutex *m, enum gm_lock_rank rank) {
    m->rank = rank;
}
void gm_lock_order_enter(const gm_mutex *m);
void gm_lock_order_leave(const gm_mutex *m);
#else
#define GM_MUTEX(r)                                                                                \
    { 0 }
#define gm_mutex_set_rank(m, rank) ((void)0)
#define gm_lock_order_enter(m)     ((void)0)
#define gm_lock_order_leave(m)     ((void)0)
#endif

void gm_mutex_lock_slow(gm_mutex *m);
void gm_mutex_unlock_slow(gm_mutex *m);

static inline bool gm_mutex_trylock(gm_mutex *m) {
    uint32_t expect = 0;
    return __atomic_compare_exchange_n(&m->state, &expect, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline void gm_mutex_lock(gm_mutex *m) {
    gm_lock_order_enter(m);
    if (__builtin_expect(!gm_mutex_trylock(m), 0)) gm_mutex_lock_slow(m);
}

static inline void gm_mutex_unlock(gm_mutex *m) {
    gm_lock_order_leave(m);
    if (__builtin_expect(__atomic_exchange_n(&m->state, 0, __ATOMIC_RELEASE) == 2, 0))
        gm_mutex_unlock_slow(m);
}

/* A process forks (chan/fork.c): what is done with a lock before, and after in the parent and in the child, where nobody
 * is left that could wait for it. */
enum gm_fork_step { GM_FORK_BEFORE, GM_FORK_PARENT, GM_FORK_CHILD };
void gm_mutex_fork(gm_mutex *m, enum gm_fork_step step);

/* By anybody, at this moment. */
static inline bool gm_mutex_is_held(const gm_mutex *m) {
    return __atomic_load_n(&m->state, __ATOMIC_RELAXED) != 0;
}

/* --- spin lock --- */

typedef struct gm_spin {
    uint32_t held;
} gm_spin;

void gm_spin_wait(gm_spin *l);

static inline bool gm_spin_try(gm_spin *l) {
    return __atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void gm_spin_lock(gm_spin *l) {
    if (__builtin_expect(!gm_spin_try(l), 0)) gm_spin_wait(l);
}

static inline void gm_spin_unlock(gm_spin *l) {
    __atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

/* --- note --- */

typedef struct gm_note {
    uint32_t word;
} gm_note;

/* What the caller reads next it reads after the word is clear for everybody: a waker writes its message, then the
 * word; were the clearing still on its way, it could wipe out the wake-up for a message not seen yet. */
static inline void gm_note_clear(gm_note *n) {
    __atomic_exchange_n(&n->word, 0, __ATOMIC_SEQ_CST);
}
void gm_note_wake(gm_note *n);
void gm_note_sleep(gm_note *n);
/* Sleeps for ns nanoseconds at the most; says whether it was woken. ns < 0: no limit. On a stack with room
 * for a look at the clock, if there is a limit. */
bool gm_note_sleep_for(gm_note *n, int64_t ns);

/* --- event --- */

typedef struct gm_event {
    uint32_t count;
    uint32_t waiters;
} gm_event;

static inline uint32_t gm_event_read(gm_event *e) {
    return __atomic_load_n(&e->count, __ATOMIC_SEQ_CST);
}
void gm_event_wait(gm_event *e, uint32_t seen, int64_t timeout_ns);
void gm_event_post(gm_event *e);
/* In the child of a fork: nobody waits. */
static inline void gm_event_child(gm_event *e) {
    __atomic_store_n(&e->waiters, 0, __ATOMIC_RELAXED);
}

#endif
