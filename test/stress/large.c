/* large.c - a large live heap against a small one: what a full collection costs for each byte, and
 * how long the program stands still.
 *
 *     large [MiB of the large heap, 4096; less on a machine with less memory]
 *
 * Builds trees of 64-byte nodes, collects a few times, verifies the trees, and prints a line for
 * each size. It judges only that nothing is lost; the numbers are for the reader and for bench/. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <golem.h>

typedef struct node {
    struct node *left, *right;
    uint64_t id, check;
    uint64_t pad[4];
} node;
GM_DEFINE_TYPE(node_type, node, left, right);

enum { DEPTH = 15 };
static node **trees;

static double now(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static node *tree(int depth, uint64_t id) {
    node *n = gm_new(&node_type);
    n->id = id;
    n->check = id * UINT64_C(0x9E3779B97F4A7C15);
    if (depth == 0) return n;
    node *left = tree(depth - 1, 2 * id);
    gm_store(&n->left, left);
    node *right = tree(depth - 1, 2 * id + 1);
    gm_store(&n->right, right);
    return n;
}

static uint64_t verify(const node *n, uint64_t id) {
    if (n->id != id || n->check != id * UINT64_C(0x9E3779B97F4A7C15)) {
        fprintf(stderr, "node %llu is damaged\n", (unsigned long long)id);
        exit(1);
    }
    return n->left ? 1 + verify(n->left, 2 * id) + verify(n->right, 2 * id + 1) : 1;
}

static void measure(long mib) {
    uint64_t each = (UINT64_C(2) << DEPTH) - 1, wanted = ((uint64_t)mib << 20) / sizeof(node);
    size_t n = wanted / each + 1;
    double from = now();
    trees = gm_newarray(&gm_pointer_type, (intptr_t)n);
    for (size_t i = 0; i < n; i++) {
        node *t = tree(DEPTH, 1);
        gm_store(&trees[i], t);
    }
    double built = now() - from;
    gm_mem_stats a, b;
    gm_read_mem_stats(&a);
    double best = 1e9;
    for (int i = 0; i < 3; i++) {
        from = now();
        gm_gc();
        double t = now() - from;
        if (t < best) best = t;
    }
    gm_read_mem_stats(&b);
    uint64_t worst = 0, nodes = 0;
    for (uint32_t i = 0; i < b.num_gc && i < 256; i++)
        if (b.pause_ns[i] > worst) worst = b.pause_ns[i];
    for (size_t i = 0; i < n; i++) nodes += verify(trees[i], 1);
    printf(
        "%5ld MiB: built in %.2f s with %u collections; a full collection %.1f ms, %.3f ns a byte; "
        "worst pause %.0f us; %llu nodes intact; %.0f MiB from the system\n",
        mib, built, a.num_gc, best * 1e3, best * 1e9 / (double)b.heap_alloc, (double)worst / 1e3,
        (unsigned long long)nodes, (double)(b.sys - b.heap_released) / (1 << 20));
    if (nodes != n * each) exit(1);
    trees = NULL;
}

int main(int argc, char **argv) {
    long large = argc > 1 ? atol(argv[1]) : 4096;
    long have = sysconf(_SC_AVPHYS_PAGES) / 1024 * sysconf(_SC_PAGESIZE) / 1024;
    if (large > have / 3) large = have / 3;
    if (!gm_init(0)) return 1;
    gm_register_roots(&trees, &gm_pointer_type, 1);
    measure(256);
    gm_free_os_memory();
    measure(large);
    gm_shutdown();
    return 0;
}
