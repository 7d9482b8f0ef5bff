/* pkg_poll.c - what package internal/poll asks of the runtime: waiting until a file descriptor is
 * ready.
 *
 * A descriptor that can be polled gets a record. A goroutine that must wait for it waits in poll(2),
 * on its thread, without its processor. So every waiting goroutine keeps a thread: simple, and
 * enough for a moderate number of connections.
 *
 * Two goroutines wait for one record at the most, one to read and one to write; package poll sees to
 * that. Each has an eventfd, made when it first waits, by which it is woken when the file is closed
 * or its deadline changes. The waiter publishes it and then looks at the state; the waker changes
 * the state and then looks for it: so no change is missed.
 */
#define _GNU_SOURCE
#include "lang/lang.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sched/sched.h"

enum { READ, WRITE };

typedef struct poll_desc {
    int fd;
    int wake[2]; /* eventfds; 0: not made yet */
    uint32_t closing;
    int64_t deadline[2]; /* 0: none; negative: it has passed; else by the monotonic clock */
} poll_desc;

/* Package poll's errors. */
enum { READY, CLOSING, TIMED_OUT };

typedef struct opened {
    uintptr_t ctx;
    gm_int err;
} opened;

void internal$0poll$runtime_Semacquire(uint32_t *s) {
    gm_sem_acquire(s, 0);
}
void internal$0poll$runtime_Semrelease(uint32_t *s) {
    gm_sem_release(s, 0);
}
void internal$0poll$runtime_pollServerInit(void) {}
bool internal$0poll$runtime_isPollServerDescriptor(uintptr_t fd) {
    (void)fd;
    return false;
}

/* --- opening and closing: on the system stack --- */

typedef struct open_request {
    int fd;
    opened result;
} open_request;

static void open_desc(void *arg) {
    open_request *r = arg;
    struct stat st;
    r->result = (opened){0, EPERM};
    if (fstat(r->fd, &st) != 0) {
        r->result.err = errno;
        return;
    }
    if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) return; /* always ready */
    poll_desc *d = calloc(1, sizeof *d);
    if (!d) {
        r->result.err = ENOMEM;
        return;
    }
    d->fd = r->fd;
    r->result = (opened){(uintptr_t)d, 0};
}

opened internal$0poll$runtime_pollOpen(uintptr_t fd) {
    open_request r = {.fd = (int)fd};
    gm_systemstack(open_desc, &r);
    return r.result;
}

static void close_desc(void *arg) {
    poll_desc *d = arg;
    for (int i = READ; i <= WRITE; i++)
        if (d->wake[i]) close(d->wake[i]);
    free(d);
}

/* Nobody waits any more: package poll counts its users. */
void internal$0poll$runtime_pollClose(uintptr_t ctx) {
    gm_systemstack(close_desc, (void *)ctx);
}

/* --- waiting --- */

static int side(gm_int mode) {
    return mode == 'r' ? READ : WRITE;
}

static gm_int state(poll_desc *d, gm_int mode) {
    if (__atomic_load_n(&d->closing, __ATOMIC_SEQ_CST)) return CLOSING;
    int64_t t = __atomic_load_n(&d->deadline[side(mode)], __ATOMIC_SEQ_CST);
    return t < 0 || (t > 0 && t <= gm_nanotime()) ? TIMED_OUT : READY;
}

gm_int internal$0poll$runtime_pollReset(uintptr_t ctx, gm_int mode) {
    return state((poll_desc *)ctx, mode);
}

typedef struct wait_request {
    poll_desc *d;
    gm_int mode;
    gm_int result; /* READY only if the file is */
    bool closed;   /* wait although the file is closed */
} wait_request;

static int wake_fd(poll_desc *d, int i) {
    if (d->wake[i] == 0) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0) return -1; /* poll ignores it: changes are noticed late */
        __atomic_store_n(&d->wake[i], fd, __ATOMIC_SEQ_CST);
    }
    return d->wake[i];
}

/* Until the deadline: NULL if there is none. */
static struct timespec *time_left(poll_desc *d, int i, struct timespec *mem) {
    int64_t t = __atomic_load_n(&d->deadline[i], __ATOMIC_SEQ_CST);
    if (t == 0) return NULL;
    int64_t ns = t < 0 ? 0 : t - gm_nanotime();
    if (ns < 0) ns = 0;
    *mem = (struct timespec){ns / 1000000000, ns % 1000000000};
    return mem;
}

/* On the system stack, without a processor. */
static void wait_ready(void *arg) {
    wait_request *r = arg;
    poll_desc *d = r->d;
    int i = side(r->mode);
    struct pollfd fds[2] = {{d->fd, i == READ ? POLLIN | POLLRDHUP : POLLOUT, 0},
                            {wake_fd(d, i), POLLIN, 0}};
    struct timespec mem;
    for (;;) {
        r->result = r->closed ? READY : state(d, r->mode);
        if (r->result != READY) return;
        int n = ppoll(fds, 2, r->closed ? NULL : time_left(d, i, &mem), NULL);
        if (n > 0 && fds[0].revents) return;
        uint64_t count;
        if (n > 0 && fds[1].revents && read(d->wake[i], &count, sizeof count) < 0) continue;
    }
}

gm_int internal$0poll$runtime_pollWait(uintptr_t ctx, gm_int mode) {
    wait_request r = {(poll_desc *)ctx, mode, READY, false};
    gm_blocking(wait_ready, &r);
    return r.result;
}

/* Until what is under way in the system has ended, closed or not. */
void internal$0poll$runtime_pollWaitCanceled(uintptr_t ctx, gm_int mode) {
    wait_request r = {(poll_desc *)ctx, mode, READY, true};
    gm_blocking(wait_ready, &r);
}

/* --- waking --- */

static void wake(void *arg) {
    poll_desc *d = arg;
    uint64_t one = 1;
    for (int i = READ; i <= WRITE; i++) {
        int fd = __atomic_load_n(&d->wake[i], __ATOMIC_SEQ_CST);
        if (fd && write(fd, &one, sizeof one) < 0) continue; /* its count is full: it is awake */
    }
}

/* when: nanoseconds from now, negative if it has passed, 0 for none. mode: r, w or both. */
void internal$0poll$runtime_pollSetDeadline(uintptr_t ctx, int64_t when, gm_int mode) {
    poll_desc *d = (poll_desc *)ctx;
    if (when > 0 && __builtin_add_overflow(when, gm_nanotime(), &when)) when = INT64_MAX;
    if (mode == 'r' || mode == 'r' + 'w')
        __atomic_store_n(&d->deadline[READ], when, __ATOMIC_SEQ_CST);
    if (mode == 'w' || mode == 'r' + 'w')
        __atomic_store_n(&d->deadline[WRITE], when, __ATOMIC_SEQ_CST);
    gm_systemstack(wake, d);
}

/* The file is being closed: nobody waits for it any longer. */
void internal$0poll$runtime_pollUnblock(uintptr_t ctx) {
    poll_desc *d = (poll_desc *)ctx;
    __atomic_store_n(&d->closing, 1, __ATOMIC_SEQ_CST);
    gm_systemstack(wake, d);
}
