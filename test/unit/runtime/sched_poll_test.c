/* sched_poll_test.c - goroutines that wait for sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gc/gc.h"
#include "sched/netpoll.h"
#include "sched/sched.h"

static int done;
static void finish(void) {
    __atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}
static void wait_until(int want) {
    while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < want) gm_sleep(100000);
}
static void go(void (*fn)(void *), void *arg) {
    if (!gm_go_start_reserved(fn, arg, 256 << 10)) abort();
}

struct end {
    int fd;
    gm_poll *poll;
    uint64_t sum;
    enum gm_poll_result result;
};

static void make_pair(struct end *a, struct end *b) {
    int fd[2], error;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    *a = (struct end){.fd = fd[0], .poll = gm_poll_open(fd[0], &error)};
    *b = (struct end){.fd = fd[1], .poll = gm_poll_open(fd[1], &error)};
    assert_non_null(a->poll);
    assert_non_null(b->poll);
}

static void close_end(struct end *e) {
    gm_poll_unblock(e->poll);
    gm_poll_close(e->poll);
    close(e->fd);
}

enum { TOTAL = 1 << 20 };

static void write_all(void *arg) {
    struct end *e = arg;
    unsigned char buffer[5000];
    for (int at = 0; at < TOTAL;) {
        int n = TOTAL - at < (int)sizeof buffer ? TOTAL - at : (int)sizeof buffer;
        for (int i = 0; i < n; i++) buffer[i] = (unsigned char)((at + i) * 7);
        gm_poll_reset(e->poll, GM_POLL_WRITE);
        ssize_t wrote = write(e->fd, buffer, (size_t)n);
        if (wrote > 0) {
            at += (int)wrote;
        } else if (errno == EAGAIN) {
            if (gm_poll_wait(e->poll, GM_POLL_WRITE) != GM_POLL_OK) abort();
        } else {
            abort();
        }
    }
    finish();
}

static void read_all(void *arg) {
    struct end *e = arg;
    unsigned char buffer[3000];
    for (int at = 0; at < TOTAL;) {
        gm_poll_reset(e->poll, GM_POLL_READ);
        ssize_t got = read(e->fd, buffer, sizeof buffer);
        if (got > 0) {
            for (ssize_t i = 0; i < got; i++) e->sum += buffer[i] == (unsigned char)((at + i) * 7);
            at += (int)got;
        } else if (got < 0 && errno == EAGAIN) {
            if (gm_poll_wait(e->poll, GM_POLL_READ) != GM_POLL_OK) abort();
        } else {
            abort();
        }
    }
    finish();
}

static void sockets_carry_everything(void **state) {
    (void)state;
    enum { PAIRS = 8 };
    static struct end a[PAIRS], b[PAIRS];
    done = 0;
    for (int i = 0; i < PAIRS; i++) {
        make_pair(&a[i], &b[i]);
        go(read_all, &a[i]);
        go(write_all, &b[i]);
        go(read_all, &b[i]);
        go(write_all, &a[i]);
    }
    wait_until(4 * PAIRS);
    for (int i = 0; i < PAIRS; i++) {
        assert_int_equal(a[i].sum, TOTAL);
        assert_int_equal(b[i].sum, TOTAL);
        close_end(&a[i]);
        close_end(&b[i]);
    }
    assert_int_equal(gm_netpoll_waiters(), 0);
}

static void wait_for_nothing(void *arg) {
    struct end *e = arg;
    e->result = gm_poll_reset(e->poll, GM_POLL_READ);
    if (e->result == GM_POLL_OK) e->result = gm_poll_wait(e->poll, GM_POLL_READ);
    finish();
}

static void deadlines_and_closing_end_a_wait(void **state) {
    (void)state;
    static struct end a, b;
    make_pair(&a, &b);
    done = 0;
    gm_poll_set_deadline(a.poll, 1 << GM_POLL_READ, gm_nanotime() + 3000000);
    go(wait_for_nothing, &a);
    wait_until(1);
    assert_int_equal(a.result, GM_POLL_TIMEOUT);
    gm_poll_set_deadline(a.poll, 1 << GM_POLL_READ, -1);
    assert_int_equal(gm_poll_reset(a.poll, GM_POLL_READ), GM_POLL_TIMEOUT);
    gm_poll_set_deadline(a.poll, 1 << GM_POLL_READ, 0);
    assert_int_equal(gm_poll_reset(a.poll, GM_POLL_READ), GM_POLL_OK);

    go(wait_for_nothing, &b);
    while (gm_netpoll_waiters() == 0) gm_yield();
    gm_poll_unblock(b.poll);
    wait_until(2);
    assert_int_equal(b.result, GM_POLL_CLOSING);
    close_end(&a);
    close_end(&b);
}

static void files_cannot_be_waited_for(void **state) {
    (void)state;
    int error = 0, fd = open("/dev/null", O_RDONLY);
    assert_null(gm_poll_open(fd, &error));
    assert_int_equal(error, EPERM);
    close(fd);
}

static int begin(void **state) {
    (void)state;
    alarm(60);
    gm_sched_init();
    gm_gc_init();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_carry_everything),
        cmocka_unit_test(deadlines_and_closing_end_a_wait),
        cmocka_unit_test(files_cannot_be_waited_for),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
