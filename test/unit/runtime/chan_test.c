/* chan_test.c - channels and select. The main thread is attached and takes part itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gc/gc.h"
#include "chan/chan.h"
#include "sched/sched.h"

static const gm_type int_type = {.size = 8, .align = 8, .field_align = 8, .kind = GM_INT};
static const uint8_t one = 1;
static const gm_type ptr_type = {
    .size = 8, .ptrdata = 8, .align = 8, .field_align = 8, .kind = GM_POINTER, .gcdata = &one};
static const gm_type big_type = {.size = 200, .align = 8, .field_align = 8, .kind = GM_STRUCT};
static const gm_type nothing = {.size = 0, .align = 1, .field_align = 1, .kind = GM_STRUCT};

/* Channels that the tests' goroutines use are held where the collector looks. */
static gm_chan *chans[80];
/* No buffer; small ones; those from 16 on have a lock at each end. */
static const gm_int sizes[] = {0, 1, 2, 3, 15, 16, 17, 100};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void go(void (*fn)(void *), void *arg) {
    if (!gm_go_start_reserved(fn, arg, 64 << 10)) abort();
}

static int count;
static void add(void) {
    __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
}
static void wait_until(int want) {
    while (__atomic_load_n(&count, __ATOMIC_SEQ_CST) < want) gm_yield();
    assert_int_equal(count, want);
}

/* In a goroutine, where cmocka's assertions cannot jump out. */
static void must(bool ok) {
    if (!ok) abort();
}

static gm_int recv_int(gm_chan *c) {
    gm_int v = -1;
    assert_true(gm_chan_recv(c, &v));
    return v;
}

/* --- one sender, one receiver --- */

static void send_numbers(void *arg) {
    gm_chan *c = arg;
    for (gm_int i = 0; i < 1000; i++) gm_go_chan_send(c, &i);
    gm_go_chan_close(c);
}

static void values_arrive_in_order(void **state) {
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        chans[0] = gm_chan_make(&int_type, sizes[k]);
        assert_int_equal(gm_chan_capacity(chans[0]), sizes[k]);
        go(send_numbers, chans[0]);
        for (gm_int i = 0; i < 1000; i++) assert_int_equal(recv_int(chans[0]), i);
        gm_int v = 77;
        assert_false(gm_chan_recv(chans[0], &v));
        assert_int_equal(v, 0);
        assert_false(gm_chan_recv(chans[0], NULL));
    }
}

static void fill_and_empty(gm_chan *c, gm_int size) {
    gm_int v;
    bool received;
    assert_false(gm_go_chan_try_recv(c, &v, &received));
    for (gm_int round = 0; round < 10; round++) {
        gm_int n = round == 9 ? 1 : size;
        for (gm_int i = 0; i < n; i++) {
            v = round * size + i;
            assert_true(gm_go_chan_try_send(c, &v));
            assert_int_equal(gm_chan_length(c), i + 1);
        }
        if (n == size) assert_false(gm_go_chan_try_send(c, &v));
        for (gm_int i = 0; i < n; i++) {
            assert_true(gm_go_chan_try_recv(c, &v, &received));
            assert_true(received);
            assert_int_equal(v, round * size + i);
        }
        assert_false(gm_go_chan_try_recv(c, &v, &received));
        assert_int_equal(gm_chan_length(c), 0);
    }
    v = 5;
    gm_go_chan_send(c, &v);
    gm_go_chan_close(c);
    assert_int_equal(recv_int(c), 5); /* what was sent before the close still arrives */
    assert_true(gm_go_chan_try_recv(c, &v, &received));
    assert_false(received);
    assert_int_equal(v, 0);
}

static void buffer_fills_and_empties(void **state) {
    (void)state;
    for (int k = 1; k < SIZES; k++) {
        chans[0] = gm_chan_make(&int_type, sizes[k]);
        fill_and_empty(chans[0], sizes[k]);
    }
}

static void nil_channels_never_go_on(void **state) {
    (void)state;
    gm_int v = 0;
    bool received;
    assert_false(gm_go_chan_try_send(NULL, &v));
    assert_false(gm_go_chan_try_recv(NULL, &v, &received));
    gm_scase cases[2] = {{NULL, &v}, {NULL, &v}};
    assert_int_equal(gm_go_select(cases, 1, 1, false, &received), -1);
    assert_int_equal(gm_chan_length(NULL), 0);
    assert_int_equal(gm_chan_capacity(NULL), 0);
}

