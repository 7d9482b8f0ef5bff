/* memory_test.c - what C programs know from malloc, on the heap: free beside the collector, realloc, memalign, strdup,
 * the hook when memory runs out, the walk over all objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <golem.h>

#include "child.h"
#include "scrub.h"

typedef struct node {
    struct node *next;
    long value;
} node;
GM_DEFINE_TYPE(node_type, node, next);
typedef struct twin {
    void *next;
    long value;
} twin;
GM_DEFINE_TYPE(twin_type, twin, next);
typedef struct closure {
    void *code;
    uint64_t n;
    node *up[];
} closure;
GM_DEFINE_PLAIN_FLEX_TYPE(closure_type, closure, up, gm_pointer_type);

typedef struct vector {
    long n;
    node *at[];
} vector;
GM_DEFINE_PLAIN_FLEX_TYPE(vector_type, vector, at, gm_pointer_type);

static void *slots[1000];

static node *make(long value) {
    node *n = gm_new(&node_type);
    n->value = value;
    return n;
}

/* --- realloc and the rest --- */

static void realloc_keeps_kind_and_content(void **state) {
    (void)state;
    char *s = gm_realloc(NULL, 10);
    strcpy(s, "nine here");
    for (size_t n = 16; n < 200000; n = n * 3 / 2) {
        s = gm_realloc(s, n);
        assert_string_equal(s, "nine here");
        assert_null(gm_object_type(s));
    }
    s = gm_realloc(s, 10);
    assert_string_equal(s, "nine here");
    assert_true(gm_realloc(s, 0) != NULL);

    node *array = gm_newarray(&node_type, 1);
    for (int n = 1; n < 5000; n += n) {
        gm_store(&slots[0], (void *)array);
        for (int i = n / 2; i < n; i++) gm_store(&array[i].next, make(i));
        gm_store(&slots[0], gm_realloc(array, (size_t)n * 2 * sizeof *array));
        array = slots[0];
        assert_ptr_equal(gm_object_type(array), &node_type);
        gm_gc();
        for (int i = 0; i < n; i++) assert_int_equal(array[i].next->value, i);
        for (int i = n; i < 2 * n; i++) assert_null(array[i].next);
    }
    closure *c = gm_new_flex(&closure_type, 2);
    gm_store(&c->up[1], make(7));
    c = gm_realloc(c, sizeof *c + 90 * sizeof(node *));
    assert_int_equal(c->up[1]->value, 7);
    assert_ptr_equal(gm_object_type(c), &closure_type);
    void **words = gm_realloc(gm_alloc_conservative(64), 640);
    assert_ptr_equal(gm_object_type(words), &gm_pointer_type);
}

/* A struct whose tail is empty grows, too; what shrinks and grows again has zeros behind; all the time it is a struct with a tail. */
static void tails_grow_from_nothing(void **state) {
    (void)state;
    static const int lengths[] = {1, 2, 5, 4, 5, 40, 38, 40, 3, 700, 699, 700, 9000, 8999, 9000, 1};
    for (int how = 0; how < 3; how++) {
        vector *v = how == 0 ? gm_new_flex(&vector_type, 0) : gm_new(&vector_type);
        if (how == 2) v = gm_realloc(gm_realloc(v, sizeof *v + 80), sizeof *v);
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
            int had = (int)v->n, n = lengths[k];
            v = gm_realloc(v, sizeof *v + (size_t)n * 8);
            gm_store(&slots[0], (void *)v);
            assert_ptr_equal(gm_object_type(v), &vector_type);
            for (int i = had; i < n; i++) {
                assert_null(v->at[i]);
                gm_store(&v->at[i], make(i));
            }
            v->n = n;
            if (k % 3 == 0) gm_gc();
            for (int i = 0; i < n; i++) assert_int_equal(v->at[i]->value, i);
        }
    }
    char **words = gm_alloc_conservative(64);
    words[7] = (char *)words;
    words = gm_realloc(words, 61);
    assert_non_null(words[7]);
    words = gm_realloc(gm_realloc(words, 50), 64);
    assert_null(words[7]);
}

static void memalign_aligns(void **state) {
    (void)state;
    for (size_t align = 1; align <= 8192; align *= 2)
        for (size_t n = 1; n < 100000; n = n * 5 / 3 + 1) {
            void *p = gm_memalign(align, n), *q = gm_memalign_conservative(align, n);
            assert_int_equal(((uintptr_t)p | (uintptr_t)q) % align, 0);
            size_t size;
            assert_ptr_equal(gm_find_object(p, &size), p);
            assert_true(size >= n);
            gm_free(p);
            gm_free(q);
        }
}

static void strings_are_copied(void **state) {
    (void)state;
    assert_string_equal(gm_strdup("a string of some length"), "a string of some length");
    assert_string_equal(gm_strdup(""), "");
    assert_string_equal(gm_strndup("abcdef", 3), "abc");
    assert_string_equal(gm_strndup("ab", 3), "ab");
}

/* --- free --- */

/* Two threads free what the other has allocated. Without a collection the heap must not grow without bound. */
enum { HANDS = 256, TURNS = 3000 };
static void *box[HANDS];
static bool stop_freeing;

