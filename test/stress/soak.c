/* soak.c - everything in golem.h at once, for as long as is wanted: goroutines and threads of the
 * program's own that come and go, channels, select, locks, deep stacks, sleep and blocking calls,
 * finalizers, cleanups, weak pointers, pools, pins, roots, objects freed by hand, while the heap is
 * collected as fast as it goes. Each activity knows what its sums must be and checks them.
 *
 *     soak [seconds]
 *
 * Status 0 if all sums were right. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <golem.h>

typedef struct node {
    struct node *left, *right;
    int64_t number, check;
} node;
GM_DEFINE_TYPE(node_type, node, left, right);
GM_DEFINE_PLAIN_TYPE(number_type, int64_t);

static int64_t stop_at;
static int wrong;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

#define CHECK(ok, ...)                                                                             \
    do {                                                                                           \
        if (!(ok) && __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED) < 20) {                       \
            fprintf(stderr, "wrong: " __VA_ARGS__);                                                \
            fputc('\n', stderr);                                                                   \
        }                                                                                          \
    } while (0)

typedef uint64_t dice;
static int64_t roll(dice *d, int64_t n) {
    *d ^= *d << 13;
    *d ^= *d >> 7;
    *d ^= *d << 17;
    return (int64_t)(*d % (uint64_t)n);
}

static node *node_new(int64_t number) {
    node *n = gm_new(&node_type);
    n->number = number;
    n->check = ~number;
    return n;
}
static bool intact(const node *n, int64_t number) {
    return n->number == number && n->check == ~number;
}

static void add(int64_t *sum, int64_t n) {
    __atomic_fetch_add(sum, n, __ATOMIC_RELAXED);
}
static int64_t load(const int64_t *n) {
    return __atomic_load_n(n, __ATOMIC_ACQUIRE);
}

/* --- goroutines --- */

typedef struct crowd {
    gm_wait_group all;
    int64_t sum;
} crowd;

static void one_of_many(void *arg) {
    crowd *c = arg;
    node *n = node_new(7);
    gm_yield();
    gm_new(&node_type);
    add(&c->sum, intact(n, 7) ? 1 : 0);
    gm_wait_group_done(&c->all);
}

static void spawn(dice *d) {
    crowd c = {0};
    int64_t n = 1 + roll(d, 40), started = 0;
    for (int64_t i = 0; i < n; i++) {
        gm_wait_group_add(&c.all, 1);
        if (gm_go(one_of_many, &c, (size_t)(16 + roll(d, 48)) << 10))
            started++;
        else
            gm_wait_group_done(&c.all);
    }
    gm_wait_group_wait(&c.all);
    CHECK(started == n && c.sum == n, "spawn: %ld of %ld", (long)c.sum, (long)n);
}

/* --- a line of goroutines that pass on what they get --- */

typedef struct stage {
    gm_chan *from, *to;
} stage;
GM_DEFINE_TYPE(stage_type, stage, from, to);

static void pass_on(void *arg) {
    stage *s = arg;
    for (node *n; gm_chan_recv(s->from, &n);) {
        node *next = node_new(n->number + 1);
        next->left = n;
        gm_chan_send(s->to, &next);
    }
    gm_chan_close(s->to);
}

enum { PARCELS = 100 };

static void send_all(void *arg) {
    for (int64_t i = 0; i < PARCELS; i++) {
        node *n = node_new(i);
        gm_chan_send(arg, &n);
    }
    gm_chan_close(arg);
}