static void send_big(void *arg) {
    unsigned char value[200];
    for (int i = 0; i < 100; i++) {
        memset(value, i, sizeof value);
        gm_go_chan_send(arg, value);
    }
}

static void values_of_any_size(void **state) {
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        chans[0] = gm_chan_make(&big_type, sizes[k]);
        go(send_big, chans[0]);
        for (int i = 0; i < 100; i++) {
            unsigned char got[200], want[200];
            memset(want, i, sizeof want);
            assert_true(gm_chan_recv(chans[0], got));
            assert_memory_equal(got, want, sizeof want);
        }
    }
    gm_chan *c = chans[0] = gm_chan_make(&nothing, 2);
    assert_true(gm_go_chan_try_send(c, NULL));
    assert_true(gm_go_chan_try_send(c, NULL));
    assert_false(gm_go_chan_try_send(c, NULL));
    assert_true(gm_chan_recv(c, NULL));
    assert_int_equal(gm_chan_length(c), 1);
}

/* --- many senders, many receivers --- */

enum { WORKERS = 6, EACH = 2000 };
static int64_t total;

static void send_share(void *arg) {
    for (gm_int i = 1; i <= EACH; i++) gm_go_chan_send(arg, &i);
    add();
}

static void recv_all(void *arg) {
    gm_int v;
    int64_t sum = 0;
    while (gm_chan_recv(arg, &v)) sum += v;
    __atomic_fetch_add(&total, sum, __ATOMIC_SEQ_CST);
    add();
}

static void nothing_is_lost_or_doubled(void **state) {
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        count = 0;
        total = 0;
        chans[0] = gm_chan_make(&int_type, sizes[k]);
        for (int i = 0; i < WORKERS; i++) go(recv_all, chans[0]);
        for (int i = 0; i < WORKERS; i++) go(send_share, chans[0]);
        wait_until(WORKERS);
        gm_go_chan_close(chans[0]);
        wait_until(2 * WORKERS);
        assert_int_equal(total, (int64_t)WORKERS * EACH * (EACH + 1) / 2);
    }
}

/* --- close --- */

static void recv_closed(void *arg) {
    gm_int v = 3;
    if (!gm_chan_recv(arg, &v) && v == 0) add();
}

static void close_wakes_all_receivers(void **state) {
    (void)state;
    count = 0;
    chans[0] = gm_chan_make(&int_type, 0);
    for (int i = 0; i < 50; i++) go(recv_closed, chans[0]);
    for (int i = 0; i < 100; i++) gm_yield();
    assert_int_equal(count, 0);
    gm_go_chan_close(chans[0]);
    wait_until(50);
}

/* --- select --- */

static void select_takes_what_is_ready(void **state) {
    (void)state;
    gm_int v[4] = {10, 11, 12, 13};
    bool received;
    for (int i = 0; i < 4; i++) chans[i] = gm_chan_make(&int_type, 1);
    gm_scase cases[4];
    for (int i = 0; i < 4; i++) cases[i] = (gm_scase){chans[i], &v[i]};
    gm_int x = 99;
    gm_go_chan_send(chans[0], &x);
    gm_go_chan_send(chans[1], &x);
    /* sends to 0 and 1 cannot go on, receives from 2 and 3 cannot */
    assert_int_equal(gm_go_select(cases, 2, 2, false, &received), -1);
    gm_go_chan_send(chans[3], &x);
    assert_int_equal(gm_go_select(cases, 2, 2, true, &received), 3);
    assert_true(received);
    assert_int_equal(v[3], 99);
    assert_int_equal(recv_int(chans[1]), 99);
    assert_int_equal(gm_go_select(cases, 2, 2, true, &received), 1);
    assert_int_equal(recv_int(chans[1]), 11);
    gm_go_chan_send(chans[1], &x);
    gm_go_chan_close(chans[2]);
    assert_int_equal(gm_go_select(cases, 2, 2, true, &received), 2);
    assert_false(received);
    assert_int_equal(v[2], 0);
}

/* Of n cases, of which every step-th can go on, each of these is chosen about as often: the bound is six
 * standard deviations. The first half are sends. */
