/* snapwalk.c - in the child of a snapshot: goes through the heap and writes what is there.
 *
 * The world stands still for ever here, and nobody else runs. First everything reachable is marked (gc/reach.c). Then types are found:
 * no object carries its type, but registered memory has one, and from a value of known type the language knows the types of what its
 * pointers lead to (gm_snap_language), and so on; an object keeps the first type that fits it. Then everything is written, object by
 * object in the order of addresses, each with what it leads to, and the roots last.
 *
 * Types are kept by the place of an object's mark byte (a word each, touched as they fill), so that finding one takes no search.
 *
 * Addresses of code and variables are written as they are. Their names stand in the program's file, and who reads that takes locks
 * of the C library: so it is the parent that does it, of the addresses that are sent to it at the end.
 */
#include <string.h>

#include "chan/chan.h"
#include "gc/edges.h"
#include "gc/gc.h"
#include "gc/roots.h"
#include "gc/sweep.h"
#include "heap/mcache.h"
#include "heap/sizeclass.h"
#include "observe/snapshot.h"
#include "observe/traceback.h"
#include "os/child.h"
#include "os/regions.h"
#include "sched/callers.h"
#include "sched/proc.h"
#include "sched/sched.h"

const gm_snap_language *gm_snap_types;

/* Kinds of roots in the file: those of gc/edges.h, and */
enum { ROOT_STACK = GM_ROOT_CALLBACK + 1, ROOT_THREAD, ROOT_WAITS };

enum { MAX_TYPES = 1 << 16, MAX_RANGES = 1 << 13, MAX_FRAMES = 128, NAME = 512 };

typedef struct type_entry {
    const void *type;
    enum gm_snap_form form;
} type_entry;

/* All in the child, where there is one of each. */
static struct {
    gm_snap_file file;
    uint64_t objects, edges, roots;
    uint32_t *type_of; /* by place: number of the type; NULL: no memory for it */
    size_t places;
    uintptr_t *todo; /* objects whose type is known, to be followed */
    size_t ntodo;
    uint64_t reached;
    type_entry *types; /* from 1 */
    uint32_t ntypes, *type_index;
    struct {
        uintptr_t lo, hi;
    } * ranges; /* readable, by address */
    size_t nranges;
    uintptr_t *wanted; /* a table: addresses that want names */
    size_t nwanted, wanted_cap;
    const gm_g *g; /* whose stack is being searched */
    gm_caller frames[MAX_FRAMES];
    int nframes;
} snap;

static size_t place_of(uintptr_t base) {
    const gm_span *s = gm_span_of(base);
    return (size_t)(s->marks - gm_mark_arena) + gm_span_index(s, base);
}

static uint64_t hash(uintptr_t a, uintptr_t b) {
    return ((a ^ b << 7) * 0x9E3779B97F4A7C15u) >> 20;
}

/* --- what can be read --- */

static void note_range(void *arg, const gm_os_region *r) {
    (void)arg;
    if (r->access[0] != 'r' || snap.nranges == MAX_RANGES) return;
    if (snap.nranges && snap.ranges[snap.nranges - 1].hi == r->lo)
        snap.ranges[snap.nranges - 1].hi = r->hi;
    else {
        snap.ranges[snap.nranges].lo = r->lo;
        snap.ranges[snap.nranges++].hi = r->hi;
    }
}