static void pipeline(dice *d) {
    int64_t stages = 1 + roll(d, 8), i = 0;
    gm_chan *first = gm_chan_make(&gm_pointer_type, roll(d, 3)), *last = first;
    for (int64_t k = 0; k < stages; k++) {
        stage *s = gm_new(&stage_type);
        gm_chan *to = gm_chan_make(&gm_pointer_type, roll(d, 5));
        gm_store(&s->from, last);
        gm_store(&s->to, to);
        gm_go(pass_on, s, 32 << 10);
        last = to;
    }
    gm_go(send_all, first, 32 << 10);
    for (node *n; gm_chan_recv(last, &n); i++) {
        for (int64_t k = stages; k >= 0; k--, n = n->left)
            CHECK(n && intact(n, i + k), "pipeline: parcel %ld, stage %ld", (long)i, (long)k);
        CHECK(!n, "pipeline: parcel %ld is too long", (long)i);
    }
    CHECK(i == PARCELS, "pipeline: %ld parcels", (long)i);
}

/* --- select --- */

static void count_up(void *arg) {
    for (int64_t i = 0; i < PARCELS; i++) gm_chan_send(arg, &i);
    gm_chan_close(arg);
}

static void selects(dice *d) {
    int64_t values[3] = {0}, next[3] = {0};
    gm_select_case cases[3];
    int open = 3;
    for (int i = 0; i < 3; i++) {
        cases[i] =
            (gm_select_case){.chan = gm_chan_make(&number_type, roll(d, 4)), .value = &values[i]};
        gm_go(count_up, cases[i].chan, 32 << 10);
    }
    while (open > 0) {
        int i = gm_select_cases(cases, 3, roll(d, 4) > 0);
        if (i < 0) {
            gm_yield();
        } else if (cases[i].ok) {
            CHECK(values[i] == next[i], "selects: %ld, not %ld", (long)values[i], (long)next[i]);
            next[i]++;
        } else {
            CHECK(next[i] == PARCELS, "selects: closed after %ld", (long)next[i]);
            cases[i].chan = NULL;
            open--;
        }
    }
}

/* --- locks --- */

static gm_mu guard;
static int64_t bank[8];

static void locks(dice *d) {
    for (int i = 0; i < 50; i++) {
        if (roll(d, 4) > 0)
            gm_mu_lock(&guard);
        else if (!gm_mu_try_lock(&guard))
            continue;
        int64_t sum = 0;
        for (int k = 0; k < 8; k++) sum += bank[k];
        CHECK(sum == 0, "locks: the sum is %ld", (long)sum);
        int64_t n = roll(d, 1000);
        bank[roll(d, 8)] += n;
        if (i % 10 == 0) gm_new(&node_type);
        bank[roll(d, 8)] -= n;
        gm_mu_unlock(&guard);
    }
}

/* --- trees, on deep stacks --- */

static node *tree(int depth, int64_t number) {
    node *n = node_new(number);
    if (depth > 0) {
        gm_store(&n->left, tree(depth - 1, number * 2));
        gm_store(&n->right, tree(depth - 1, number * 2 + 1));
    }
    return n;
}

static int64_t size_of_tree(const node *n, int64_t number) {
    if (!n) return 0;
    CHECK(intact(n, number), "trees: node %ld", (long)number);
    return 1 + size_of_tree(n->left, number * 2) + size_of_tree(n->right, number * 2 + 1);
}

static int64_t descend(int64_t n, node *above) {
    node *here = node_new(n);
    volatile char room[200];
    room[n % 200] = (char)n;
    if (n == 0) {
        gm_gc();
        return above->number;
    }
    int64_t sum = descend(n - 1, here) + 1;
    CHECK(intact(here, n) && room[n % 200] == (char)n, "trees: frame %ld", (long)n);
    return sum;
}

static void deep_in_goroutine(void *arg) {
    int64_t *depth = arg;
    int64_t sum = descend(*depth, node_new(1));
    CHECK(sum == *depth + 1, "trees: depth %ld gave %ld", (long)*depth, (long)sum);
    __atomic_store_n(depth, 0, __ATOMIC_RELEASE);
}

