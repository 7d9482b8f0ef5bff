/* leak_test.c - which goroutines wait for ever: what counts as reachable, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <golem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const gm_type long_type = {.size = 8, .align = 8, .field_align = 8, .kind = GM_INT64};

static gm_chan *root; /* registered */
static uint32_t begun;

static void receive(void *arg) {
    __atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST);
    long value;
    gm_chan_recv(arg, &value);
    __atomic_fetch_sub(&begun, 1, __ATOMIC_SEQ_CST);
}

/* What was on the stack below is gone when this returns, so that no old word keeps a channel. */
static __attribute__((noinline)) void wipe(void) {
    volatile char room[32 << 10];
    memset((void *)room, 0, sizeof room);
    __asm__ volatile("" ::"r"(room) : "memory");
}

static void wait_begun(uint32_t n) {
    while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) != n) gm_sleep(100000);
    gm_sleep(
        2000000); /* and is parked: a search that comes too early finds one less, and is repeated */
}

/* Searches until n are found, or for a second. */
static int leaks(int n) {
    int found = -1;
    for (int i = 0; i < 100 && found != n; i++) {
        wipe();
        found = gm_goroutine_leaks(false);
        if (found != n) gm_sleep(10000000);
    }
    return found;
}

/* No search finds more than n; one may find less, since a stale word of some stack can hold what is lost. */
static void leaks_stay(int n) {
    for (int i = 0; i < 5; i++) assert_in_range(gm_goroutine_leaks(false), 0, n);
    assert_int_equal(leaks(n), n);
}

static __attribute__((noinline)) void start_lost(void) {
    assert_true(gm_go(receive, gm_chan_make(&long_type, 0), 0));
}

static void unreachable_is_leaked(void **state) {
    (void)state;
    start_lost();
    wait_begun(1);
    wipe();
    assert_int_equal(leaks(1), 1);
    gm_gc();
    assert_int_equal(leaks(1), 1); /* and lives on */
}

static __attribute__((noinline)) void start_rooted(void) {
    gm_store(&root, gm_chan_make(&long_type, 0));
    assert_true(gm_go(receive, root, 0));
}

static void root_keeps_it(void **state) {
    (void)state;
    start_rooted();
    wait_begun(2);
    wipe();
    assert_int_equal(leaks(1), 1);
    gm_store(&root, NULL);
    assert_int_equal(leaks(2), 2);
}

static void stack_keeps_it(void **state) {
    (void)state;
    gm_chan *volatile mine = gm_chan_make(&long_type, 0);
    assert_true(gm_go(receive, mine, 0));
    wait_begun(3);
    leaks_stay(2);
    /* A number that happens to point there keeps it as well: missed, but never wrong. */
    volatile uintptr_t number = (uintptr_t)mine + 5;
    mine = NULL;
    leaks_stay(2);
    number -= 5;
    long one = 1;
    assert_true(gm_chan_send((gm_chan *)number, &one));
    wait_begun(2);
}

struct pair {
    gm_chan *from, *to;
};
GM_DEFINE_TYPE(pair_type, struct pair, from, to);

static void pass(void *arg) {
    struct pair *p = arg;
    long value;
    __atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST);
    gm_chan_recv(p->from, &value);
    gm_chan_send(p->to, &value);
    __atomic_fetch_sub(&begun, 1, __ATOMIC_SEQ_CST);
}

enum { CHAIN = 50 };

static __attribute__((noinline)) gm_chan *start_chain(gm_chan **end) {
    gm_chan *first = gm_chan_make(&long_type, 0), *at = first;
    for (int i = 0; i < CHAIN; i++) {
        struct pair *p = gm_new(&pair_type);
        p->from = at;
        p->to = at = gm_chan_make(&long_type, 0);
        assert_true(gm_go(pass, p, 0));
    }
    *end = at;
    return first;
}

static void whoever_holds_one_end_holds_a_chain(void **state) {
    (void)state;
    gm_chan *end, *volatile first = start_chain(&end);
    wait_begun(2 + CHAIN);
    leaks_stay(2);
    long value = 7;
    assert_true(gm_chan_send(first, &value));
    assert_true(gm_chan_recv(end, &value));
    assert_int_equal(value, 7);
    wait_begun(2);
}

/* A goroutine lends its local variables to another, which sleeps. */
struct lent {
    gm_chan *chan;
    uint32_t done;
};

static void borrow(void *arg) {
    struct lent *l = arg;
    long value = 1;
    while (!__atomic_load_n(&l->done, __ATOMIC_SEQ_CST)) gm_sleep(100000);
    gm_chan_send(l->chan, &value);
}

static uint32_t *release; /* where the lender's flag is; not a root */

static void lend(void *arg) {
    (void)arg;
    struct lent l = {gm_chan_make(&long_type, 0), 0};
    __atomic_store_n(&release, &l.done, __ATOMIC_SEQ_CST);
    gm_go(borrow, &l, 0);
    receive(l.chan);
}

static void local_variables_may_be_lent(void **state) {
    (void)state;
    assert_true(gm_go(lend, NULL, 0));
    wait_begun(3);
    leaks_stay(2);
    __atomic_store_n(release, 1, __ATOMIC_SEQ_CST);
    wait_begun(2);
}

static void wait_for_ever(void *arg) {
    __atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST);
    gm_chan_recv(arg, NULL);
}

static void wait_group(void *arg) {
    __atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST);
    gm_wait_group_wait(arg);
    __atomic_fetch_sub(&begun, 1, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void start_group(gm_wait_group *w) {
    gm_wait_group_add(w, 1);
    assert_true(gm_go(wait_group, w, 0));
}

static void other_waits(void **state) {
    (void)state;
    assert_true(gm_go(wait_for_ever, NULL, 0));
    wait_begun(3);
    assert_int_equal(leaks(3), 3);
    start_group(gm_alloc_noscan(sizeof(gm_wait_group)));
    wait_begun(4);
    assert_int_equal(leaks(4), 4);
    static gm_wait_group outside; /* who knows who has its address */
    start_group(&outside);
    wait_begun(5);
    leaks_stay(4);
    gm_wait_group_done(&outside);
    wait_begun(4);
}

static int begin(void **state) {
    (void)state;
    alarm(120);
    gm_init(0);
    gm_register_roots(&root, &gm_pointer_type, 1);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unreachable_is_leaked),
        cmocka_unit_test(root_keeps_it),
        cmocka_unit_test(stack_keeps_it),
        cmocka_unit_test(whoever_holds_one_end_holds_a_chain),
        cmocka_unit_test(local_variables_may_be_lent),
        cmocka_unit_test(other_waits),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
