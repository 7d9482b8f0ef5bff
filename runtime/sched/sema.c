/* sema.c - semaphores on which package sync is built, and the list on which its Cond waits.
 *
 * A semaphore is a word: how many may pass. Who cannot pass queues up under the word's address in
 * one of the buckets. A bucket chains one waiter for each address (next, prev); further waiters for
 * the same address hang on that one (waitlink; its chan field remembers the last).
 *
 * Release hands over in one of two ways. Usually it adds one to the word and wakes the first
 * waiter, who has to compete for it. With handoff it takes the one back at once on the waiter's
 * behalf (ticket = 1), and gives the waiter the rest of its own time slice: that is what ends the
 * starvation of a waiter on a busy mutex.
 *
 * The count of waiters in a bucket is raised before the last look at the word and read after the
 * word was raised, both sequentially consistent; so a release never misses a waiter who did not see
 * its increment.
 */
#include "sched/bubble.h"
#include "sched/proc.h"
#include "sched/sched.h"
#include "sched/waitwatch.h"

gm_wait_watch gm_waits;

enum { BUCKETS = 251 };

struct bucket {
    _Alignas(64) gm_spin lock;
    uint32_t waiters; /* atomic */
    gm_sudog *heads;
};

static struct bucket buckets[BUCKETS];

static struct bucket *bucket_of(const uint32_t *sem) {
    return &buckets[((uintptr_t)sem >> 3) % BUCKETS];
}

static bool try_take(uint32_t *sem) {
    uint32_t n = __atomic_load_n(sem, __ATOMIC_SEQ_CST);
    while (n > 0)
        if (__atomic_compare_exchange_n(sem, &n, n - 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
    return false;
}

/* --- queues; bucket lock held. elem: the semaphore; chan: the last of those with its address ---
 */

static gm_sudog **find(struct bucket *b, const uint32_t *sem) {
    gm_sudog **at = &b->heads;
    while (*at && (*at)->elem != sem) at = &(*at)->next;
    return at;
}

static void enqueue(struct bucket *b, gm_sudog *s, bool lifo) {
    gm_sudog **at = find(b, s->elem), *head = *at;
    s->waitlink = NULL;
    if (!head) {
        s->chan = s;
        s->next = NULL;
        *at = s;
    } else if (lifo) {
        s->chan = head->chan;
        s->waitlink = head;
        s->next = head->next;
        *at = s;
    } else {
        ((gm_sudog *)head->chan)->waitlink = s;
        head->chan = s;
    }
}

static gm_sudog *dequeue(struct bucket *b, const uint32_t *sem) {
    gm_sudog **at = find(b, sem), *s = *at;
    if (!s) return NULL;
    gm_sudog *second = s->waitlink;
    if (second) {
        second->chan = s->chan;
        second->next = s->next;
        *at = second;
    } else {
        *at = s->next;
    }
    return s;
}

/* --- who lets others wait ---
 *
 * Who releases a mutex has let all wait who are queued up for it. One in so many is told how long that was. */

static bool is_mutex(enum gm_wait reason) {
    return reason == GM_WAIT_MUTEX || reason == GM_WAIT_RWMUTEX || reason == GM_WAIT_RWMUTEX_R;
}

static int64_t since_when(enum gm_wait reason) {
    bool watched = __atomic_load_n(&gm_waits.mutex_rate, __ATOMIC_RELAXED) && is_mutex(reason);
    return __builtin_expect(watched, 0) ? gm_nanotime() : 0;
}

/* Of s, which was taken off the queue, and of those that stand behind it. Bucket lock held. */
static __attribute__((noinline)) int64_t time_waited(const gm_sudog *s) {
    uint64_t rate = (uint64_t)__atomic_load_n(&gm_waits.mutex_rate, __ATOMIC_RELAXED);
    if (rate == 0 || gm_fastrand64() % rate != 0) return 0;
    int64_t now = gm_nanotime(), sum = 0;
    for (; s; s = s->waitlink)
        if (s->since) sum += now - s->since;
    return sum;
}

/* --- acquire and release --- */

static bool commit_unlock(gm_g *g, void *lock) {
    (void)g;
    gm_spin_unlock(lock);
    return true;
}

void gm_sem_acquire(uint32_t *sem, unsigned flags, enum gm_wait reason) {
    if (try_take(sem)) return;
    struct bucket *b = bucket_of(sem);
    gm_sudog s = {.g = gm_getg(), .elem = sem, .since = since_when(reason)};
    int64_t began = gm_wait_begin();
    for (;;) {
        gm_spin_lock(&b->lock);
        __atomic_fetch_add(&b->waiters, 1, __ATOMIC_SEQ_CST);
        if (try_take(sem)) {
            __atomic_fetch_sub(&b->waiters, 1, __ATOMIC_SEQ_CST);
            gm_spin_unlock(&b->lock);
            return;
        }
        s.ticket = 0;
        enqueue(b, &s, flags & GM_SEM_LIFO);
        s.g->waiting = &s;
        s.g->durably = (flags & GM_SEM_DURABLE) != 0;
        gm_park(commit_unlock, &b->lock, reason);
        s.g->waiting = NULL;
        if (s.ticket || try_take(sem)) break;
    }
    gm_wait_end(began);
}

void gm_sem_release(uint32_t *sem, unsigned flags) {
    struct bucket *b = bucket_of(sem);
    __atomic_fetch_add(sem, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&b->waiters, __ATOMIC_SEQ_CST) == 0) return;
    gm_spin_lock(&b->lock);
    gm_sudog *s = b->waiters ? dequeue(b, sem) : NULL;
    if (s) __atomic_fetch_sub(&b->waiters, 1, __ATOMIC_SEQ_CST);
    int64_t waited = s && s->since ? time_waited(s) : 0;
    gm_spin_unlock(&b->lock);
    if (!s) return;
    bool handed = (flags & GM_SEM_HANDOFF) && try_take(sem);
    if (handed) s->ticket = 1;
    gm_ready(s->g);
    if (waited > 0) gm_waits.let_wait(waited);
    if (handed) gm_yield_to_next();
}

bool gm_may_spin(void) {
    uint32_t idle = __atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_RELAXED) +
                    __atomic_load_n(&gm_sched.spinning, __ATOMIC_RELAXED);
    return __atomic_load_n(&gm_sched.nprocs, __ATOMIC_RELAXED) > idle + 1 &&
           gm_runq_empty(gm_getp());
}

