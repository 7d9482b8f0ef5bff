/* fullgc.c - full collections of a live tree of 16.8 million objects of 32 bytes: wall and CPU time
 * an object. On libgolem and on the Boehm collector. NOT_FOR_MALLOC. */
#include <stdio.h>
#include <time.h>

typedef struct node {
    struct node *left, *right;
    long a, b;
} node;

enum { DEPTH = 24, COLLECTIONS = 5 };

#if defined(GOLEM)
#include <golem.h>
GM_DEFINE_TYPE(node_type, node, left, right);
static void start(void) {
    gm_init(0);
    gm_gc_set_percent(-1);
}
static node *new_node(void) {
    return gm_new(&node_type);
}
static void collect(void) {
    gm_gc();
}
#else
#include <gc.h>
static void start(void) {
    GC_INIT();
    GC_disable();
}
static node *new_node(void) {
    return GC_MALLOC(sizeof(node));
}
static void collect(void) {
    GC_enable();
    GC_gcollect();
    GC_disable();
}
#endif

static node *build(int depth) {
    node *left = depth > 1 ? build(depth - 1) : NULL, *right = depth > 1 ? build(depth - 1) : NULL;
    node *n = new_node();
    n->left = left;
    n->right = right;
    n->a = 1;
    return n;
}

static long sum(const node *n) {
    return n ? n->a + sum(n->left) + sum(n->right) : 0;
}

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(void) {
    start();
    node *root = build(DEPTH);
    collect();
    double wall = -now(CLOCK_MONOTONIC), cpu = -now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < COLLECTIONS; i++) collect();
    wall += now(CLOCK_MONOTONIC);
    cpu += now(CLOCK_PROCESS_CPUTIME_ID);
    double objects = (double)COLLECTIONS * ((1 << DEPTH) - 1);
    printf("metric wall %g ns/object\n", wall / objects);
    printf("metric cpu %g ns/object\n", cpu / objects);
    printf("%ld\n", sum(root));
    return 0;
}