bool gm_snap_readable(const void *p, size_t n) {
    uintptr_t at = (uintptr_t)p;
    size_t lo = 0, hi = snap.nranges;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (snap.ranges[mid].hi <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < snap.nranges && at >= snap.ranges[lo].lo && n <= snap.ranges[lo].hi - at;
}

/* --- names --- */

static void want_name(uintptr_t addr) {
    if (!addr || snap.nwanted * 2 >= snap.wanted_cap) return;
    size_t i = hash(addr, 0) & (snap.wanted_cap - 1);
    while (snap.wanted[i] && snap.wanted[i] != addr) i = (i + 1) & (snap.wanted_cap - 1);
    if (snap.wanted[i]) return;
    snap.wanted[i] = addr;
    snap.nwanted++;
}

static bool send_names(int fd) {
    bool ok = true;
    for (size_t i = 0; ok && i < snap.wanted_cap; i++)
        if (snap.wanted[i]) ok = gm_os_write_all(fd, &snap.wanted[i], sizeof snap.wanted[i]);
    return ok;
}

/* --- types --- */

static void write_field(void *arg, size_t offset, const uint8_t *name, size_t n) {
    (void)arg;
    gm_snap_number(&snap.file, offset + 1);
    gm_snap_text(&snap.file, name, n);
}

static void write_type(const void *type, enum gm_snap_form form) {
    char name[NAME];
    size_t n = 0;
    gm_snap_byte(&snap.file, 'Y');
    gm_snap_number(&snap.file, form);
    gm_snap_number(&snap.file, (uintptr_t)type);
    bool has_name = form != GM_SNAP_CODE && form != GM_SNAP_STRING;
    if (has_name && gm_snap_types) n = gm_snap_types->name(type, name, sizeof name);
    gm_snap_text(&snap.file, name, n);
    if (n == 0 && type) want_name((uintptr_t)type);
    bool has_fields = form == GM_SNAP_VALUE || form == GM_SNAP_SLICE;
    gm_snap_number(&snap.file, has_fields ? ((const gm_type *)type)->size : 0);
    if (n && has_fields) gm_snap_types->fields(type, write_field, NULL);
    gm_snap_number(&snap.file, 0);
}

/* Its number, 0 if there are too many. */
static uint32_t type_number(const void *type, enum gm_snap_form form) {
    enum { CAP = 2 * MAX_TYPES };
    size_t i = hash((uintptr_t)type, form) & (CAP - 1);
    for (; snap.type_index[i]; i = (i + 1) & (CAP - 1)) {
        const type_entry *e = &snap.types[snap.type_index[i]];
        if (e->type == type && e->form == form) return snap.type_index[i];
    }
    if (snap.ntypes + 1 >= MAX_TYPES) return 0;
    snap.types[++snap.ntypes] = (type_entry){type, form};
    snap.type_index[i] = snap.ntypes;
    write_type(type, form);
    return snap.ntypes;
}

static size_t size_of(uintptr_t base) {
    const gm_span *s = gm_span_of(base);
    size_t size = gm_shapes[s->shape].size;
    return size ? size : s->large_size;
}

static bool has_pointers(uintptr_t base) {
    uint8_t kind = gm_shapes[gm_span_of(base)->shape].kind;
    return kind != GM_SHAPE_KIND_NOSCAN && kind != GM_SHAPE_KIND_LARGE_NOSCAN;
}

/* A pointer to a field leads to the beginning of its struct, too, if it is the first: it is not the object's type. */
static bool fits(const gm_type *t, uintptr_t base) {
    size_t size = size_of(base);
    if (t->size == 0 || t->size > size || (t->ptrdata != 0) != has_pointers(base)) return false;
    if (size == GM_TINY_SIZE && !t->ptrdata) return true;
    return size > GM_MAX_SMALL ? t->size == size : gm_round_size(t->size) == size;
}

/* The object's type as a pointer to `target` tells it. */
static bool is_plausible(uintptr_t target, uintptr_t base, const gm_type *t,
                         enum gm_snap_form form) {
    switch (form) {
    case GM_SNAP_VALUE: return target == base && fits(t, base);
    case GM_SNAP_SLICE:
        return t->size && t->size <= size_of(base) && (target - base) % t->size == 0 &&
               (t->ptrdata != 0) == has_pointers(base);
    case GM_SNAP_STRING: return !has_pointers(base);
    default: return target == base;
    }
}

static void set_type(void *arg, uintptr_t target, const void *type, enum gm_snap_form form) {
    (void)arg;
    uintptr_t base;
    if (!gm_edge_target(target, &base) || !is_plausible(target, base, type, form)) return;
    size_t place = place_of(base);
    if (place >= snap.places || snap.type_of[place]) return;
    snap.type_of[place] = type_number(type, form);
    if (snap.type_of[place] && has_pointers(base) && snap.ntodo < snap.reached)
        snap.todo[snap.ntodo++] = base;
}

static void follow_all(void) {
    while (snap.ntodo) {
        uintptr_t base = snap.todo[--snap.ntodo];
        const type_entry *e = &snap.types[snap.type_of[place_of(base)]];
        gm_snap_types->follow(base, size_of(base), e->type, e->form, set_type, NULL);
    }
}

/* Of a large array, a piece of memory begins in the middle of an element. */
static void follow_root(void *arg, const gm_type *elem, size_t from, const uintptr_t *lo,
                        const uintptr_t *hi) {
    (void)arg;
    if (!elem || elem->tflag & GM_TFLAG_C) return;
    size_t bytes = (size_t)(hi - lo) * 8, skip = (elem->size - from * 8 % elem->size) % elem->size;
    if (from == 0) bytes = bytes < elem->size ? elem->size : bytes;
    if (skip >= bytes) return;
    gm_snap_types->follow((uintptr_t)lo + skip, bytes - skip, elem, GM_SNAP_VALUE, set_type, NULL);
    follow_all();
}

static bool waits_for_channel(const gm_g *g) {
    return g->status == GM_G_WAITING &&
           (g->wait_reason == GM_WAIT_CHAN_RECV || g->wait_reason == GM_WAIT_CHAN_SEND ||
            g->wait_reason == GM_WAIT_SELECT);
}

static void follow_waiting(void *arg, gm_g *g) {
    (void)arg;
    if (!waits_for_channel(g)) return;
    for (const gm_sudog *s = g->waiting; s; s = s->waitlink) {
        const gm_chan *c = s->chan;
        if (!c || c->elem->tflag & GM_TFLAG_C) continue;
        set_type(NULL, (uintptr_t)c, c->elem, GM_SNAP_CHAN);
        if (g->wait_reason == GM_WAIT_CHAN_SEND && gm_snap_readable(s->elem, c->elem->size))
            gm_snap_types->follow((uintptr_t)s->elem, c->elem->size, c->elem, GM_SNAP_VALUE,
                                  set_type, NULL);
    }
    follow_all();
}

/* --- objects --- */

void gm_snapshot_each(void (*fn)(uintptr_t base, size_t size)) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    uintptr_t end = gm_heap_base + n.reserved_in_use;
    for (uintptr_t at = gm_heap_base; at < end;) {
        const gm_span *s = gm_span_of(at);
        if (!s || s->state != GM_SPAN_HEAP) {
            at += GM_PAGE_SIZE;
            continue;
        }
        size_t size = gm_shapes[s->shape].size ? gm_shapes[s->shape].size : s->large_size;
        for (uint32_t i = 0; i < s->nelems; i++)
            if (gm_reach_has(s, i)) fn(s->base + (size_t)i * s->elem_size, size);
        at = s->base + (s->npages << GM_PAGE_SHIFT);
    }
}

