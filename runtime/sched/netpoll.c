/* netpoll.c - waiting for file descriptors without holding a thread.
 *
 * All descriptors are registered, edge-triggered and in both directions, with one epoll instance. A
 * thread of its own sleeps in epoll_wait and readies the goroutines concerned. An event that finds
 * nobody waiting is remembered on its side until the side is reset or waited for.
 *
 * Records are never freed, only used again: an event that was on its way when its descriptor was
 * closed may reach the next user of the record, as a wake-up without cause, after which that one
 * tries its system call once more in vain. generation keeps timers of former users away.
 *
 * Lock: each record has its own. It is held while a goroutine parks (gm_park_unlock) and never while
 * one is readied.
 */
#include "sched/netpoll.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "os/os.h"
#include "sched/proc.h"
#include "sched/sched.h"

struct side {
    struct gm_g *waiter;
    bool ready;     /* an event came and nobody has seen it */
    bool timed_out; /* the deadline has passed */
    uintptr_t generation;
    struct gm_timer timer;
};

struct gm_poll {
    struct gm_lock lock;
    int fd;
    bool closing;
    struct side side[2];
    struct gm_poll *next_free;
};

static struct gm_lock list_lock;
static struct gm_poll *free_list;
static int epoll_fd = -1;
static uint32_t waiters;

uint32_t gm_netpoll_waiters(void) {
    return __atomic_load_n(&waiters, __ATOMIC_SEQ_CST);
}

/* Takes the waiter off the side; the caller readies it after it has released the lock. */
static struct gm_g *take_waiter(struct side *s) {
    struct gm_g *g = s->waiter;
    s->waiter = NULL;
    return g;
}

static void wake(struct gm_g *g) {
    if (!g) return;
    gm_ready(g);
    __atomic_fetch_sub(&waiters, 1, __ATOMIC_SEQ_CST);
}

/* --- the thread --- */

static void on_event(struct gm_poll *p, enum gm_poll_side side) {
    struct side *s = &p->side[side];
    gm_lock(&p->lock);
    struct gm_g *g = take_waiter(s);
    s->ready = true;
    gm_unlock(&p->lock);
    wake(g);
}

static void *poller(void *arg) {
    (void)arg;
    struct epoll_event events[64];
    for (;;) {
        int n = epoll_wait(epoll_fd, events, 64, -1);
        if (n < 0 && errno != EINTR) gm_sched_fatal("runtime: netpoll failed");
        for (int i = 0; i < n; i++) {
            uint32_t what = events[i].events;
            struct gm_poll *p = events[i].data.ptr;
            if (what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) on_event(p, GM_POLL_READ);
            if (what & (EPOLLOUT | EPOLLHUP | EPOLLERR)) on_event(p, GM_POLL_WRITE);
        }
    }
    return NULL;
}

/* --- opening and closing --- */

struct open_request {
    int fd, error;
    struct gm_poll *p;
};

static void open_poll(void *arg) {
    struct open_request *r = arg;
    gm_lock(&list_lock);
    if (epoll_fd < 0) {
        epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_fd < 0 || !gm_os_thread_start(poller, NULL))
            gm_sched_fatal("runtime: netpollinit failed");
    }
    struct gm_poll *p = free_list;
    if (p) {
        free_list = p->next_free;
    } else {
        p = gm_persistent_alloc(sizeof *p, 64);
    }
    gm_unlock(&list_lock);

    gm_lock(&p->lock);
    p->fd = r->fd;
    p->closing = false;
    for (int i = 0; i < 2; i++) {
        p->side[i].ready = p->side[i].timed_out = false;
        p->side[i].generation++;
    }
    gm_unlock(&p->lock);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = p};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, r->fd, &e) == 0) {
        r->p = p;
        return;
    }
    r->error = errno;
    gm_lock(&list_lock);
    p->next_free = free_list;
    free_list = p;
    gm_unlock(&list_lock);
}

struct gm_poll *gm_poll_open(int fd, int *error) {
    struct open_request r = {.fd = fd};
    gm_systemstack(open_poll, &r);
    *error = r.error;
    return r.p;
}

static void close_poll(void *arg) {
    struct gm_poll *p = arg;
    struct epoll_event ignored;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, p->fd, &ignored);
    for (int i = 0; i < 2; i++) gm_timer_stop(&p->side[i].timer);
    gm_lock(&list_lock);
    p->next_free = free_list;
    free_list = p;
    gm_unlock(&list_lock);
}

void gm_poll_close(struct gm_poll *p) {
    gm_systemstack(close_poll, p);
}

void gm_poll_unblock(struct gm_poll *p) {
    gm_lock(&p->lock);
    p->closing = true;
    struct gm_g *reader = take_waiter(&p->side[GM_POLL_READ]);
    struct gm_g *writer = take_waiter(&p->side[GM_POLL_WRITE]);
    gm_unlock(&p->lock);
    wake(reader);
    wake(writer);
}

/* --- waiting --- */

static enum gm_poll_result state_of(const struct gm_poll *p, const struct side *s) {
    if (p->closing) return GM_POLL_CLOSING;
    return s->timed_out ? GM_POLL_TIMEOUT : GM_POLL_OK;
}

enum gm_poll_result gm_poll_reset(struct gm_poll *p, enum gm_poll_side side) {
    struct side *s = &p->side[side];
    gm_lock(&p->lock);
    enum gm_poll_result result = state_of(p, s);
    if (result == GM_POLL_OK) s->ready = false;
    gm_unlock(&p->lock);
    return result;
}

enum gm_poll_result gm_poll_wait(struct gm_poll *p, enum gm_poll_side side) {
    struct side *s = &p->side[side];
    gm_lock(&p->lock);
    enum gm_poll_result result = state_of(p, s);
    if (result != GM_POLL_OK || s->ready) {
        s->ready = false;
        gm_unlock(&p->lock);
        return result;
    }
    s->waiter = gm_getg();
    __atomic_fetch_add(&waiters, 1, __ATOMIC_SEQ_CST);
    gm_park_unlock(&p->lock, GM_WAIT_IO);
    gm_lock(&p->lock);
    result = state_of(p, s);
    s->ready = false;
    gm_unlock(&p->lock);
    return result;
}

/* --- deadlines --- */

/* seq: which side in the lowest bit, the rest is the side's generation. */
static void on_deadline(void *arg, uintptr_t seq) {
    struct gm_poll *p = arg;
    struct side *s = &p->side[seq & 1];
    struct gm_g *g = NULL;
    gm_lock(&p->lock);
    if (seq >> 1 == s->generation) {
        s->timed_out = true;
        g = take_waiter(s);
    }
    gm_unlock(&p->lock);
    wake(g);
}

void gm_poll_set_deadline(struct gm_poll *p, enum gm_poll_side side, int64_t when) {
    struct side *s = &p->side[side];
    gm_timer_stop(&s->timer);
    struct gm_g *g = NULL;
    gm_lock(&p->lock);
    uintptr_t generation = ++s->generation;
    s->timed_out = when < 0;
    if (s->timed_out) g = take_waiter(s);
    gm_unlock(&p->lock);
    wake(g);
    if (when <= 0) return;
    s->timer.f = (void *)on_deadline;
    s->timer.kind = GM_TIMER_C;
    s->timer.arg = p;
    s->timer.seq = generation << 1 | side;
    gm_timer_set(&s->timer, when, 0);
}
