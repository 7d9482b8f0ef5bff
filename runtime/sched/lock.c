/* lock.c - the slow halves of lock.h: sleeping in the kernel. */
#include "sched/lock.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sched/sched.h"

/* The raw call: these functions also run where errno's thread-local address must not be cached. */
static long futex(uint32_t *word, int op, uint32_t value, const struct timespec *limit) {
    return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, limit, NULL, 0);
}

void gm_futex_wait(uint32_t *word, uint32_t value, int64_t ns) {
    if (ns < 0) {
        futex(word, FUTEX_WAIT, value, NULL);
        return;
    }
    struct timespec limit = {ns / 1000000000, ns % 1000000000};
    futex(word, FUTEX_WAIT, value, &limit);
}

void gm_futex_wake(uint32_t *word, int count) {
    futex(word, FUTEX_WAKE, (uint32_t)count, NULL);
}

enum { SPINS = 40 };

static void lock_slow(void *arg) {
    struct gm_lock *l = arg;
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(&l->word, __ATOMIC_RELAXED) == 0 && gm_trylock(l)) return;
        gm_cpu_relax();
    }
    while (__atomic_exchange_n(&l->word, 2, __ATOMIC_ACQUIRE) != 0) gm_futex_wait(&l->word, 2, -1);
}

static void unlock_slow(void *arg) {
    struct gm_lock *l = arg;
    gm_futex_wake(&l->word, 1);
}

void gm_lock_slow(struct gm_lock *l) {
    gm_systemstack(lock_slow, l);
}
void gm_unlock_slow(struct gm_lock *l) {
    gm_systemstack(unlock_slow, l);
}

enum { FIRST_NAP_NS = 10000, LAST_NAP_NS = 320000 };

static void spin_wait(void *arg) {
    struct gm_spin *l = arg;
    for (int64_t nap = FIRST_NAP_NS;; nap = nap < LAST_NAP_NS ? 2 * nap : nap) {
        for (int i = 0; i < SPINS; i++) {
            if (__atomic_load_n(&l->held, __ATOMIC_RELAXED) == 0 && gm_spin_try(l)) return;
            gm_cpu_relax();
        }
        gm_futex_wait(&l->held, 1, nap); /* nobody wakes */
    }
}

void gm_spin_wait(struct gm_spin *l) {
    gm_systemstack(spin_wait, l);
}

void gm_note_wake(struct gm_note *n) {
    __atomic_store_n(&n->word, 1, __ATOMIC_RELEASE);
    gm_futex_wake(&n->word, 1);
}

bool gm_note_sleep_for(struct gm_note *n, int64_t ns) {
    int64_t end = ns < 0 ? 0 : gm_nanotime() + ns;
    while (__atomic_load_n(&n->word, __ATOMIC_ACQUIRE) == 0) {
        gm_futex_wait(&n->word, 0, ns);
        if (ns < 0) continue;
        ns = end - gm_nanotime();
        if (ns <= 0) return __atomic_load_n(&n->word, __ATOMIC_ACQUIRE) != 0;
    }
    return true;
}

void gm_note_sleep(struct gm_note *n) {
    gm_note_sleep_for(n, -1);
}