static void *frees(void *arg) {
    (void)arg;
    if (!gm_attach_thread()) return (void *)1;
    while (!__atomic_load_n(&stop_freeing, __ATOMIC_ACQUIRE))
        for (int i = 0; i < HANDS; i++) {
            void *p = gm_exchange(&box[i], NULL);
            if (p) gm_free(p);
            gm_safepoint();
        }
    gm_detach_thread();
    return NULL;
}

static void one_frees_what_the_other_allocates(void **state) {
    (void)state;
    pthread_t t;
    gm_register_roots(box, &gm_pointer_type, HANDS);
    int before = gm_gc_set_percent(-1);
    gm_gc();
    gm_mem_stats a, b;
    gm_read_mem_stats(&a);
    assert_int_equal(pthread_create(&t, NULL, frees, NULL), 0);
    for (int turn = 0; turn < TURNS; turn++)
        for (int i = 0; i < HANDS; i++) {
            uint64_t *p = gm_alloc_noscan(1024);
            assert_int_equal(p[5], 0);
            p[5] = 1;
            void *left = gm_exchange(&box[i], (void *)p);
            if (left) gm_free(left);
        }
    __atomic_store_n(&stop_freeing, true, __ATOMIC_RELEASE);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    gm_read_mem_stats(&b);
    assert_true(b.heap_alloc - a.heap_alloc < 32u << 20); /* of 750 MB */
    assert_true(b.mallocs - a.mallocs >= (uint64_t)HANDS * TURNS);
    gm_gc_set_percent(before);
}

/* The same, where the one who allocates never frees anything itself. */
static void who_never_frees_gets_what_others_gave_back(void **state) {
    (void)state;
    pthread_t t;
    int before = gm_gc_set_percent(-1);
    gm_gc();
    stop_freeing = false;
    gm_mem_stats a, b;
    gm_read_mem_stats(&a);
    assert_int_equal(pthread_create(&t, NULL, frees, NULL), 0);
    for (int turn = 0; turn < 200; turn++)
        for (int i = 0; i < HANDS; i++) {
            while (__atomic_load_n(&box[i], __ATOMIC_RELAXED)) gm_yield();
            (void)gm_exchange(&box[i], gm_alloc_noscan(1152));
        }
    __atomic_store_n(&stop_freeing, true, __ATOMIC_RELEASE);
    gm_block_enter();
    pthread_join(t, NULL);
    gm_block_leave();
    gm_read_mem_stats(&b);
    assert_true(b.heap_alloc - a.heap_alloc < 8u << 20); /* of 60 MB */
    gm_gc_set_percent(before);
}

