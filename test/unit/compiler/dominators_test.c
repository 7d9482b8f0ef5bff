/* dominators_test.c - who holds what, against the definition: a node is deleted, and what is left is counted again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../../cmd/golem/dominators.h"

enum { MAX_NODES = 60, MAX_EDGES = 400 };

typedef struct Random {
    uint64_t from[MAX_NODES + 1];
    uint32_t to[MAX_EDGES];
    uint64_t size[MAX_NODES];
    FlowGraph g;
} Random;

static uint32_t seed = 1;

static uint32_t below(uint32_t n) {
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)seed * n >> 32);
}

/* Thin and dense graphs, with and without long chains. */
static void draw(Random *r) {
    uint32_t n = 1 + below(MAX_NODES), edges = 0, degree = 1 + below(4);
    bool chain = below(2);
    for (uint32_t v = 0; v < n; v++) {
        r->from[v] = edges;
        r->size[v] = below(1000);
        if (chain && v + 1 < n) r->to[edges++] = v + 1;
        for (uint32_t i = below(degree + 1); i > 0; i--) r->to[edges++] = below(n);
    }
    r->from[n] = edges;
    r->g = (FlowGraph){n, r->from, r->to};
}

/* The bytes that are reached without node `gone` (n: with all); seen may be NULL. */
static uint64_t reach(const Random *r, uint32_t gone, bool *seen) {
    bool met[MAX_NODES] = {0};
    uint32_t stack[MAX_NODES], depth = 0;
    uint64_t bytes = 0;
    if (gone != 0) {
        stack[depth++] = 0;
        met[0] = true;
    }
    while (depth) {
        uint32_t v = stack[--depth];
        bytes += r->size[v];
        for (uint64_t e = r->from[v]; e < r->from[v + 1]; e++) {
            uint32_t to = r->to[e];
            if (met[to] || to == gone) continue;
            met[to] = true;
            stack[depth++] = to;
        }
    }
    if (seen) memcpy(seen, met, sizeof met);
    return bytes;
}

static void retained_is_what_goes_with_it(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++) {
        Random r;
        draw(&r);
        uint32_t order[MAX_NODES], idom[MAX_NODES], n = r.g.n;
        uint64_t kept[MAX_NODES];
        bool all[MAX_NODES];
        uint32_t count = dominators(&r.g, order, idom);
        retained_sizes(count, order, idom, r.size, kept);
        uint64_t bytes = reach(&r, n, all);
        uint32_t reached = 0;
        for (uint32_t v = 0; v < n; v++) reached += all[v];
        assert_int_equal(count, reached);
        for (uint32_t v = 0; v < n; v++) {
            if (!all[v] || v == 0) {
                assert_int_equal(idom[v], NO_NODE);
                continue;
            }
            assert_int_equal(kept[v], bytes - reach(&r, v, NULL));
            bool without[MAX_NODES];
            reach(&r, idom[v], without);
            assert_false(without[v]);
        }
        assert_int_equal(kept[0], bytes);
    }
}

/* A list of a million, each of which leads back too: nothing may recurse, or climb step by step. */
static void long_lists_end(void **state) {
    (void)state;
    enum { N = 1000000 };
    uint64_t *from = malloc((N + 1) * sizeof *from), *size = malloc(N * sizeof *size),
             *kept = malloc(N * sizeof *kept), edges = 0;
    uint32_t *to = malloc(2 * N * sizeof *to), *order = malloc(N * sizeof *order),
             *idom = malloc(N * sizeof *idom);
    for (uint32_t v = 0; v < N; v++) {
        from[v] = edges;
        size[v] = 1;
        if (v + 1 < N) to[edges++] = v + 1;
        if (v > 0) to[edges++] = v / 2;
    }
    from[N] = edges;
    FlowGraph g = {N, from, to};
    assert_int_equal(dominators(&g, order, idom), N);
    retained_sizes(N, order, idom, size, kept);
    for (uint32_t v = 0; v < N; v++) assert_int_equal(kept[v], N - v);
    free(from), free(size), free(kept), free(to), free(order), free(idom);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(retained_is_what_goes_with_it),
                                       cmocka_unit_test(long_lists_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
