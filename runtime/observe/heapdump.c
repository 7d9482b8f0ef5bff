/* heapdump.c - the heap in the form of Go's debug.WriteHeapDump ("go1.7 heap dump"), for tools that read that.
 *
 * It is written by a child process, as a snapshot is (snapshot.c): the child writes objects with their bytes and the places of their pointers,
 * and registered memory as pieces of the data segment. Goroutines come last, by way of the parent, as their frames bear names
 * (see "the rest" in snapshot.c). What the form cannot say (which types objects have, layouts that a program's functions decode) is left out; words that
 * only may be pointers are roots of the kind "other".
 */
#include <string.h>

#include "gc/edges.h"
#include "gc/gc.h"
#include "gc/roots.h"
#include "heap/mcache.h"
#include "heap/typebits.h"
#include "observe/snapshot.h"
#include "observe/traceback.h"
#include "os/child.h"
#include "os/os.h"
#include "sched/callers.h"
#include "sched/proc.h"
#include "sched/sched.h"

enum tag {
    TAG_EOF,
    TAG_OBJECT,
    TAG_OTHER_ROOT,
    TAG_GOROUTINE = 4,
    TAG_FRAME,
    TAG_PARAMS,
    TAG_MEM_STATS = 10,
    TAG_DATA = 12
};
enum { FIELD_END, FIELD_POINTER, MAX_FRAMES = 128 };

/* In the child. */
static struct { gm_snap_file file, rest; } dump;

static void number(uint64_t v) {
    gm_snap_number(&dump.file, v);
}

__attribute__((no_sanitize_address)) static void memory(gm_snap_file *f, uintptr_t lo, size_t n) {
    gm_snap_number(f, n);
    for (size_t i = 0; i < n; i++) gm_snap_byte(f, ((const uint8_t *)lo)[i]);
}

static void text(gm_snap_file *f, const char *s) {
    gm_snap_text(f, s, strlen(s));
}

static void pointer_at(gm_snap_file *f, size_t offset) {
    gm_snap_number(f, FIELD_POINTER);
    gm_snap_number(f, offset);
}

static void write_params(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    number(TAG_PARAMS);
    number(0); /* little-endian */
    number(sizeof(void *));
    number(gm_heap_base);
    number(gm_heap_base + n.reserved_in_use);
    text(&dump.file, "amd64");
    text(&dump.file, "golem " GM_VERSION);
    number((uint64_t)gm_os_cpus());
}

static void write_edge(void *arg, intptr_t offset, uintptr_t target) {
    (void)arg, (void)target;
    if (offset >= 0) pointer_at(&dump.file, (size_t)offset);
}

static void write_object(uintptr_t base, size_t size) {
    number(TAG_OBJECT);
    number(base);
    memory(&dump.file, base, size);
    gm_edges_each(base, write_edge, NULL);
    number(FIELD_END);
}

static void write_data(void *arg, const gm_type *elem, size_t from, const uintptr_t *lo,
                       const uintptr_t *hi) {
    (void)arg;
    size_t words = (size_t)(hi - lo);
    number(TAG_DATA);
    number((uintptr_t)lo);
    memory(&dump.file, (uintptr_t)lo, words * 8);
    size_t period = elem ? elem->size / 8 : 1;
    bool plain = elem && !gm_layout_of(elem);
    for (size_t i = 0; i < words; i++)
        if (!elem || (plain && gm_type_bits(elem, (from + i) % period, 1)))
            pointer_at(&dump.file, i * 8);
    number(FIELD_END);
}

static void write_other(void *arg, enum gm_root_kind kind, uintptr_t about, uintptr_t target) {
    static const char *const words[] = {[GM_ROOT_FINALIZER] = "finalizer",
                                        [GM_ROOT_QUEUE] = "finalizer that is due",
                                        [GM_ROOT_POOL] = "pool",
                                        [GM_ROOT_CALLBACK] = "callback"};
    (void)about;
    const char *what = arg ? arg : words[kind];
    if (!what) return;
    number(TAG_OTHER_ROOT);
    text(&dump.file, what);
    number(target);
}