static void trees(dice *d) {
    int depth = (int)(4 + roll(d, 9));
    node *t = tree(depth, 1);
    if (roll(d, 10) == 0) {
        int64_t deep = 1000 + roll(d, 2000);
        if (gm_go(deep_in_goroutine, &deep, 2 << 20))
            while (load(&deep)) gm_sleep(100000);
    }
    CHECK(size_of_tree(t, 1) == ((int64_t)2 << depth) - 1, "trees: size");
}

/* --- waiting --- */

static void nap(void *arg) {
    struct timespec left = {.tv_nsec = (long)(intptr_t)arg};
    while (nanosleep(&left, &left) != 0) { /* a signal */
    }
}

static void waits(dice *d) {
    node *n = node_new(5);
    int64_t from = now(), ns = roll(d, 300000);
    switch (roll(d, 3)) {
    case 0: gm_sleep(ns); break;
    case 1: gm_blocking(nap, (void *)(intptr_t)ns); break;
    default:
        gm_block_enter();
        nap((void *)(intptr_t)ns);
        gm_block_leave();
    }
    CHECK(now() - from >= ns && intact(n, 5), "waits: %ld ns", (long)ns);
}

/* --- what hangs on objects --- */

static int64_t finalizable, finalized, cleanable, cleaned;

static void finalize(void *obj, void *arg) {
    CHECK(intact(obj, (int64_t)(intptr_t)arg), "finalizers: damaged");
    add(&finalized, 1);
}
static void clean(void *arg) {
    (void)arg;
    add(&cleaned, 1);
}

static void attachments(dice *d) {
    for (int i = 0; i < 20; i++) {
        int64_t number = roll(d, 1000000);
        node *n = node_new(number), *m = node_new(number + 1);
        CHECK(gm_set_finalizer(n, finalize, (void *)(intptr_t)number), "finalizers: refused");
        if (roll(d, 4) == 0)
            gm_clear_finalizer(n);
        else
            add(&finalizable, 1);
        gm_cleanup *c = gm_add_cleanup(m, clean, NULL);
        if (roll(d, 4) == 0)
            gm_cleanup_stop(m, c);
        else
            add(&cleanable, 1);
        gm_weak *w = gm_weak_make(m);
        if (i == 0) gm_gc();
        CHECK(gm_weak_get(w) == m && gm_weak_make(m) == w && intact(m, number + 1),
              "weak pointers");
        m->left = m; /* alive until here */
    }
}

static gm_pool *pool;
static void *make_clean(void) {
    return node_new(0);
}

static void pools(dice *d) {
    node *mine[8];
    int64_t n = 1 + roll(d, 8);
    for (int64_t i = 0; i < n; i++) {
        mine[i] = gm_pool_get(pool);
        CHECK(intact(mine[i], 0), "pools: not clean");
        mine[i]->number = i + 1;
    }
    gm_safepoint();
    for (int64_t i = 0; i < n; i++) {
        CHECK(mine[i]->number == i + 1, "pools: somebody else's");
        mine[i]->number = 0;
        gm_pool_put(pool, mine[i]);
    }
}

/* --- objects that only malloc knows, roots that come and go, objects freed by hand --- */

static void holds(dice *d) {
    node **outside = calloc(16, sizeof *outside);
    bool roots = roll(d, 2);
    if (roots) gm_register_roots(outside, &gm_pointer_type, 16);
    for (int i = 0; i < 16; i++) {
        node *n = node_new(i);
        if (!roots) gm_pin_object(n);
        gm_store(&outside[i], n);
    }
    if (roll(d, 4) == 0) gm_gc();
    for (int i = 0; i < 200; i++) gm_new(&node_type);
    for (int i = 0; i < 16; i++) {
        CHECK(intact(outside[i], i), "holds: object %d", i);
        if (!roots) gm_unpin_object(outside[i]);
    }
    if (roots) gm_unregister_roots(outside);
    free(outside);
    for (int i = 0; i < 10; i++) {
        char *bytes = gm_alloc_noscan((size_t)(1 + roll(d, 40000)));
        bytes[0] = 1;
        if (i % 2) gm_free(bytes);
    }
}