static void check_fairness(int n, int step) {
    enum { ROUNDS = 6000 };
    int chosen[80] = {0}, ready = 0;
    gm_int v[80] = {0}, x = 1;
    gm_scase cases[80];
    for (int i = 0; i < n; i++) {
        bool send = i < n / 2, goes = i % step == 0;
        chans[i] = gm_chan_make(&int_type, sizes[1 + i % (SIZES - 1)]);
        cases[i] = (gm_scase){chans[i], &v[i]};
        while (send != goes && gm_chan_length(chans[i]) < gm_chan_capacity(chans[i]))
            gm_go_chan_send(chans[i], &x);
        ready += goes;
    }
    for (int round = 0; round < ROUNDS; round++) {
        bool received;
        gm_int i = gm_go_select(cases, n / 2, n - n / 2, true, &received);
        assert_int_equal(i % step, 0);
        chosen[i]++;
        if (i < n / 2)
            recv_int(chans[i]);
        else
            gm_go_chan_send(chans[i], &x);
    }
    int mean = ROUNDS / ready;
    for (int i = 0; i < n; i += step) {
        int64_t off = chosen[i] - mean;
        assert_true(off * off <= 36 * (int64_t)mean);
    }
}

static void select_is_fair(void **state) {
    (void)state;
    static const int n[] = {2, 3, 4, 8, 14, 16, 20, 63, 64, 65, 80};
    for (size_t k = 0; k < sizeof n / sizeof *n; k++)
        for (int step = 1; step <= 3; step++) check_fairness(n[k], step);
}

static void send_to_one(void *arg) {
    uintptr_t id = (uintptr_t)arg;
    for (gm_int i = 1; i <= EACH; i++) gm_go_chan_send(chans[id], &i);
    add();
}

static void select_loop(void *arg) {
    int n = (int)(intptr_t)arg;
    gm_int v[20];
    gm_scase cases[21];
    for (int i = 0; i < n; i++) cases[i] = (gm_scase){chans[i], &v[i]};
    cases[n] = (gm_scase){chans[31], &v[0]};
    int64_t sum = 0;
    for (;;) {
        bool received;
        gm_int i = gm_go_select(cases, 0, n + 1, true, &received);
        if (i == n) break;
        if (!received) abort();
        sum += v[i];
    }
    __atomic_fetch_add(&total, sum, __ATOMIC_SEQ_CST);
    add();
}

static void selects_compete(void **state) {
    (void)state;
    for (int n = 3; n <= 19; n += 8) {
        count = 0;
        total = 0;
        for (int i = 0; i < n; i++) chans[i] = gm_chan_make(&int_type, sizes[(i * 5) % SIZES]);
        chans[31] = gm_chan_make(&int_type, 0);
        for (int i = 0; i < 4; i++) go(select_loop, (void *)(intptr_t)n);
        for (uintptr_t i = 0; i < (uintptr_t)n; i++) go(send_to_one, (void *)i);
        wait_until(n);
        for (int i = 0; i < n; i++)
            while (gm_chan_length(chans[i])) gm_yield();
        gm_go_chan_close(chans[31]);
        wait_until(n + 4);
        assert_int_equal(total, (int64_t)n * EACH * (EACH + 1) / 2);
    }
}

/* Senders and receivers of a channel with a buffer, some by select, some not, some of which give up. */
static void send_somehow(void *arg) {
    uintptr_t how = (uintptr_t)arg;
    for (gm_int i = 1; i <= EACH; i++) {
        bool received;
        gm_int none;
        gm_scase cases[2] = {{chans[0], &i}, {chans[1], &none}};
        if (how == 0)
            gm_go_chan_send(chans[0], &i);
        else if (how == 1)
            while (!gm_go_chan_try_send(chans[0], &i)) gm_yield();
        else
            must(gm_go_select(cases, 1, 1, true, &received) == 0);
    }
    add();
}

static void recv_somehow(void *arg) {
    uintptr_t how = (uintptr_t)arg;
    int64_t sum = 0;
    for (bool more = true; more;) {
        gm_int v = 0, none;
        gm_scase cases[2] = {{chans[0], &v}, {chans[1], &none}};
        if (how == 0) {
            more = gm_chan_recv(chans[0], &v);
        } else if (how == 1) {
            while (!gm_go_chan_try_recv(chans[0], &v, &more)) gm_yield();
        } else {
            must(gm_go_select(cases, 0, 2, true, &more) == 0);
        }
        sum += v;
    }
    __atomic_fetch_add(&total, sum, __ATOMIC_SEQ_CST);
    add();
}

