/* lock.h - the three ways in which threads of the scheduler wait for each other.
 *
 * gm_lock is a mutex of one word: 0 free, 1 held, 2 held and somebody sleeps for it. It spins a
 * little (a holder is gone within nanoseconds, unless the system took its core away) and then
 * sleeps in the kernel. Its holder must not park: only threads wait here, never goroutines.
 *
 * gm_spin is for sections of a few instructions on hot paths: channels, semaphores. Its release is a plain
 * store, which halves the price of an uncontended section; so a holder does not know of those who
 * wait. They spin, and nap when that does not help, which is when the system took the holder's core
 * away.
 *
 * gm_note is an appointment of one waiter with one waker: clear, then either side may come first.
 *
 * Order of the scheduler's locks, outermost first:
 *     channel (by address), semaphore bucket, poll record, timer heap, gm_sched.lock, stack pool.
 */
#ifndef GM_SCHED_LOCK_H
#define GM_SCHED_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct gm_lock {
    uint32_t word;
};

void gm_lock_slow(struct gm_lock *l);
void gm_unlock_slow(struct gm_lock *l);

static inline bool gm_trylock(struct gm_lock *l) {
    uint32_t free = 0;
    return __atomic_compare_exchange_n(&l->word, &free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline void gm_lock(struct gm_lock *l) {
    if (__builtin_expect(!gm_trylock(l), 0)) gm_lock_slow(l);
}

static inline void gm_unlock(struct gm_lock *l) {
    if (__builtin_expect(__atomic_exchange_n(&l->word, 0, __ATOMIC_RELEASE) == 2, 0))
        gm_unlock_slow(l);
}

struct gm_spin {
    uint32_t held;
};

void gm_spin_wait(struct gm_spin *l);

static inline bool gm_spin_try(struct gm_spin *l) {
    return __atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void gm_spin_lock(struct gm_spin *l) {
    if (__builtin_expect(!gm_spin_try(l), 0)) gm_spin_wait(l);
}

static inline void gm_spin_unlock(struct gm_spin *l) {
    __atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

struct gm_note {
    uint32_t word;
};

static inline void gm_note_clear(struct gm_note *n) {
    __atomic_store_n(&n->word, 0, __ATOMIC_RELAXED);
}
void gm_note_wake(struct gm_note *n);
void gm_note_sleep(struct gm_note *n);
/* Sleeps for ns nanoseconds at the most; says whether it was woken. ns < 0: no limit. */
bool gm_note_sleep_for(struct gm_note *n, int64_t ns);

static inline void gm_cpu_relax(void) {
    __builtin_ia32_pause();
}

#endif
