/* netpoll.c - waiting for file descriptors without holding a thread.
 *
 * All descriptors are registered, edge-triggered and in both directions, with one epoll instance. An event
 * that finds nobody waiting is remembered on its side until the side is reset or waited for.
 *
 * Who asks for events. While some P is idle, a thread of its own sleeps in epoll_wait and readies the
 * goroutines concerned. While none is, that thread rests, and who runs out of work asks without
 * waiting: under load events then come in batches, and no thread is woken for them. Lest nobody ever
 * runs out of work, the thread asks too, every ten milliseconds. It says that it rests before it looks
 * for idle Ps, and a P that becomes idle is put on the list before its thread looks whether it rests.
 *
 * Records are never freed, only used again. Events and timers may be on their way when that happens:
 * what is registered with epoll names the record and how often it was opened, and a timer carries
 * the generation of its side, which every new deadline raises; who comes too late is ignored.
 *
 * Locks: each record has its own, outside those of the timers. It is held while a goroutine parks
 * (gm_park_unlock) and while timers are set, so that of two deadlines set at once one holds as a
 * whole; never while a goroutine is readied.
 */
#include "sched/netpoll.h"

#include <string.h>

#include "heap/fixalloc.h"
#include "os/os.h"
#include "os/poll.h"
#include "sched/proc.h"
#include "sched/sched.h"

struct side {
    gm_g *waiter;
    bool ready;     /* an event came and nobody has seen it */
    bool timed_out; /* the deadline has passed */
    uintptr_t generation;
    gm_timer timer;
};

struct gm_poll {
    gm_mutex lock;
    int fd;
    uint32_t opened; /* how often */
    bool closing;
    bool broken; /* the last event told of an error and nothing else */
    struct side side[2];
    gm_poll *next_free, *next_all;
    bool open;
};

static gm_mutex list_lock;
static gm_poll *all;
static int poll_fd = -1;
static uint32_t waiters;
uint32_t gm_netpoll_rests;

uint32_t gm_netpoll_waiters(void) {
    return __atomic_load_n(&waiters, __ATOMIC_SEQ_CST);
}

/* Takes the waiter off the side; the caller readies it after it has released the lock. */
static gm_g *take_waiter(struct side *s) {
    gm_g *g = s->waiter;
    s->waiter = NULL;
    return g;
}

static void wake(gm_g *g) {
    if (!g) return;
    gm_ready(g);
    __atomic_fetch_sub(&waiters, 1, __ATOMIC_SEQ_CST);
}

/* --- the thread --- */

/* A record's address in units of 64 bytes takes 41 bits; above it, how often it was opened. */
enum { RECORD_SHIFT = 6, RECORD_BITS = 41 };

static uint64_t key_of(const gm_poll *p) {
    return (uintptr_t)p >> RECORD_SHIFT | (uint64_t)p->opened << RECORD_BITS;
}

static gm_poll *record_of(uint64_t key) {
    return (gm_poll *)((key & (((uint64_t)1 << RECORD_BITS) - 1)) << RECORD_SHIFT);
}

static gm_g *become_ready(struct side *s) {
    s->ready = true;
    return take_waiter(s);
}

static void on_event(const gm_os_event *e) {
    gm_poll *p = record_of(e->key);
    gm_g *reader = NULL, *writer = NULL;
    gm_mutex_lock(&p->lock);
    if (key_of(p) == e->key) {
        p->broken = e->only_error;
        if (e->readable) reader = become_ready(&p->side[GM_POLL_READ]);
        if (e->writable) writer = become_ready(&p->side[GM_POLL_WRITE]);
    }
    gm_mutex_unlock(&p->lock);
    wake(reader);
    wake(writer);
}

/* Asks for events, and waits for the first if need be. True: there were some. */
static bool ask(bool wait) {
    gm_os_event events[64];
    int n = gm_os_poll_wait(poll_fd, events, 64, wait);
    if (n < 0) gm_fatal("runtime: netpoll failed");
    for (int i = 0; i < n; i++) on_event(&events[i]);
    return n > 0;
}

static bool some_p_is_idle(void) {
    return __atomic_load_n(&gm_sched.idle_p_count, __ATOMIC_SEQ_CST) > 0;
}

static void rest(void) {
    enum { ASK_NS = 10000000 };
    __atomic_store_n(&gm_netpoll_rests, 1, __ATOMIC_SEQ_CST);
    if (!some_p_is_idle())
        gm_os_futex_wait(&gm_netpoll_rests, 1, gm_netpoll_waiters() ? ASK_NS : -1);
    __atomic_store_n(&gm_netpoll_rests, 0, __ATOMIC_SEQ_CST);
}