static void count_one(uintptr_t base, size_t size) {
    (void)size;
    size_t place = place_of(base);
    snap.reached++;
    if (place >= snap.places) snap.places = place + 1;
}

static uint32_t type_to_write(uintptr_t base) {
    uint32_t n = snap.type_of ? snap.type_of[place_of(base)] : 0;
    const gm_type *t = n ? NULL : gm_edge_type(base);
    if (!t || !snap.types) return n;
    bool array = size_of(base) > gm_round_size(t->size);
    return type_number(t, array ? GM_SNAP_SLICE : GM_SNAP_VALUE);
}

static struct {
    uintptr_t base, last;
    uint32_t n;
} writing;

static void count_edge(void *arg, intptr_t offset, uintptr_t target) {
    (void)arg, (void)offset, (void)target;
    writing.n++;
}

static void write_edge(void *arg, intptr_t offset, uintptr_t target) {
    (void)arg;
    if (writing.n-- == 0) return;
    gm_snap_number(&snap.file, (uint64_t)(offset + 8) / 8);
    gm_snap_signed(&snap.file, (int64_t)(target - writing.base) / 8);
    snap.edges++;
}

static void write_object(uintptr_t base, size_t size) {
    uint32_t type = type_to_write(base);
    gm_snap_byte(&snap.file, has_pointers(base) ? 'O' : 'o');
    gm_snap_number(&snap.file, (base - writing.last) / 8);
    gm_snap_number(&snap.file, size);
    gm_snap_number(&snap.file, type);
    writing.base = writing.last = base;
    snap.objects++;
    if (!has_pointers(base)) return;
    writing.n = 0;
    gm_edges_each(base, count_edge, NULL);
    gm_snap_number(&snap.file, writing.n);
    gm_edges_each(base, write_edge, NULL);
}

/* --- roots --- */

static void write_root(int kind, uintptr_t about, uint64_t goroutine, uintptr_t target) {
    gm_snap_byte(&snap.file, 'R');
    gm_snap_number(&snap.file, (uint64_t)kind);
    gm_snap_number(&snap.file, about);
    gm_snap_number(&snap.file, goroutine);
    gm_snap_number(&snap.file, target / 8);
    snap.roots++;
}

static void tell_root(void *arg, enum gm_root_kind kind, uintptr_t about, uintptr_t target) {
    (void)arg;
    if (kind <= GM_ROOT_GUESS) want_name(about);
    write_root(kind, about, 0, target);
}

static void tell_thread_root(void *arg, enum gm_root_kind kind, uintptr_t about, uintptr_t target) {
    (void)arg, (void)kind;
    write_root(ROOT_THREAD, about, 0, target);
}

/* Registers stand below the innermost frame. */
static uintptr_t frame_at(uintptr_t addr) {
    for (int i = 0; i < snap.nframes; i++)
        if (addr < snap.frames[i].hi && (i == 0 || addr >= snap.frames[i].lo))
            return snap.frames[i].pc;
    return 0;
}

static void tell_stack_root(void *arg, enum gm_root_kind kind, uintptr_t about, uintptr_t target) {
    (void)arg, (void)kind;
    uintptr_t pc = frame_at(about);
    if (pc) want_name(pc | GM_SNAP_RETURN);
    write_root(ROOT_STACK, pc, snap.g->id, target);
}

