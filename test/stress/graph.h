/* graph.h - random mutators of an object graph that check their own invariants.
 *
 * Every object carries its identity and a checksum over it, and every link carries the identity of
 * the object that it leads to. Whoever follows a link therefore knows what must stand there: an
 * object that was freed too early is met with other bytes (GODEBUG=clobberfree=1 sees to that), or
 * as another, intact object under a wrong number.
 *
 * Threads share one graph below a table of roots. The links of an object are read and written under
 * a lock (striped by the object's address) that is never held across a safepoint; pointers are
 * followed, held on the stack only, moved, copied in bulk and dropped without it. Besides plain
 * links there are
 *   - objects of fixed shapes, with more words than a mask holds, of long irregular patterns, large
 *     ones, conservative ones, and arrays of links that grow like slices while the collector marks;
 *   - interior pointers that are the only way to an object, and shared blocks of tiny objects;
 *   - finalizers, cleanups and weak pointers on a part of the objects, counted;
 *   - roots that come and go with their memory, pins, pools, objects freed by hand, threads that
 *     attach and detach, blocking regions, forced collections.
 *
 * graph_run works for a time; graph_settle then drops every root, collects, and looks at what was
 * not collected: a few objects may be kept by stale words on stacks, never many.
 */
#ifndef GRAPH_H
#define GRAPH_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <golem.h>

typedef struct obj obj;

typedef struct edge {
    obj *to;
    uint64_t id; /* of *to */
} edge;

/* INSIDE: more leads into the middle of object more_id. TINY: more leads to bytes of value more_id,
 * up to 15 of them. VECTOR: more is the array of n links. FINAL: has a finalizer, and leads to two
 * leaves in a way that is not counted by n, so that nobody can make a ring of it: rings of objects
 * with finalizers are never collected. */
enum kind { LEAF, PAIR, WIDE, ODD, HUGE, CONSERVATIVE, VECTOR, INSIDE, TINY, FINAL, KINDS };

struct obj {
    uint64_t id, check;
    uint32_t kind, n;
    void *more;
    uint64_t more_id;
    edge links[];
};

enum { HEAD = sizeof(obj), ROOTS = 192, LOCKS = 256, WEAKS = 256 };
static const uint32_t graph_links[KINDS] = {
    [PAIR] = 2, [WIDE] = 29, [ODD] = 250, [HUGE] = 5000, [CONSERVATIVE] = 3, [FINAL] = 2};
static gm_type graph_types[KINDS], graph_link_type;
static edge graph_roots[ROOTS];
static uint32_t graph_locks[LOCKS];
static gm_weak *graph_weak[WEAKS];
static gm_pool *graph_pool;

static struct {
    uint64_t steps, made, finalizers, finalized, cleanups, cleaned, damaged, next_id;
    int64_t stop_at;
    uint64_t most; /* bytes of heap, about; beyond, the graph is cut */
    bool cut;      /* atomic */
} graph = {.most = 24 << 20};

static bool too_large(void) {
    return __atomic_load_n(&graph.cut, __ATOMIC_RELAXED);
}

/* --- small things --- */

