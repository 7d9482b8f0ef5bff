/* list.h - lists that tests hold by their first node alone, and of which they can tell whether they are whole. */
#ifndef GM_TEST_LIST_H
#define GM_TEST_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include <golem.h>

enum { LIST = 20 };

typedef struct node {
    struct node *next;
    uint64_t value, check; /* check: ~value */
} node;
GM_DEFINE_TYPE(node_type, node, next);

/* LIST nodes, with the values from seed on, the last one first. */
static __attribute__((noinline)) node *make_list(uint64_t seed) {
    node *list = NULL;
    for (uint64_t i = 0; i < LIST; i++) {
        node *n = gm_new(&node_type);
        n->value = seed + i;
        n->check = ~n->value;
        n->next = list;
        list = n;
    }
    return list;
}

static __attribute__((noinline, unused)) bool is_list(const node *list, uint64_t seed) {
    uint64_t i = LIST;
    for (; list && i; list = list->next) {
        i--;
        if (list->value != seed + i || list->check != ~list->value) return false;
    }
    return !list && !i;
}

#endif