static void look_at_thread(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_edges_guess(lo, hi, tell_thread_root, NULL);
}

static void look_at_stack(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_edges_guess(lo, hi, tell_stack_root, NULL);
}

static void write_goroutine(void *arg, gm_g *g) {
    (void)arg;
    uint32_t status = g->status;
    if (status == GM_G_DEAD || status == GM_G_IDLE || g->flags & GM_GF_THREAD) return;
    const char *state = gm_g_state_text(g);
    snap.g = g;
    snap.nframes = gm_caller_frames(g, snap.frames, MAX_FRAMES);
    gm_snap_byte(&snap.file, 'G');
    gm_snap_number(&snap.file, g->id);
    gm_snap_text(&snap.file, state, strlen(state));
    gm_snap_number(&snap.file, g->go_pc);
    if (g->go_pc) want_name(g->go_pc | GM_SNAP_RETURN);
    gm_snap_number(&snap.file, (uint64_t)snap.nframes);
    for (int i = 0; i < snap.nframes; i++) {
        gm_snap_number(&snap.file, snap.frames[i].pc);
        want_name(snap.frames[i].pc | GM_SNAP_RETURN);
    }
    gm_scan_goroutine(g, look_at_stack, NULL);
    uintptr_t base;
    for (const gm_sudog *s = waits_for_channel(g) ? g->waiting : NULL; s; s = s->waitlink)
        if (gm_edge_target((uintptr_t)s->chan, &base)) write_root(ROOT_WAITS, 0, g->id, base);
}

/* --- all of it --- */

static void reach_at(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_reach_at(lo, hi);
}

static void reach_from(void *arg, gm_g *g) {
    (void)arg;
    gm_scan_goroutine(g, reach_at, NULL);
    gm_reach_drain();
}

static void flush(gm_mcache *c, void *arg) {
    (void)arg;
    gm_mcache_flush(c);
}

__attribute__((noinline)) bool gm_snapshot_mark(void) {
    __builtin_unwind_init(); /* callee-saved registers onto the stack */
    gm_sweep_all();
    gm_each_mcache(flush, NULL);
    if (!gm_reach_here()) return false;
    gm_scan_threads(gm_get_sp(), reach_at, NULL);
    gm_reach_drain();
    gm_each_g(reach_from, NULL);
    return true;
}

static bool get_tables(void) {
    snap.wanted_cap = 1 << 17;
    snap.wanted = gm_os_map(snap.wanted_cap * sizeof *snap.wanted);
    snap.ranges = gm_os_map(MAX_RANGES * sizeof *snap.ranges);
    snap.types = gm_os_map(MAX_TYPES * sizeof *snap.types);
    snap.type_index = gm_os_map(2 * (size_t)MAX_TYPES * sizeof *snap.type_index);
    return snap.wanted && snap.ranges && snap.types && snap.type_index;
}

static void find_types(void) {
    snap.type_of = gm_os_map((snap.places + 1) * sizeof *snap.type_of);
    snap.todo = gm_os_map((snap.reached + 1) * sizeof *snap.todo);
    if (!snap.type_of || !snap.todo) return;
    gm_os_each_region(note_range, NULL);
    gm_roots_each(follow_root, NULL);
    gm_each_g(follow_waiting, NULL);
}

static void write_info(const char *what, uint64_t value) {
    gm_snap_byte(&snap.file, 'I');
    gm_snap_text(&snap.file, what, strlen(what));
    gm_snap_number(&snap.file, value);
}

static void write_head(int64_t asked_at) {
    static const char magic[] = "golem heap snapshot 1\n";
    for (const char *p = magic; *p; p++) gm_snap_byte(&snap.file, (uint8_t)*p);
    write_info("time", (uint64_t)gm_os_walltime());
    write_info("fork", (uint64_t)(gm_os_nanotime() - asked_at));
}

static void write_end(void) {
    gm_snap_byte(&snap.file, 'E');
    gm_snap_number(&snap.file, snap.objects);
    gm_snap_number(&snap.file, snap.edges);
    gm_snap_number(&snap.file, snap.roots);
    gm_snap_flush(&snap.file);
}

bool gm_snapshot_walk(int fd, int names, int64_t asked_at) {
    snap.file.fd = fd;
    write_head(asked_at);
    if (!get_tables() || !gm_snapshot_mark()) return false;
    gm_snapshot_each(count_one);
    if (gm_snap_types) find_types();
    gm_snapshot_each(write_object);
    gm_edges_roots(tell_root, NULL);
    gm_scan_threads(gm_get_sp(), look_at_thread, NULL);
    gm_each_g(write_goroutine, NULL);
    write_end();
    return !snap.file.failed && send_names(names);
}