static int64_t graph_now(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static uint32_t pick(uint64_t *s, uint32_t n) {
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return (uint32_t)((*s >> 32) * n >> 32);
}

static void graph_count(uint64_t *n) {
    __atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}

static uint64_t check_of(const obj *o) {
    return (o->id ^ (uint64_t)o->kind << 56) * UINT64_C(0x9E3779B97F4A7C15) ^ 0x5bd1e995;
}

static void damage(const char *what, const void *at, uint64_t want, uint64_t have) {
    if (__atomic_fetch_add(&graph.damaged, 1, __ATOMIC_RELAXED) < 10)
        fprintf(stderr, "graph: %s at %p: %llx, not %llx\n", what, at, (unsigned long long)have,
                (unsigned long long)want);
}

static bool intact(const obj *o, uint64_t id) {
    if (o->id != id) damage("identity", o, id, o->id);
    if (o->check != check_of(o)) damage("checksum", o, check_of(o), o->check);
    return o->id == id && o->check == check_of(o);
}

/* --- locks --- */

static uint32_t lock_index(const void *p) {
    return (uint32_t)((uintptr_t)p >> 4) * 2654435761u >> 24;
}

static void lock_at(uint32_t i) {
    while (__atomic_exchange_n(&graph_locks[i], 1, __ATOMIC_ACQUIRE)) sched_yield();
}

static void unlock_at(uint32_t i) {
    __atomic_store_n(&graph_locks[i], 0, __ATOMIC_RELEASE);
}

static void lock(const void *p) {
    lock_at(lock_index(p));
}

static void unlock(const void *p) {
    unlock_at(lock_index(p));
}

static void lock_two(const void *p, const void *q) {
    uint32_t a = lock_index(p), b = lock_index(q);
    lock_at(a < b ? a : b);
    if (a != b) lock_at(a < b ? b : a);
}

static void unlock_two(const void *p, const void *q) {
    if (lock_index(p) != lock_index(q)) unlock(q);
    unlock(p);
}

/* --- links. Inside the lock of their owner. --- */

static edge *links_of(obj *o) {
    return o->kind == VECTOR ? o->more : o->links;
}

static void store_edge(edge *at, obj *o) {
    gm_store(&at->to, o);
    at->id = o ? o->id : 0;
}

/* --- links of objects and roots. These lock. --- */

static obj *root_get(uint32_t i) {
    lock(&graph_roots[i]);
    edge l = graph_roots[i];
    unlock(&graph_roots[i]);
    return l.to && intact(l.to, l.id) ? l.to : NULL;
}

static void root_put(uint32_t i, obj *o) {
    if (too_large() && i % 4 == 0) o = NULL;
    lock(&graph_roots[i]);
    store_edge(&graph_roots[i], o);
    unlock(&graph_roots[i]);
}

static void put(obj *owner, uint64_t *r, obj *o) {
    lock(owner);
    if (owner->n) store_edge(&links_of(owner)[pick(r, owner->n)], o);
    unlock(owner);
}

/* Takes a link out if `take`. */
static obj *get(obj *owner, uint64_t *r, bool take) {
    edge l = {NULL, 0};
    lock(owner);
    if (owner->n) {
        edge *at = &links_of(owner)[pick(r, owner->n)];
        l = *at;
        if (take) store_edge(at, NULL);
    }
    unlock(owner);
    return l.to && intact(l.to, l.id) ? l.to : NULL;
}

/* --- objects --- */

static void graph_finalizer(void *p, void *arg) {
    (void)arg;
    obj *o = p;
    uint64_t r = o->id | 1;
    if (intact(o, o->id)) graph_count(&graph.finalized);
    for (int i = 0; o->kind == FINAL && i < 2; i++) intact(o->links[i].to, o->links[i].id);
    if (o->id % 3 == 0) root_put(pick(&r, ROOTS), o); /* alive again */
}

static void graph_cleanup(void *arg) {
    if (*(uint64_t *)arg == 4711)
        graph_count(&graph.cleaned);
    else
        damage("argument of a cleanup", arg, 4711, *(uint64_t *)arg);
}

/* The object must be complete: a weak pointer shows it to the other threads. */
static void hang_on(obj *o, uint64_t *r) {
    uint32_t what = pick(r, 128);
    if (o->kind == LEAF && what < 2) {
        if (gm_set_finalizer(o, graph_finalizer, NULL)) graph_count(&graph.finalizers);
    } else if (what == 2) {
        uint64_t *arg = gm_alloc_noscan(4 * sizeof *arg);
        *arg = 4711;
        if (gm_add_cleanup(o, graph_cleanup, arg)) graph_count(&graph.cleanups);
    } else if (what == 3) {
        gm_weak *w = gm_weak_make(o);
        gm_store(&graph_weak[pick(r, WEAKS)], w);
    }
}

/* Nobody else may come by it before what it leads to is in place: see hang_on, which publishes. */
static obj *make_bare(enum kind kind) {
    size_t n = graph_links[kind], size = HEAD + n * sizeof(edge);
    obj *o = kind == CONSERVATIVE ? gm_alloc_conservative(size) : gm_new(&graph_types[kind]);
    const uint64_t *w = (const uint64_t *)o;
    for (size_t i = 0; i < size / 8; i++)
        if (w[i]) damage("fresh object", w + i, 0, w[i]);
    o->id = __atomic_add_fetch(&graph.next_id, 1, __ATOMIC_RELAXED);
    o->kind = kind;
    o->n = kind == FINAL ? 0 : (uint32_t)n;
    o->check = check_of(o);
    graph_count(&graph.made);
    return o;
}

static obj *make_kind(enum kind kind, uint64_t *r) {
    obj *o = make_bare(kind);
    hang_on(o, r);
    return o;
}

/* Other allocations lie between: these stores need the barrier. */
static void give_bytes(obj *o, uint64_t *r) {
    uint32_t n = 1 + pick(r, 15);
    uint8_t *p = gm_alloc_noscan(n);
    for (uint32_t i = 0; i < n; i++)
        if (p[i]) damage("fresh tiny object", p, 0, p[i]);
    memset(p, (int)o->id, n);
    gm_store(&o->more, (void *)p);
    o->more_id = n;
}

static void give_leaves(obj *o, uint64_t *r) {
    for (int i = 0; i < 2; i++) store_edge(&o->links[i], make_kind(LEAF, r));
    if (gm_set_finalizer(o, graph_finalizer, NULL)) graph_count(&graph.finalizers);
}

static obj *make(uint64_t *r) {
    uint32_t i = pick(r, 1000);
    enum kind kind = i < 1     ? HUGE
                     : i < 20  ? ODD
                     : i < 60  ? WIDE
                     : i < 100 ? VECTOR
                     : i < 150 ? CONSERVATIVE
                     : i < 200 ? TINY
                     : i < 210 ? FINAL
                     : i < 300 ? LEAF
                               : PAIR;
    obj *o = make_bare(kind);
    if (kind == TINY) give_bytes(o, r);
    if (kind == FINAL) give_leaves(o, r);
    hang_on(o, r);
    return o;
}

static void check_more(obj *o) {
    if (o->kind == TINY) {
        const uint8_t *p = o->more;
        for (uint64_t i = 0; p && i < o->more_id; i++)
            if (p[i] != (uint8_t)o->id) damage("tiny object", p, (uint8_t)o->id, p[i]);
    } else if (o->kind == FINAL) {
        for (int i = 0; i < 2 && o->links[1].to; i++) intact(o->links[i].to, o->links[i].id);
    } else if (o->kind == INSIDE) {
        size_t size;
        obj *in = gm_find_object(o->more, &size);
        if (!in)
            damage("interior pointer", o->more, 1, 0);
        else
            intact(in, o->more_id);
    }
}

/* Some way along links; cuts some of them when the graph has become too large. */
static obj *walk(obj *o, uint64_t *r) {
    for (uint32_t steps = pick(r, 24); o && steps > 0; steps--) {
        check_more(o);
        obj *next = get(o, r, too_large() && pick(r, 4) == 0);
        if (!next) break;
        o = next;
    }
    return o;
}

static obj *somewhere(uint64_t *r) {
    return walk(root_get(pick(r, ROOTS)), r);
}

/* --- what mutators do --- */

static void churn(uint64_t *r) {
    for (int i = 0; i < 3; i++) make(r);
}

/* The object is for a while only on the stack. */
static void move_link(obj *from, obj *to, uint64_t *r) {
    obj *held = get(from, r, true);
    uint64_t id = held ? held->id : 0;
    churn(r);
    if (held && intact(held, id)) put(to, r, held);
}

/* Into a larger array when the old one is full, as a slice does. */
static void append(obj *v, obj *o, uint64_t *r) {
    if (v->kind != VECTOR) return;
    lock(v);
    edge *old = v->more;
    uint32_t n = v->n;
    unlock(v);
    if (n >= 4000 || too_large()) return;
    uint32_t bigger = n + n / 2 + 1 + pick(r, 3);
    edge *grown = gm_newarray(&graph_link_type, bigger);
    for (uint32_t i = 0; i < bigger; i++)
        if (grown[i].to) damage("fresh array", grown, 0, (uintptr_t)grown[i].to);
    lock(v);
    if (v->more == old) {
        if (n) gm_copy_values(&graph_link_type, grown, old, n);
        store_edge(&grown[n], o);
        gm_store(&v->more, (void *)grown);
        v->n = bigger;
    }
    unlock(v);
}

/* Links between two objects, or from one end of an object to the other, or cleared. */
static void bulk(obj *a, obj *b, uint64_t *r) {
    lock_two(a, b);
    uint32_t n = a->n < b->n ? a->n : b->n;
    if (n) {
        uint32_t from = pick(r, n), to = pick(r, n), most = n - (from > to ? from : to);
        edge *dst = links_of(a) + to, *src = links_of(b) + from;
        if (pick(r, 16) == 0) src = NULL;
        if (pick(r, 2)) {
            gm_copy_values(&graph_link_type, dst, src, most);
        } else {
            if (gm_wb_enabled) gm_wb_copy_n(&graph_link_type, dst, src, most);
            if (src)
                memmove(dst, src, most * sizeof(edge));
            else
                memset(dst, 0, most * sizeof(edge));
        }
    }
    unlock_two(a, b);
}

/* The only way to the new object leads into its middle. */
static void interior(obj *at, uint64_t *r) {
    obj *in = make_bare(INSIDE), *far = make_kind(pick(r, 8) ? WIDE : pick(r, 4) ? ODD : HUGE, r);
    size_t words = HEAD / 8 + far->n * 2;
    in->more_id = far->id;
    gm_store(&in->more, (void *)((uint64_t *)far + pick(r, (uint32_t)words)));
    hang_on(in, r);
    put(at, r, in);
}

/* Memory of the program's that is a root for a while; what it held goes on by the stack. */
static void passing_root(uint64_t *r) {
    enum { N = 256 };
    edge *mem =
        mmap(NULL, N * sizeof *mem, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mem == MAP_FAILED) return;
    bool precise = pick(r, 2);
    if (precise)
        gm_register_roots(mem, &graph_link_type, N);
    else
        gm_register_roots_conservative(mem, N * sizeof *mem);
    for (int i = 0; i < 8; i++) store_edge(&mem[pick(r, N)], make(r));
    churn(r);
    edge held = {NULL, 0};
    for (int i = 0; i < N; i++) {
        if (!mem[i].to) continue;
        intact(mem[i].to, mem[i].id);
        held = mem[i];
    }
    gm_unregister_roots(mem);
    munmap(mem, N * sizeof *mem);
    churn(r);
    if (intact(held.to, held.id)) root_put(pick(r, ROOTS), held.to);
}

/* An object that is for a while only in memory that the collector does not see. */
static void pinned(uint64_t *r) {
    edge *hidden = malloc(sizeof *hidden);
    obj *o = make(r);
    *hidden = (edge){(obj *)~(uintptr_t)o, o->id};
    gm_pin_object(o);
    o = NULL;
    __asm__ volatile("" : "+r"(o));
    churn(r);
    o = (obj *)~(uintptr_t)hidden->to;
    intact(o, hidden->id);
    gm_unpin_object(o);
    churn(r);
    if (intact(o, hidden->id)) root_put(pick(r, ROOTS), o);
    free(hidden);
}

static void pooled(uint64_t *r) {
    obj *o = make_kind(PAIR, r);
    gm_pool_put(graph_pool, o);
    o = NULL;
    obj *had = gm_pool_get(graph_pool);
    if (!had) return;
    uint64_t id = had->id;
    churn(r);
    if (intact(had, id)) root_put(pick(r, ROOTS), had);
}

static void weak(uint64_t *r) {
    gm_weak *w = __atomic_load_n(&graph_weak[pick(r, WEAKS)], __ATOMIC_ACQUIRE);
    obj *o = w ? gm_weak_get(w) : NULL;
    if (!o) return;
    uint64_t id = o->id;
    churn(r);
    if (intact(o, id)) root_put(pick(r, ROOTS), o);
}

static void by_hand(uint64_t *r) {
    uint32_t size = pick(r, 16) ? pick(r, 3000) : pick(r, 200000);
    uint8_t *p = gm_alloc_noscan(size);
    for (uint32_t i = 0; i < size; i++)
        if (p[i]) damage("fresh bytes", p, 0, p[i]);
    memset(p, 0xa5, size);
    gm_free(p);
    void **q = gm_newarray(&gm_pointer_type, 1 + (intptr_t)pick(r, 400));
    q[0] = (void *)q;
    gm_free(q);
}

static void away(void) {
    gm_block_enter();
    sched_yield();
    gm_block_leave();
}

static void look_at_size(void) {
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    uint64_t most = too_large() ? graph.most * 3 / 4 : graph.most;
    __atomic_store_n(&graph.cut, st.heap_alloc > most, __ATOMIC_RELAXED);
}

/* Many objects at once, which the walks then rearrange. */
static obj *tree(int depth, uint64_t *r) {
    obj *o = make_kind(pick(r, 16) ? PAIR : WIDE, r);
    for (int i = 0; i < 2 && depth > 0; i++) {
        obj *child = tree(depth - 1, r);
        lock(o);
        store_edge(&o->links[i], child);
        unlock(o);
    }
    return o;
}

/* A weak pointer may show the fresh object to others already. */
static void join(obj *fresh, obj *a, obj *b) {
    if (fresh->n < 2) return;
    lock(fresh);
    store_edge(&fresh->links[0], a);
    store_edge(&fresh->links[1], b);
    unlock(fresh);
}

static void step(uint64_t *r) {
    obj *a = somewhere(r), *b = somewhere(r), *fresh = make(r);
    join(fresh, a, b);
    if (!too_large() && pick(r, 1000) == 0) root_put(pick(r, ROOTS), tree(12, r));
    switch (pick(r, 24)) {
    case 0:
    case 1: root_put(pick(r, ROOTS), fresh); break;
    case 2: root_put(pick(r, ROOTS), pick(r, 4) ? b : NULL); break;
    case 3:
    case 4:
    case 5:
        if (a && b) move_link(a, b, r);
        break;
    case 6:
    case 7:
        if (a && b) bulk(a, b, r);
        break;
    case 8:
    case 9:
        if (a) append(a, fresh, r);
        break;
    case 10:
        if (b) interior(b, r);
        break;
    case 11: pooled(r); break;
    case 12: weak(r); break;
    case 13: by_hand(r); break;
    case 14:
        if (pick(r, 4) == 0) passing_root(r);
        break;
    case 15:
        if (pick(r, 4) == 0) pinned(r);
        break;
    case 16:
        if (pick(r, 20) == 0) away();
        break;
    default:
        if (b) put(b, r, fresh);
        break;
    }
}

/* Its own frame, so that little of it is left on the stack of the thread that goes on. */
static __attribute__((noinline)) uint64_t mutate_for_a_while(uint64_t *r) {
    uint64_t n = 0;
    for (; n < 200 && !graph.damaged; n++) step(r);
    return n;
}

static void *mutate(void *arg) {
    uint64_t r = UINT64_C(0x1234567) + UINT64_C(7777777) * (uint64_t)(uintptr_t)arg;
    if (!gm_attach_thread()) abort();
    while (graph_now() < graph.stop_at && !graph.damaged) {
        uint64_t n = mutate_for_a_while(&r);
        __atomic_fetch_add(&graph.steps, n, __ATOMIC_RELAXED);
        gm_safepoint();
        look_at_size();
        if (pick(&r, 50) == 0) gm_gc();
        if (pick(&r, 2000) == 0) gm_free_os_memory();
        if (pick(&r, 20) == 0) {
            gm_detach_thread();
            if (!gm_attach_thread()) abort();
        }
    }
    gm_detach_thread();
    return NULL;
}

/* --- the whole --- */

static void graph_types_make(void) {
    static uint64_t bits[KINDS][(HEAD / 8 + 5000 * 2) / 64 + 1];
    static uint8_t link_bits = 1;
    graph_link_type = (gm_type){
        .size = sizeof(edge), .ptrdata = 8, .align = 8, .kind = GM_STRUCT, .gcdata = &link_bits};
    for (int k = 0; k < KINDS; k++) {
        size_t size = HEAD + graph_links[k] * sizeof(edge), more = offsetof(obj, more) / 8;
        if (k != LEAF) bits[k][more / 64] |= UINT64_C(1) << (more & 63);
        for (size_t i = 0; i < graph_links[k]; i++) {
            size_t w = HEAD / 8 + 2 * i;
            bits[k][w / 64] |= UINT64_C(1) << (w & 63);
        }
        graph_types[k] = (gm_type){.size = size,
                                   .ptrdata = k == LEAF ? 0 : size,
                                   .align = 8,
                                   .kind = GM_STRUCT,
                                   .gcdata = bits[k]};
    }
}

/* After gm_init. */
static void graph_begin(void) {
    graph_types_make();
    gm_register_roots(graph_roots, &graph_link_type, ROOTS);
    gm_register_roots(graph_weak, &gm_pointer_type, WEAKS);
    graph_pool = gm_pool_new(NULL);
}

static void graph_run(double seconds, int threads, uint64_t seed) {
    pthread_t t[64];
    graph.stop_at = graph_now() + (int64_t)(seconds * 1e9);
    gm_block_enter();
    for (int i = 0; i < threads; i++)
        if (pthread_create(&t[i], NULL, mutate, (void *)(uintptr_t)(seed * 64 + (uint64_t)i + 1)))
            abort();
    for (int i = 0; i < threads; i++) pthread_join(t[i], NULL);
    gm_block_leave();
}

/* Drops everything and collects until nothing more goes, or a hundred times. Finalizers put objects
 * back among the roots, so roots are dropped again. Returns the objects still there. */
static uint64_t graph_settle(void) {
    gm_mem_stats st;
    uint64_t before = UINT64_MAX;
    for (int round = 0, same = 0; round < 100 && same < 8; round++) {
        for (uint32_t i = 0; i < ROOTS; i++) root_put(i, NULL);
        gm_gc();
        gm_block_enter();
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
        gm_block_leave();
        gm_read_mem_stats(&st);
        same = st.heap_objects < before ? 0 : same + 1;
        before = st.heap_objects;
    }
    return st.heap_objects;
}

static uint64_t graph_weak_left(void) {
    uint64_t n = 0;
    for (int i = 0; i < WEAKS; i++) n += graph_weak[i] && gm_weak_get(graph_weak[i]);
    return n;
}

static void graph_print(FILE *f) {
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    fprintf(f,
            "%llu steps, %llu objects made, %u collections (%u forced); finalizers %llu of %llu, "
            "cleanups %llu of %llu, weak pointers left %llu; %llu objects and %llu KiB left\n",
            (unsigned long long)graph.steps, (unsigned long long)graph.made, st.num_gc,
            st.num_forced_gc, (unsigned long long)graph.finalized,
            (unsigned long long)graph.finalizers, (unsigned long long)graph.cleaned,
            (unsigned long long)graph.cleanups, (unsigned long long)graph_weak_left(),
            (unsigned long long)st.heap_objects, (unsigned long long)st.heap_alloc >> 10);
}

#endif