static void *poller(void *arg) {
    (void)arg;
    for (;;) {
        ask(some_p_is_idle());
        if (!some_p_is_idle()) rest();
    }
    return NULL;
}

void gm_netpoll_rouse(void) {
    if (__atomic_exchange_n(&gm_netpoll_rests, 0, __ATOMIC_SEQ_CST))
        gm_os_futex_wake(&gm_netpoll_rests, 1);
}

bool gm_netpoll_ask(void) {
    return gm_netpoll_waiters() && __atomic_load_n(&gm_netpoll_rests, __ATOMIC_RELAXED) &&
           ask(false);
}

/* --- opening and closing --- */

struct open_request {
    int fd, error;
    gm_poll *p;
};

static void open_epoll(void *arg) {
    (void)arg;
    gm_mutex_lock(&list_lock);
    if (poll_fd < 0) {
        int fd = gm_os_poll_new();
        if (fd < 0) gm_fatal("runtime: netpollinit failed");
        __atomic_store_n(&poll_fd, fd, __ATOMIC_RELEASE);
        if (!gm_os_thread_start(poller, NULL)) gm_fatal("runtime: netpollinit failed");
    }
    gm_mutex_unlock(&list_lock);
}

void gm_netpoll_init(void) {
    if (__atomic_load_n(&poll_fd, __ATOMIC_ACQUIRE) < 0) gm_systemstack(open_epoll, NULL);
}

bool gm_netpoll_owns(int fd) {
    return fd >= 0 && fd == __atomic_load_n(&poll_fd, __ATOMIC_ACQUIRE);
}

static void first_use(void *record) {
    gm_poll *p = record;
    gm_mutex_set_rank(&p->lock, GM_RANK_POLL);
    p->next_all = all;
    all = p;
}

static gm_fixalloc records = {.size = sizeof(gm_poll),
                              .align = 1 << RECORD_SHIFT,
                              .link = offsetof(gm_poll, next_free),
                              .first = first_use};

static gm_poll *take_record(void) {
    gm_mutex_lock(&list_lock);
    gm_poll *p = gm_fixalloc_take(&records);
    p->open = true;
    gm_mutex_unlock(&list_lock);
    return p;
}

static void give_record_back(gm_poll *p) {
    gm_mutex_lock(&list_lock);
    p->open = false;
    gm_fixalloc_give(&records, p);
    gm_mutex_unlock(&list_lock);
}

static void open_poll(void *arg) {
    struct open_request *r = arg;
    gm_netpoll_init();
    gm_poll *p = take_record();
    gm_mutex_lock(&p->lock);
    p->fd = r->fd;
    p->opened++;
    p->closing = p->broken = false;
    for (int i = 0; i < 2; i++) {
        p->side[i].ready = p->side[i].timed_out = false;
        p->side[i].generation++;
    }
    uint64_t key = key_of(p);
    gm_mutex_unlock(&p->lock);
    r->error = gm_os_poll_add(poll_fd, r->fd, key);
    if (r->error == 0)
        r->p = p;
    else
        give_record_back(p);
}

gm_poll *gm_poll_open(int fd, int *error) {
    struct open_request r = {.fd = fd};
    gm_systemstack(open_poll, &r);
    *error = r.error;
    return r.p;
}

static void close_poll(void *arg) {
    gm_poll *p = arg;
    gm_os_poll_remove(poll_fd, p->fd);
    gm_mutex_lock(&p->lock);
    p->opened++; /* events on their way are too late */
    gm_mutex_unlock(&p->lock);
    give_record_back(p);
}

void gm_poll_close(gm_poll *p) {
    gm_mutex_lock(&p->lock);
    bool left = p->closing && !p->side[GM_POLL_READ].waiter && !p->side[GM_POLL_WRITE].waiter;
    gm_mutex_unlock(&p->lock);
    if (!left) gm_fatal("runtime: close polldesc w/o unblock");
    gm_systemstack(close_poll, p);
}

/* The lock is held. A timer that has begun to run will find another generation. */
static void drop_deadline(struct side *s) {
    s->generation++;
    gm_timer_stop(&s->timer);
}

static void unblock(void *arg) {
    gm_poll *p = arg;
    gm_g *waiter[2];
    gm_mutex_lock(&p->lock);
    p->closing = true;
    for (int i = 0; i < 2; i++) {
        drop_deadline(&p->side[i]);
        waiter[i] = take_waiter(&p->side[i]);
    }
    gm_mutex_unlock(&p->lock);
    for (int i = 0; i < 2; i++) wake(waiter[i]);
}