static void look_at_thread(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_edges_guess(lo, hi, write_other, "thread");
}

/* --- goroutines --- */

static void write_frame(const gm_caller *c, int depth, uintptr_t below) {
    gm_snap_file *f = &dump.rest;
    size_t n = c->hi > c->lo ? c->hi - c->lo : 0;
    gm_snap_number(f, TAG_FRAME);
    gm_snap_number(f, c->lo);
    gm_snap_number(f, (uint64_t)depth);
    gm_snap_number(f, below);
    memory(f, c->lo, n);
    gm_snap_number(f, 0); /* the function's beginning is not known here */
    gm_snap_number(f, c->pc);
    gm_snap_number(f, c->pc);
    gm_snap_name(f, c->pc);
    for (size_t at = 0; at + 8 <= n; at += 8) pointer_at(f, at);
    gm_snap_number(f, FIELD_END);
}

static void write_goroutine(void *arg, gm_g *g) {
    (void)arg;
    gm_snap_file *f = &dump.rest;
    uint32_t status = g->status;
    if (status == GM_G_DEAD || status == GM_G_IDLE || g->flags & GM_GF_THREAD) return;
    gm_caller frames[MAX_FRAMES];
    int n = gm_caller_frames(g, frames, MAX_FRAMES);
    /* Go's numbers for runnable, running, in the system, waiting */
    unsigned state = status == GM_G_RUNNABLE  ? 1
                     : status == GM_G_RUNNING ? 2
                     : status == GM_G_BLOCKED ? 3
                                              : 4;
    const uint64_t head[] = {TAG_GOROUTINE,
                             (uintptr_t)g,
                             n ? frames[0].lo : g->sp,
                             g->id,
                             g->go_pc,
                             state,
                             (g->flags & GM_GF_SYSTEM) != 0,
                             0,
                             (uint64_t)g->wait_since};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) gm_snap_number(f, head[i]);
    text(f, status == GM_G_WAITING ? gm_g_state_text(g) : "");
    const uint64_t tail[] = {0, (uintptr_t)g->m, (uintptr_t)g->defers, (uintptr_t)g->panics};
    for (size_t i = 0; i < sizeof tail / sizeof *tail; i++) gm_snap_number(f, tail[i]);
    for (int i = 0; i < n; i++) write_frame(&frames[i], i, i ? frames[i - 1].lo : 0);
}

static void write_stats(const gm_mem_stats *m) {
    const uint64_t all[] = {
        TAG_MEM_STATS,  m->alloc,         m->total_alloc,  m->sys,         m->lookups,
        m->mallocs,     m->frees,         m->heap_alloc,   m->heap_sys,    m->heap_idle,
        m->heap_inuse,  m->heap_released, m->heap_objects, m->stack_inuse, m->stack_sys,
        m->mspan_inuse, m->mspan_sys,     m->mcache_inuse, m->mcache_sys,  m->buckhash_sys,
        m->gc_sys,      m->other_sys,     m->next_gc,      m->last_gc,     m->pause_total_ns};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) gm_snap_number(&dump.rest, all[i]);
    for (int i = 0; i < 256; i++) gm_snap_number(&dump.rest, m->pause_ns[i]);
    gm_snap_number(&dump.rest, m->num_gc);
}

bool gm_heapdump_walk(int fd, int rest, const gm_mem_stats *stats) {
    static const char magic[] = "go1.7 heap dump\n";
    dump.file.fd = fd;
    dump.rest.fd = rest;
    dump.rest.framed = true;
    for (const char *p = magic; *p; p++) gm_snap_byte(&dump.file, (uint8_t)*p);
    if (!gm_snapshot_mark()) return false;
    write_params();
    gm_snapshot_each(write_object);
    gm_roots_each(write_data, NULL);
    gm_edges_roots(write_other, NULL);
    gm_scan_threads(gm_get_sp(), look_at_thread, NULL);
    gm_snap_flush(&dump.file);
    gm_each_g(write_goroutine, NULL);
    write_stats(stats);
    gm_snap_number(&dump.rest, TAG_EOF);
    gm_snap_flush(&dump.rest);
    return !dump.file.failed && !dump.rest.failed;
}