/* --- sync.Cond's list: tickets are handed out in order and notified in order --- */

/* Layout of sync.notifyList. */
struct gm_notify_list {
    uint32_t wait;   /* the next ticket */
    uint32_t notify; /* the next ticket to be notified */
    _Alignas(8) gm_mutex lock;
    _Alignas(8) gm_sudog *head;
    gm_sudog *tail;
};
_Static_assert(offsetof(struct gm_notify_list, head) == 16, "sync.notifyList");

uint32_t gm_notify_add(gm_notify_list *l) {
    return __atomic_fetch_add(&l->wait, 1, __ATOMIC_SEQ_CST);
}

static void check_bubble(const gm_sudog *s) {
    if (s->g->bubble && s->g->bubble != gm_bubble_current())
        gm_fatal("semaphore wake of synctest goroutine from outside bubble");
}

static bool before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

void gm_notify_wait(gm_notify_list *l, uint32_t ticket) {
    gm_mutex_lock(&l->lock);
    if (before(ticket, l->notify)) {
        gm_mutex_unlock(&l->lock);
        return;
    }
    gm_sudog s = {.g = gm_getg(), .ticket = ticket, .elem = l};
    if (l->tail) {
        l->tail->next = &s;
    } else {
        l->head = &s;
    }
    l->tail = &s;
    s.g->waiting = &s;
    int64_t began = gm_wait_begin();
    gm_park_unlock(&l->lock, GM_WAIT_COND);
    s.g->waiting = NULL;
    gm_wait_end(began);
}

void gm_notify_all(gm_notify_list *l) {
    if (__atomic_load_n(&l->wait, __ATOMIC_SEQ_CST) ==
        __atomic_load_n(&l->notify, __ATOMIC_SEQ_CST))
        return;
    gm_mutex_lock(&l->lock);
    gm_sudog *s = l->head;
    l->head = l->tail = NULL;
    __atomic_store_n(&l->notify, __atomic_load_n(&l->wait, __ATOMIC_SEQ_CST), __ATOMIC_SEQ_CST);
    gm_mutex_unlock(&l->lock);
    while (s) {
        gm_sudog *next = s->next;
        check_bubble(s);
        gm_ready(s->g);
        s = next;
    }
}

void gm_notify_one(gm_notify_list *l) {
    if (__atomic_load_n(&l->wait, __ATOMIC_SEQ_CST) ==
        __atomic_load_n(&l->notify, __ATOMIC_SEQ_CST))
        return;
    gm_mutex_lock(&l->lock);
    uint32_t ticket = l->notify;
    if (ticket == __atomic_load_n(&l->wait, __ATOMIC_SEQ_CST)) {
        gm_mutex_unlock(&l->lock);
        return;
    }
    __atomic_store_n(&l->notify, ticket + 1, __ATOMIC_SEQ_CST);
    /* its owner may not be in the list yet: it will see that its ticket was notified */
    gm_sudog *before_s = NULL, *s = l->head;
    while (s && s->ticket != ticket) {
        before_s = s;
        s = s->next;
    }
    if (s) {
        if (before_s) {
            before_s->next = s->next;
        } else {
            l->head = s->next;
        }
        if (l->tail == s) l->tail = before_s;
    }
    gm_mutex_unlock(&l->lock);
    if (!s) return;
    check_bubble(s);
    gm_ready(s->g);
}

/* --- in the child of a fork --- */

void gm_sema_child(void) {
    for (int i = 0; i < BUCKETS; i++) buckets[i] = (struct bucket){.heads = NULL};
}

/* Takes one whose goroutine is gone off its list. */
void gm_notify_forget(gm_sudog *s) {
    gm_notify_list *l = s->elem;
    gm_sudog *last = NULL;
    for (gm_sudog **at = &l->head; *at;) {
        if (*at == s) {
            *at = s->next;
            continue;
        }
        last = *at;
        at = &last->next;
    }
    l->tail = last;
}
