/* mutator_graph_test.c - the graph mutators of test/stress for a short time: with barriers, in
 * processes of their own under every mode that changes when things happen, and without barriers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../stress/graph.h"
#include "child.h"

static int run(unsigned init_flags, double seconds) {
    if (!gm_init(init_flags)) return 1;
    graph_begin();
    graph.most = 12 << 20;
    graph_run(seconds, 3, 1);
    uint64_t left = graph_settle();
    bool collected = left < 2000 + graph.made / 50 &&
                     graph.finalized * 10 >= graph.finalizers * 9 &&
                     graph.cleaned * 10 >= graph.cleanups * 9;
    if (!collected) graph_print(stderr);
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    gm_shutdown();
    return graph.damaged ? 2 : !collected ? 3 : st.num_gc < 5 ? 4 : graph.steps < 100 ? 5 : 0;
}

static const char *mode, *percent;
static unsigned flags;

static int run_in_mode(void) {
    setenv("GODEBUG", mode, 1);
    setenv("GOGC", percent, 1);
    return run(flags, 0.6);
}

static void in_mode(const char *godebug, const char *gogc, unsigned init_flags) {
    mode = godebug;
    percent = gogc;
    flags = init_flags;
    int status = in_child(run_in_mode);
    if (status) {
        fail_msg("GODEBUG=%s GOGC=%s flags %u: status %d: %s", godebug, gogc, flags, status,
                 child_text);
    }
}

static void concurrent(void **state) {
    (void)state;
    in_mode("clobberfree=1", "100", 0);
}

static void often(void **state) {
    (void)state;
    in_mode("clobberfree=1", "5", 0);
}

static void verified(void **state) {
    (void)state;
    in_mode("clobberfree=1,gccheckmark=1", "30", 0);
}

static void at_every_20th_allocation(void **state) {
    (void)state;
    in_mode("clobberfree=1,gcstress=20", "100", 0);
}

static void stopped(void **state) {
    (void)state;
    in_mode("clobberfree=1,gcstoptheworld=1", "50", 0);
}

static void without_barriers(void **state) {
    (void)state;
    in_mode("clobberfree=1", "50", GM_NO_BARRIERS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concurrent), cmocka_unit_test(often),
        cmocka_unit_test(verified),   cmocka_unit_test(at_every_20th_allocation),
        cmocka_unit_test(stopped),    cmocka_unit_test(without_barriers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
