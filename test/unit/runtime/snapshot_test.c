/* snapshot_test.c - a snapshot of the heap holds what the program holds: objects, the words that lead from one to another, and the
 * roots; the program runs on meanwhile; what cannot be written is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <golem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct node {
    long value;
    struct node *next;
    void *extra;
} node;
GM_DEFINE_TYPE(node_type, node, next, extra);

static node *held; /* a root */

typedef struct reader {
    const uint8_t *at, *end;
} reader;

static uint64_t number(reader *r) {
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
        assert_true(r->at < r->end);
        uint8_t b = *r->at++;
        v |= (uint64_t)(b & 127) << shift;
        if (!(b & 128)) return v;
    }
}

static int64_t signed_number(reader *r) {
    uint64_t v = number(r);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static const char *text(reader *r) {
    static char buf[4][512];
    static int next;
    char *to = buf[next++ % 4];
    uint64_t n = number(r);
    assert_true(n < sizeof buf[0] && n <= (uint64_t)(r->end - r->at));
    memcpy(to, r->at, n);
    to[n] = 0;
    r->at += n;
    return to;
}

/* What the test looks for. */
typedef struct seen {
    uint64_t objects, edges, roots, nodes;
    uint64_t links;      /* of nodes, by the word `next` */
    uint64_t unnamed;    /* edges of which no word is known */
    uint64_t node_types; /* numbers of the types whose descriptor is node_type, as a set */
    uintptr_t root;      /* the object that `held` leads to */
    bool whole;
} seen;

static void read_object(reader *r, seen *s, bool pointers, uintptr_t *at) {
    *at += number(r) * 8;
    number(r);
    uint64_t type = number(r);
    bool is_node = type < 64 && s->node_types >> type & 1;
    s->objects++;
    s->nodes += is_node;
    for (uint64_t n = pointers ? number(r) : 0; n > 0; n--) {
        uint64_t word = number(r);
        signed_number(r);
        s->edges++;
        s->unnamed += word == 0;
        s->links += is_node && word == offsetof(node, next) / 8 + 1;
    }
}

static void read_type(reader *r, seen *s, unsigned *ntypes) {
    number(r);
    ++*ntypes;
    if (number(r) == (uintptr_t)&node_type) s->node_types |= (uint64_t)1 << *ntypes;
    text(r);
    number(r);
    while (number(r)) text(r);
}

static void read_root(reader *r, seen *s) {
    uint64_t kind = number(r), about = number(r);
    number(r);
    uintptr_t target = number(r) * 8;
    s->roots++;
    if (kind == 0 && about == (uintptr_t)&held) s->root = target;
}

static void read_name(reader *r) {
    number(r), number(r), number(r), text(r), text(r), number(r);
}

static void read_end(reader *r, const seen *s) {
    assert_int_equal(number(r), s->objects);
    assert_int_equal(number(r), s->edges);
    assert_int_equal(number(r), s->roots);
}

static void read_goroutine(reader *r) {
    number(r), text(r), number(r);
    for (uint64_t n = number(r); n > 0; n--) number(r);
}

static seen read_all(const char *path) {
    static const char magic[] = "golem heap snapshot 1\n";
    int fd = open(path, O_RDONLY);
    struct stat st;
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    uint8_t *all = malloc((size_t)st.st_size);
    assert_int_equal(read(fd, all, (size_t)st.st_size), st.st_size);
    close(fd);
    assert_memory_equal(all, magic, sizeof magic - 1);
    reader r = {all + sizeof magic - 1, all + st.st_size};
    seen s = {0};
    unsigned ntypes = 0;
    uintptr_t at = 0;
    while (r.at < r.end) {
        assert_false(s.whole);
        switch (*r.at++) {
        case 'I': text(&r), number(&r); break;
        case 'Y': read_type(&r, &s, &ntypes); break;
        case 'O': read_object(&r, &s, true, &at); break;
        case 'o': read_object(&r, &s, false, &at); break;
        case 'R': read_root(&r, &s); break;
        case 'G': read_goroutine(&r); break;
        case 'E': read_end(&r, &s); break;
        case 'N': read_name(&r); break;
        case 'Z': s.whole = true; break;
        default: fail_msg("record %c", r.at[-1]);
        }
    }
    assert_true(s.whole);
    free(all);
    return s;
}

static char path[] = "/tmp/snapshotXXXXXX";

static node *list_of(int n) {
    node *list = NULL;
    for (int i = 0; i < n; i++) {
        node *fresh = gm_new(&node_type);
        fresh->next = list;
        list = fresh;
    }
    return list;
}

static void holds_what_the_program_holds(void **state) {
    (void)state;
    enum { N = 5000 };
    gm_store(&held, list_of(N));
    gm_store(&held->extra, gm_alloc_noscan(100));
    assert_true(gm_write_heap_snapshot(path));
    seen s = read_all(path);
    assert_int_equal(s.root, (uintptr_t)held);
    assert_true(s.nodes >= N && s.nodes < N + 100);
    assert_true(s.links >= N - 1 && s.links < N + 100);
    assert_int_equal(s.unnamed, 0);
    /* what is let go is not there */
    gm_store(&held->next, NULL);
    gm_gc();
    assert_true(gm_write_heap_snapshot(path));
    s = read_all(path);
    assert_in_range(s.nodes, 1, N / 2);
}

static void trace_pair(const void *obj, size_t size, gm_tracer *tracer) {
    (void)size;
    gm_trace_words(tracer, obj, 2);
}
typedef struct pair {
    void *a, *b;
} pair;
GM_DEFINE_TRACED_TYPE(pair_type, pair, trace_pair);

static void asks_the_program_for_what_only_it_knows(void **state) {
    (void)state;
    pair *p = gm_new(&pair_type);
    gm_store(&p->a, gm_new(&node_type));
    gm_store(&p->b, gm_new(&node_type));
    node *n = list_of(1);
    gm_store(&n->extra, p);
    gm_store(&held, n);
    assert_true(gm_write_heap_snapshot(path));
    assert_in_range(read_all(path).unnamed, 2, 2 + 20);
}

static void tells_what_cannot_be_written(void **state) {
    (void)state;
    assert_false(gm_write_heap_snapshot("/nowhere/to/be/found"));
    assert_false(gm_write_heap_snapshot_fd(-1));
    int fd = open("/dev/full", O_WRONLY);
    if (fd >= 0) {
        gm_store(&held, list_of(100000));
        assert_false(gm_write_heap_snapshot_fd(fd));
        close(fd);
    }
    /* it left no child behind */
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_true(gm_write_heap_snapshot(path));
}

static uint32_t stop, rounds;

static void churn(void *arg) {
    (void)arg;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        list_of(100);
        __atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
        gm_yield();
    }
}

static void others_run_on(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) gm_go(churn, NULL, 0);
    gm_store(&held, list_of(20000));
    for (int i = 0; i < 5; i++) {
        assert_true(gm_write_heap_snapshot(path));
        assert_true(read_all(path).nodes >= 20000);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_the_program_holds),
        cmocka_unit_test(asks_the_program_for_what_only_it_knows),
        cmocka_unit_test(tells_what_cannot_be_written),
        cmocka_unit_test(others_run_on),
    };
    gm_init(0);
    gm_register_roots(&held, &gm_pointer_type, 1);
    int fd = mkstemp(path);
    if (fd >= 0) close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