/* --- collection --- */

static void collect(dice *d) {
    gm_mem_stats st;
    switch (roll(d, 12)) {
    case 0: gm_free_os_memory(); break;
    case 1: gm_gomaxprocs((int)(1 + roll(d, 4))); break;
    case 2: gm_gc_set_percent((int)(5 + roll(d, 100))); break;
    case 3:
        gm_read_mem_stats(&st);
        CHECK(st.mallocs >= st.frees && st.heap_alloc < (uint64_t)1 << 31, "statistics");
        break;
    default: gm_gc();
    }
}

/* --- everything --- */

static void (*const activities[])(dice *) = {spawn, pipeline,    selects, locks, trees,
                                             waits, attachments, pools,   holds, collect};
enum { ACTIVITIES = sizeof activities / sizeof *activities };
static int64_t rounds[ACTIVITIES];
static gm_wait_group goroutines;

static void play(int64_t activity, dice *d) {
    activities[activity](d);
    add(&rounds[activity], 1);
}

static void in_goroutine(void *arg) {
    dice d = ((uint64_t)(uintptr_t)arg + 1) * 0x9E3779B97F4A7C15u;
    while (now() < stop_at) {
        play((int64_t)(intptr_t)arg, &d);
        gm_yield(); /* nobody interrupts C */
    }
    gm_wait_group_done(&goroutines);
}

/* A visitor attaches for a few rounds of anything, and goes. */
static void *visitor(void *arg) {
    dice d = ((uint64_t)(uintptr_t)arg + 99) * 0x9E3779B97F4A7C15u;
    while (now() < stop_at) {
        if (!gm_attach_thread()) abort();
        for (int64_t n = roll(&d, 5); n >= 0; n--) play(roll(&d, ACTIVITIES), &d);
        gm_detach_thread();
    }
    return NULL;
}

enum { VISITORS = 4 };

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 5;
    if (!gm_init(0)) return 1;
    stop_at = now() + (int64_t)(seconds * 1e9);
    gm_gc_set_percent(20);
    pool = gm_pool_new(make_clean);
    pthread_t threads[VISITORS];
    for (uintptr_t i = 0; i < VISITORS; i++)
        if (pthread_create(&threads[i], NULL, visitor, (void *)i)) return 1;
    for (intptr_t i = 0; i < ACTIVITIES; i++) {
        gm_wait_group_add(&goroutines, 1);
        if (!gm_go(in_goroutine, (void *)i, 0)) return 1;
    }
    gm_wait_group_wait(&goroutines);
    gm_block_enter();
    for (int i = 0; i < VISITORS; i++) pthread_join(threads[i], NULL);
    gm_block_leave();
    for (int i = 0; i < 300; i++) {
        if (load(&finalized) * 20 >= finalizable * 19 && load(&cleaned) * 20 >= cleanable * 19)
            break;
        gm_gc();
        gm_sleep(1000000);
    }
    CHECK(finalized * 20 >= finalizable * 19 && finalized <= finalizable, "%ld of %ld finalised",
          (long)finalized, (long)finalizable);
    CHECK(cleaned * 20 >= cleanable * 19 && cleaned <= cleanable, "%ld of %ld cleaned up",
          (long)cleaned, (long)cleanable);
    CHECK(gm_num_goroutine() < 3, "%d goroutines left", gm_num_goroutine());
    fputs("soak: rounds", stderr);
    for (int i = 0; i < ACTIVITIES; i++) {
        fprintf(stderr, " %ld", (long)rounds[i]);
        if (!rounds[i]) wrong++;
    }
    fprintf(stderr, ", %ld finalised, %ld cleaned up, %d wrong\n", (long)finalized, (long)cleaned,
            wrong);
    gm_shutdown();
    return wrong != 0;
}