void gm_poll_unblock(gm_poll *p) {
    gm_systemstack(unblock, p);
}

/* --- waiting --- */

static enum gm_poll_result state_of(const gm_poll *p, enum gm_poll_side side) {
    if (p->closing) return GM_POLL_CLOSING;
    if (p->side[side].timed_out) return GM_POLL_TIMEOUT;
    /* writing tells of the error itself */
    return side == GM_POLL_READ && p->broken ? GM_POLL_NOT_POLLABLE : GM_POLL_OK;
}

enum gm_poll_result gm_poll_reset(gm_poll *p, enum gm_poll_side side) {
    gm_mutex_lock(&p->lock);
    enum gm_poll_result result = state_of(p, side);
    if (result == GM_POLL_OK) p->side[side].ready = false;
    gm_mutex_unlock(&p->lock);
    return result;
}

enum gm_poll_result gm_poll_wait(gm_poll *p, enum gm_poll_side side) {
    struct side *s = &p->side[side];
    gm_mutex_lock(&p->lock);
    enum gm_poll_result result;
    /* A deadline may pass, wake us, and be moved before we run: then we wait on. */
    while ((result = state_of(p, side)) == GM_POLL_OK && !s->ready) {
        if (s->waiter) gm_fatal("runtime: double wait");
        s->waiter = gm_getg();
        /* the first: the thread may rest without end */
        if (__atomic_fetch_add(&waiters, 1, __ATOMIC_SEQ_CST) == 0) gm_netpoll_rouse();
        gm_park_unlock(&p->lock, GM_WAIT_IO);
        gm_mutex_lock(&p->lock);
    }
    s->ready = false;
    gm_mutex_unlock(&p->lock);
    return result;
}

/* --- deadlines --- */

/* seq: which side in the lowest bit, the rest is the side's generation. */
static void on_deadline(void *arg, uintptr_t seq) {
    gm_poll *p = arg;
    struct side *s = &p->side[seq & 1];
    gm_g *g = NULL;
    gm_mutex_lock(&p->lock);
    if (seq >> 1 == s->generation) {
        s->timed_out = true;
        g = take_waiter(s);
    }
    gm_mutex_unlock(&p->lock);
    wake(g);
}

struct deadline_request {
    gm_poll *p;
    unsigned sides;
    int64_t when;
};

/* The lock is held. Returns whom to wake. */
static gm_g *set_side(gm_poll *p, enum gm_poll_side side, int64_t when) {
    struct side *s = &p->side[side];
    drop_deadline(s);
    s->timed_out = when < 0;
    if (when > 0) {
        s->timer.f = (void *)on_deadline;
        s->timer.arg = p;
        s->timer.seq = s->generation << 1 | side;
        gm_timer_set(&s->timer, when, 0);
    }
    return s->timed_out ? take_waiter(s) : NULL;
}

static void set_deadline(void *arg) {
    const struct deadline_request *r = arg;
    gm_poll *p = r->p;
    gm_g *waiter[2] = {NULL, NULL};
    gm_mutex_lock(&p->lock);
    for (int i = 0; i < 2; i++)
        if (!p->closing && (r->sides >> i & 1)) waiter[i] = set_side(p, i, r->when);
    gm_mutex_unlock(&p->lock);
    for (int i = 0; i < 2; i++) wake(waiter[i]);
}

void gm_poll_set_deadline(gm_poll *p, unsigned sides, int64_t when) {
    struct deadline_request r = {p, sides, when};
    gm_systemstack(set_deadline, &r);
}

/* --- around a fork --- */

void gm_netpoll_fork(enum gm_fork_step step) {
    gm_mutex_fork(&list_lock, step);
}

/* The instance is shared with the parent: another one takes its place. All who waited are gone. */
void gm_netpoll_child(void) {
    if (poll_fd < 0) return;
    gm_os_close(poll_fd);
    poll_fd = -1;
    waiters = gm_netpoll_rests = 0;
    bool any = false;
    for (gm_poll *p = all; p; p = p->next_all) {
        p->lock.state = 0;
        p->side[0].waiter = p->side[1].waiter = NULL;
        any |= p->open;
    }
    if (!any) return;
    open_epoll(NULL);
    for (gm_poll *p = all; p; p = p->next_all)
        if (p->open) gm_os_poll_add(poll_fd, p->fd, key_of(p));
}
