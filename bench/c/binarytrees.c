/* binarytrees.c - many short-lived trees beside a long-lived one, as bench/go/binarytrees.go, in C:
 * on libgolem, on the Boehm collector, on malloc and free. Machine-independent. */
#include <stdio.h>

typedef struct node {
    struct node *left, *right;
} node;

#if defined(GOLEM)
#include <golem.h>
GM_DEFINE_TYPE(node_type, node, left, right);
static void start(void) {
    gm_init(0);
}
static node *new_node(void) {
    return gm_new(&node_type);
}
static void drop(node *n) {
    (void)n;
}
#elif defined(BOEHM)
#include <gc.h>
static void start(void) {
    GC_INIT();
}
static node *new_node(void) {
    return GC_MALLOC(sizeof(node));
}
static void drop(node *n) {
    (void)n;
}
#else
#include <stdlib.h>
static void start(void) {}
static node *new_node(void) {
    node *n = calloc(1, sizeof(node));
    if (!n) abort();
    return n;
}
static void drop(node *n) {
    if (n->left) {
        drop(n->left);
        drop(n->right);
    }
    free(n);
}
#endif

/* The children are made first: n is fresh when they are stored, so that no barrier is needed. */
static node *build(int depth) {
    if (depth == 0) return new_node();
    node *left = build(depth - 1), *right = build(depth - 1);
    node *n = new_node();
    n->left = left;
    n->right = right;
    return n;
}

static int count(const node *n) {
    return n->left ? 1 + count(n->left) + count(n->right) : 1;
}

int main(void) {
    enum { min_depth = 4, max_depth = 18 };
    start();
    node *stretch = build(max_depth + 1);
    printf("stretch %d\n", count(stretch));
    drop(stretch);
    stretch = NULL;
    node *lasting = build(max_depth);
    for (int depth = min_depth; depth <= max_depth; depth += 2) {
        int rounds = 1 << (max_depth - depth + min_depth), sum = 0;
        for (int i = 0; i < rounds; i++) {
            node *n = build(depth);
            sum += count(n);
            drop(n);
        }
        printf("%d %d %d\n", rounds, depth, sum);
    }
    printf("long %d\n", count(lasting));
    drop(lasting);
    return 0;
}