/* What an object leads to may be known to the stack alone when it is given back, while a cycle marks. */
static void children_outlive_a_parent_freed_while_marking(void **state) {
    (void)state;
    gm_gc_set_percent(20);
    enum { N = 20000 };
    gm_store(&slots[1], gm_newarray(&gm_pointer_type, N));
    long wrong = 0;
    for (int round = 0; round < 20; round++) {
        node **parents = slots[1];
        for (int i = 0; i < N; i++) {
            node *parent = make(i);
            parent->next = make(-i);
            gm_store(&parents[i], parent);
        }
        for (int i = 0; i < N; i++) {
            node *parent = parents[i], *child = parent->next;
            gm_store(&parents[i], NULL);
            gm_free(parent);
            for (int k = 0; k < 3; k++) make(7);
            if (child->value != -i) wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    gm_gc_set_percent(100);
}

static void what_hangs_on_freed_objects_is_dropped(void **state) {
    (void)state;
    gm_weak *w[100];
    for (int i = 0; i < 100; i++) {
        node *n = make(i);
        w[i] = gm_weak_make(n);
        gm_free(n);
    }
    for (int i = 0; i < 100; i++) assert_null(gm_weak_get(w[i]));
}

/* --- the walk --- */

typedef struct census {
    long nodes, twins, arrays, closures, bytes, marked;
} census;

static void count(void *obj, size_t size, const gm_type *type, void *arg) {
    census *c = arg;
    assert_ptr_equal(gm_find_object((char *)obj + size - 1, NULL), obj);
    if (type == &node_type && size == sizeof(node))
        c->nodes++, c->marked += ((node *)obj)->value == 77;
    if (type == &twin_type) c->twins++;
    if (type == &gm_pointer_type && size >= 8000) c->arrays++;
    if (type == &closure_type) c->closures++;
    if (!type && size == 208 && memcmp(obj, "bytes", 5) == 0) c->bytes++;
}

static void the_walk_meets_each_object_once(void **state) {
    (void)state;
    SKIP_EXACT_COUNTS();
    memset(slots, 0, sizeof slots);
    gm_gc();
    census before = {0}, after = {0};
    assert_true(gm_walk_heap(count, &before));
    for (int i = 0; i < 300; i++) {
        gm_store(&slots[i], (void *)make(77));
        make(0); /* garbage, but allocated since */
    }
    for (int i = 300; i < 500; i++) gm_store(&slots[i], gm_new(&twin_type));
    for (int i = 500; i < 550; i++)
        gm_store(&slots[i], gm_newarray(&gm_pointer_type, 1000 + i * 10));
    for (int i = 550; i < 600; i++)
        gm_store(&slots[i], gm_new_flex(&closure_type, (size_t)(i - 549) * 40));
    for (int i = 600; i < 650; i++)
        gm_store(&slots[i], (void *)strcpy(gm_alloc_noscan(200), "bytes"));
    for (int i = 0; i < 100; i++) gm_free(make(77)); /* on a list: no object any more */
    assert_true(gm_walk_heap(count, &after));
    assert_int_equal(after.marked, 300);
    assert_true(after.nodes >= before.nodes + 300);
    assert_int_equal(after.twins - before.twins, 200);
    assert_int_equal(after.arrays - before.arrays, 50);
    assert_int_equal(after.closures - before.closures, 50);
    assert_int_equal(after.bytes - before.bytes, 50);
    scrub_stack();
    gm_gc();
    census left = {0};
    assert_true(gm_walk_heap(count, &left));
    assert_int_equal(left.marked, 300);
    assert_int_equal(left.twins, after.twins);
}

/* --- children: mistakes, and no memory --- */

static void limit(void) {
    struct rlimit r = {(rlim_t)1 << 30, (rlim_t)1 << 30};
    setrlimit(RLIMIT_AS, &r);
}

static void *spare;
static long asked;

static bool give_spare(size_t bytes, void *arg) {
    asked += arg == &asked && bytes == (16u << 20);
    if (!spare) return false;
    gm_unregister_roots(&spare);
    gm_free(spare);
    spare = NULL;
    return true;
}

static int run_out(void) {
    limit();
    if (!gm_init(0)) return 1;
    gm_gc_set_percent(-1);
    spare = gm_alloc_noscan(64u << 20);
    gm_register_roots(&spare, &gm_pointer_type, 1);
    gm_on_out_of_memory(give_spare, &asked);
    static void *held[1000];
    gm_register_roots(held, &gm_pointer_type, 1000);
    for (int i = 0; i < 1000 && spare; i++) gm_store(&held[i], gm_alloc_noscan(16u << 20));
    if (asked != 1) return 3;
    for (int i = 0; i < 3; i++) gm_alloc_noscan(16u << 20); /* of the spare 64 MB */
    for (;;) gm_store(&held[0], gm_newarray(&gm_pointer_type, 2 << 20));
}

static int free_twice_far_apart(void) {
    if (!gm_init(0)) return 1;
    void *p[3000];
    for (int i = 0; i < 3000; i++) p[i] = gm_alloc_noscan(48);
    for (int i = 0; i < 3000; i++) gm_free(p[i]);
    gm_free(p[5]);
    return 1;
}
static int free_a_local(void) {
    long x = 0;
    if (gm_init(0)) gm_free(&x);
    return 1;
}
static int realloc_inside(void) {
    if (gm_init(0)) gm_realloc((char *)gm_alloc_noscan(100) + 8, 200);
    return 1;
}
static int realloc_half_a_node(void) {
    if (gm_init(0)) gm_realloc(gm_new(&node_type), 40);
    return 1;
}
static int crooked_alignment(void) {
    if (gm_init(0)) gm_memalign(24, 100);
    return 1;
}

static void ends_are_named(void **state) {
    (void)state;
    static const struct {
        int (*f)(void);
        const char *says;
    } ends[] = {
        {free_twice_far_apart, "gm_free: the object was given back before"},
        {free_a_local, "gm_free: not the beginning of an object"},
        {realloc_inside, "gm_realloc: not the beginning of an object"},
        {realloc_half_a_node, "gm_realloc: not a whole number of values"},
        {crooked_alignment, "gm_memalign: 24 is no alignment"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        int status = in_child(ends[i].f);
        if (status != 2 || !strstr(child_text, ends[i].says))
            fail_msg("want %s; status %d: %s", ends[i].says, status, child_text);
    }
}

static void the_hook_is_asked(void **state) {
    (void)state;
    SKIP_UNDER_SANITIZERS();
    assert_int_equal(in_child(run_out), 2);
    assert_non_null(strstr(child_text, "out of memory"));
}

int main(void) {
    const struct CMUnitTest before[] = {cmocka_unit_test(ends_are_named),
                                        cmocka_unit_test(the_hook_is_asked)};
    int failed = cmocka_run_group_tests(before, NULL, NULL); /* before gm_init: they fork */
    if (!gm_init(0)) return 1;
    gm_register_roots(slots, &gm_pointer_type, sizeof slots / sizeof *slots);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(realloc_keeps_kind_and_content),
        cmocka_unit_test(tails_grow_from_nothing),
        cmocka_unit_test(memalign_aligns),
        cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(the_walk_meets_each_object_once),
        cmocka_unit_test(what_hangs_on_freed_objects_is_dropped),
        cmocka_unit_test(one_frees_what_the_other_allocates),
        cmocka_unit_test(who_never_frees_gets_what_others_gave_back),
        cmocka_unit_test(children_outlive_a_parent_freed_while_marking),
    };
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