static void all_ways_mix(void **state) {
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        count = 0;
        total = 0;
        chans[0] = gm_chan_make(&int_type, sizes[k]);
        chans[1] = gm_chan_make(&int_type, 0); /* on which nothing ever comes */
        for (uintptr_t how = 0; how < 3; how++) go(recv_somehow, (void *)how);
        for (uintptr_t how = 0; how < 3; how++) go(send_somehow, (void *)how);
        wait_until(3);
        gm_go_chan_close(chans[0]);
        wait_until(6);
        assert_int_equal(total, 3 * (int64_t)EACH * (EACH + 1) / 2);
    }
}

/* A look at the length beside a running sender and receiver never leaves the bounds. */
static void length_stays_in_bounds(void **state) {
    (void)state;
    count = 0;
    total = 0;
    chans[0] = gm_chan_make(&int_type, 16);
    go(recv_all, chans[0]);
    go(send_share, chans[0]);
    while (__atomic_load_n(&count, __ATOMIC_SEQ_CST) < 1) {
        gm_int n = gm_chan_length(chans[0]);
        assert_true(n >= 0 && n <= 16);
        gm_safepoint();
    }
    gm_go_chan_close(chans[0]);
    wait_until(2);
}

/* Two goroutines that both select to send and to receive on the same two channels. */
static void select_both_ways(void *arg) {
    (void)arg;
    int64_t sum = 0;
    for (gm_int i = 1; i <= EACH; i++) {
        gm_int out = i, in = 0;
        gm_scase cases[4] = {{chans[0], &out}, {chans[1], &out}, {chans[0], &in}, {chans[1], &in}};
        bool received;
        gm_int k = gm_go_select(cases, 2, 2, true, &received);
        sum += k < 2 ? -out : in;
    }
    __atomic_fetch_add(&total, sum, __ATOMIC_SEQ_CST);
    add();
}

static void selects_meet_selects(void **state) {
    (void)state;
    count = 0;
    total = 0;
    chans[0] = gm_chan_make(&int_type, 0);
    chans[1] = gm_chan_make(&int_type, 0);
    for (int i = 0; i < 2; i++) go(select_both_ways, NULL);
    wait_until(2);
    assert_int_equal(total, 0);
}

/* --- the collector --- */

struct node {
    struct node *next;
    int64_t check;
};
static const uint8_t node_bits = 1;
static const gm_type node_type = {.size = sizeof(struct node),
                                  .ptrdata = 8,
                                  .align = 8,
                                  .field_align = 8,
                                  .kind = GM_STRUCT,
                                  .gcdata = &node_bits};

static void send_nodes(void *arg) {
    for (int64_t i = 0; i < 2000; i++) {
        struct node *n = gm_new(&node_type);
        n->check = i * 7919;
        gm_go_chan_send(arg, &n);
        n = NULL;
    }
    gm_go_chan_close(arg);
}

static void collector_finds_what_channels_hold(void **state) {
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        chans[0] = gm_chan_make(&ptr_type, sizes[k]);
        go(send_nodes, chans[0]);
        struct node *n;
        int64_t i = 0;
        for (; gm_chan_recv(chans[0], &n); i++) {
            if (i % 100 == 0) gm_gc();
            assert_int_equal(n->check, i * 7919);
        }
        assert_int_equal(i, 2000);
    }
}

static int begin(void **state) {
    (void)state;
    alarm(120);
    gm_sched_init();
    gm_gc_init();
    gm_register_roots_conservative(chans, sizeof chans);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive_in_order),
        cmocka_unit_test(buffer_fills_and_empties),
        cmocka_unit_test(nil_channels_never_go_on),
        cmocka_unit_test(values_of_any_size),
        cmocka_unit_test(nothing_is_lost_or_doubled),
        cmocka_unit_test(close_wakes_all_receivers),
        cmocka_unit_test(select_takes_what_is_ready),
        cmocka_unit_test(select_is_fair),
        cmocka_unit_test(selects_compete),
        cmocka_unit_test(all_ways_mix),
        cmocka_unit_test(length_stays_in_bounds),
        cmocka_unit_test(selects_meet_selects),
        cmocka_unit_test(collector_finds_what_channels_hold),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
