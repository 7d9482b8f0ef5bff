/* account.c - where the memory is: everything that the system says is in memory, by whose it is.
 *
 * With the world stopped everything reachable is marked beside the real marks (gc/reach.c), and all spans are gone through: a slot
 * holds a live object, a dead one, or none. Of each the bytes count that are in memory, as the system's table of pages tells:
 * what a program never touched it does not pay for. What is in use of the heap and is no span is stacks.
 *
 * Outside the heap, the system lists regions with what is in memory of each. A region that belongs to no file is shared out: to the
 * library's maps in it (os/regions.h), to threads whose stacks lie in it, and the rest is the program's: malloc's and its own maps. So
 * nothing is counted twice, and the sum is the system's own.
 *
 * Both halves are taken in one stop; only threads in blocking regions, and the system, change anything meanwhile.
 */
#include "observe/account.h"

#include <stdio.h>
#include <string.h>

#include <golem.h>

#include "gc/gc.h"
#include "gc/sweep.h"
#include "heap/freed.h"
#include "heap/mcache.h"
#include "heap/sizeclass.h"
#include "heap/span.h"
#include "os/godebug.h"
#include "os/inside.h"
#include "os/os.h"
#include "os/regions.h"
#include "os/signal.h"
#include "sched/proc.h"
#include "sched/sched.h"

_Static_assert(sizeof((gm_memory_account *)0)->classes / sizeof(gm_class_account) == GM_NUM_CLASSES,
               "size classes");

typedef struct by_shape {
    uint64_t spans, live;
} by_shape;

typedef struct look {
    gm_memory_account *a;
    bool done;
    by_shape *shapes; /* by number; while spans are gone through */
    uint8_t *freed;   /* by mark byte: given back by hand */
    gm_os_pages heap; /* its pages */
    gm_os_pages rest; /* others */
    /* of regions */
    char program[256];
    uintptr_t end_before; /* of the region before, */
    uint64_t *owner;      /* and what it counted to, if it was a file's */
    const gm_os_region *region;
    uint64_t noted; /* of it, the library's */
    bool has_thread;
} look;

/* --- the heap --- */

static size_t freed_map_bytes(void) {
    return gm_heap_bytes / 16;
}

static size_t mark_place(const gm_span *s, uint32_t i) {
    return (size_t)(s->marks - gm_mark_arena) + i;
}

static void note_freed(void *obj, void *arg) {
    const look *l = arg;
    const gm_span *s = gm_span_of((uintptr_t)obj);
    l->freed[mark_place(s, gm_span_index(s, (uintptr_t)obj))] = 1;
}

static void count_span(look *l, const gm_span *s) {
    const gm_shape *shape = &gm_shapes[s->shape];
    gm_class_account *c = &l->a->classes[shape->class];
    uintptr_t end = s->base + (s->npages << GM_PAGE_SHIFT);
    bool whole = gm_os_pages_resident(&l->heap, s->base, end) == end - s->base;
    uint64_t live = 0, live_bytes = 0;
    c->spans++;
    c->pages += end - s->base;
    for (uint32_t i = 0; i < s->nelems; i++) {
        uintptr_t at = s->base + (size_t)i * s->elem_size;
        uint64_t *part = &l->a->unused, *slots = &c->free;
        size_t size = shape->size ? shape->size : s->large_size;
        if (gm_slot_taken(s, i) && !l->freed[mark_place(s, i)]) {
            bool lives = gm_reach_has(s, i);
            part = lives ? &l->a->live : &l->a->dead;
            slots = lives ? &c->live : &c->dead;
            live += lives;
            live_bytes += lives ? size : 0;
        }
        ++*slots;
        *part += whole ? size : gm_os_pages_resident(&l->heap, at, at + size);
    }
    uintptr_t used = s->base + (shape->size ? (size_t)s->nelems * s->elem_size : s->large_size);
    l->a->unused += whole ? end - used : gm_os_pages_resident(&l->heap, used, end);
    c->waste += end - s->base - live_bytes;
    l->shapes[s->shape].spans++;
    l->shapes[s->shape].live += live;
}

/* Objects of a shape could stand in fewer spans. */
static void count_sparse(look *l) {
    for (uint32_t id = 1; id < gm_shape_count(); id++) {
        const gm_shape *shape = &gm_shapes[id];
        const by_shape *b = &l->shapes[id];
        if (!b->spans || !shape->size) continue;
        uint64_t needed = (b->live + shape->nelems - 1) / shape->nelems;
        l->a->classes[shape->class].sparse += (b->spans - needed) * shape->pages * GM_PAGE_SIZE;
    }
}

/* Bytes in memory of what is in use and no span; and of free pages. */
static void count_page(look *l, uintptr_t at) {
    uint64_t *part = gm_heap_free_pages(at, 1) ? &l->a->free_pages : &l->a->stacks;
    *part += gm_os_pages_resident(&l->heap, at, at + GM_PAGE_SIZE);
}

static void count_heap(look *l, uintptr_t end) {
    for (uintptr_t at = gm_heap_base; at < end;) {
        const gm_span *s = gm_span_of(at);
        if (s && s->state == GM_SPAN_HEAP) {
            count_span(l, s);
            at = s->base + (s->npages << GM_PAGE_SHIFT);
        } else {
            count_page(l, at);
            at += GM_PAGE_SIZE;
        }
    }
}

/* --- regions --- */

static bool heap_region(const gm_os_region *r) {
    return r->lo >= gm_heap_base && r->lo < gm_heap_base + gm_heap_bytes;
}

static void sum_heap(void *arg, const gm_os_region *r) {
    if (heap_region(r)) *(uint64_t *)arg += r->rss;
}

static void count_note(look *l, uintptr_t lo, uintptr_t hi, uint64_t *part) {
    const gm_os_region *r = l->region;
    uintptr_t from = lo > r->lo ? lo : r->lo, to = hi < r->hi ? hi : r->hi;
    if (from >= to) return;
    uint64_t bytes = gm_os_pages_resident(&l->rest, from, to);
    if (bytes > r->rss - l->noted) bytes = r->rss - l->noted;
    l->noted += bytes;
    *part += bytes;
}

static void find_note(void *arg, enum gm_os_note kind, uintptr_t lo, size_t n) {
    look *l = arg;
    if (kind == GM_OS_NOTE_MAP)
        count_note(l, lo, lo + n, &l->a->metadata);
    else if (lo >= l->region->lo && lo < l->region->hi)
        l->has_thread = true;
}

/* Goroutines of C on stretches of address space; tables do not lie there. */
static void find_reserved(void *arg, gm_g *g) {
    look *l = arg;
    uint32_t status = __atomic_load_n(&g->status, __ATOMIC_RELAXED);
    if (!(gm_g_flags(g) & GM_GF_CSTACK) || status == GM_G_DEAD || status == GM_G_IDLE) return;
    count_note(l, g->seg0.lo, g->seg0.hi, &l->a->stacks);
}

static void find_attached(look *l) {
    for (const gm_m *m = gm_sched.all_m; m; m = m->all_next)
        if (m->attached && !__atomic_load_n(&m->gone, __ATOMIC_RELAXED))
            count_note(l, m->own.lo, m->own.hi, &l->a->threads);
}

static void count_anonymous(look *l, const gm_os_region *r) {
    l->region = r;
    l->noted = 0;
    l->has_thread = false;
    gm_os_each_note(find_note, l);
    gm_each_g(find_reserved, l);
    find_attached(l);
    *(l->has_thread ? &l->a->threads : &l->a->c_heap) += r->rss - l->noted;
}

/* Whose a region is that belongs to one alone; NULL: it is anonymous. What follows a file's last region and has no name is what its
 * data have beyond the file. */
static uint64_t *owner_of(look *l, const gm_os_region *r) {
    gm_memory_account *a = l->a;
    if (r->name[0] == '/') {
        if (strcmp(r->name, l->program) == 0) return &a->binary;
        return strstr(r->name, ".so") ? &a->libraries : &a->files;
    }
    if (!r->name[0]) return l->owner && l->end_before == r->lo ? l->owner : NULL;
    if (strcmp(r->name, "[heap]") == 0) return &a->c_heap;
    if (strstr(r->name, "stack")) return &a->threads;
    return strncmp(r->name, "[anon", 5) == 0 ? NULL : &a->system;
}

static void count_region(void *arg, const gm_os_region *r) {
    look *l = arg;
    l->a->resident += r->rss;
    l->a->huge += r->huge;
    if (heap_region(r)) return;
    uint64_t *owner = owner_of(l, r);
    if (owner)
        *owner += r->rss;
    else
        count_anonymous(l, r);
    bool of_file = owner == &l->a->binary || owner == &l->a->libraries;
    l->owner = of_file ? owner : NULL;
    l->end_before = r->hi;
}

/* --- all of it --- */

static void look_at(void *arg, const void *lo, const void *hi) {
    (void)arg;
    gm_reach_at(lo, hi);
}

/* What each leads to is followed at once, lest the work of all of them takes memory. */
static void look_at_g(void *arg, gm_g *g) {
    (void)arg;
    gm_scan_goroutine(g, look_at, NULL);
    gm_reach_drain();
}

static void flush(gm_mcache *c, void *arg) {
    (void)arg;
    gm_mcache_flush(c);
}

/* World stopped. What a P had set aside of spans is free. */
static void mark_all(void) {
    gm_sweep_all();
    gm_each_mcache(flush, NULL);
    gm_scan_threads(gm_get_sp(), look_at, NULL);
    gm_reach_drain();
    gm_each_g(look_at_g, NULL);
}

/* The system does not count the page of zeros that it lends for reading. Where the table of pages shows more of the heap than that,
 * it is told to leave such pages out. */
static void open_pages(look *l, uintptr_t end) {
    uint64_t rss = 0;
    gm_os_each_region(sum_heap, &rss);
    gm_os_pages_open(&l->heap, false);
    if (gm_os_pages_resident(&l->heap, gm_heap_base, end) > rss) {
        gm_os_pages_close(&l->heap);
        gm_os_pages_open(&l->heap, true);
    }
    gm_os_pages_open(&l->rest, false);
}

static void read_numbers(gm_memory_account *a) {
    gm_os_usage u;
    gm_os_usage_read(&u);
    a->page_tables = u.page_tables;
    a->swapped = u.swapped;
    a->mapped = u.size;
    a->minor_faults = u.minor_faults;
    a->major_faults = u.major_faults;
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    a->reserved = gm_heap_bytes;
    a->committed = n.reserved_in_use;
    a->in_use = n.heap_inuse + n.stack_inuse;
    a->released = n.released;
    for (int i = 1; i < GM_NUM_CLASSES; i++) a->classes[i].size = (uint32_t)gm_class_size[i];
}

/* World stopped, everything reachable is marked. */
static void count_all(look *l) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    uintptr_t end = gm_heap_base + n.reserved_in_use;
    open_pages(l, end);
    gm_freed_each(note_freed, l);
    count_heap(l, end);
    count_sparse(l);
    gm_reach_forget();
    gm_os_unmap(l->freed, freed_map_bytes());
    gm_os_unmap(l->shapes, GM_MAX_SHAPES * sizeof *l->shapes);
    gm_os_program(l->program, sizeof l->program);
    l->done = gm_os_each_region(count_region, l);
    read_numbers(l->a);
    gm_os_pages_close(&l->heap);
    gm_os_pages_close(&l->rest);
}

static bool get_maps(look *l) {
    l->freed = gm_os_map(freed_map_bytes());
    l->shapes = gm_os_map(GM_MAX_SHAPES * sizeof *l->shapes);
    if (l->freed && l->shapes) return true;
    if (l->freed) gm_os_unmap(l->freed, freed_map_bytes());
    if (l->shapes) gm_os_unmap(l->shapes, GM_MAX_SHAPES * sizeof *l->shapes);
    return false;
}

/* On the system stack, or a thread that has no other. */
static __attribute__((noinline)) void take(look *l) {
    __builtin_unwind_init(); /* callee-saved registers onto the stack */
    memset(l->a, 0, sizeof *l->a);
    if (!gm_reach_begin("memory account")) return;
    if (get_maps(l)) {
        mark_all();
        count_all(l);
    }
    gm_reach_end();
}

/* --- as text --- */

static const struct {
    const char *what;
    size_t at;
} parts[] = {
#define PART(field, what)                                                                          \
    { what, offsetof(gm_memory_account, field) }
    PART(live, "live objects"),
    PART(dead, "dead objects, until the next collection"),
    PART(unused, "free slots in spans"),
    PART(free_pages, "free pages, not given back yet"),
    PART(stacks, "stacks of goroutines"),
    PART(threads, "stacks of threads"),
    PART(metadata, "Golem's tables and records"),
    PART(binary, "the program: code and data"),
    PART(libraries, "shared objects: code and data"),
    PART(c_heap, "C's heap and maps"),
    PART(files, "mapped files"),
    PART(system, "the system's pages"),
    PART(resident, "all that is in memory"),
};

static unsigned long long kb(uint64_t bytes) {
    return (bytes + 512) >> 10;
}

static void print_parts(const gm_memory_account *a) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t bytes = *(const uint64_t *)((const char *)a + parts[i].at);
        gm_os_printf("%12llu kB %5.1f %%  %s\n", kb(bytes),
                     a->resident ? 100.0 * (double)bytes / (double)a->resident : 0, parts[i].what);
    }
}

static void print_space(const gm_memory_account *a) {
    gm_os_printf("page tables %llu kB, huge pages %llu kB, swapped out %llu kB; page faults: %llu "
                 "minor, %llu major\n",
                 kb(a->page_tables), kb(a->huge), kb(a->swapped),
                 (unsigned long long)a->minor_faults, (unsigned long long)a->major_faults);
    gm_os_printf("addresses: %llu kB mapped; the heap's: %llu kB reserved, %llu kB committed, %llu "
                 "kB in use, %llu kB free without memory\n",
                 kb(a->mapped), kb(a->reserved), kb(a->committed), kb(a->in_use), kb(a->released));
}

static void print_classes(const gm_memory_account *a) {
    gm_os_printf("%8s %8s %10s %10s %10s %9s %10s %10s\n", "size", "spans", "live", "dead", "free",
                 "occupied", "waste kB", "sparse kB");
    for (int i = 0; i < GM_NUM_CLASSES; i++) {
        const gm_class_account *c = &a->classes[i];
        if (!c->spans) continue;
        char size[16] = "large";
        if (c->size) snprintf(size, sizeof size, "%u", c->size);
        gm_os_printf("%8s %8llu %10llu %10llu %10llu %7.1f %% %10llu %10llu\n", size,
                     (unsigned long long)c->spans, (unsigned long long)c->live,
                     (unsigned long long)c->dead, (unsigned long long)c->free,
                     100.0 * (double)(c->pages - c->waste) / (double)c->pages, kb(c->waste),
                     kb(c->sparse));
    }
}

/* A letter for each so many pages; '0' to '9': how full of taken slots the spans there are. */
enum { MAP_PAGES = 32, MAP_LINE = 64 };

static char letter_of(uintptr_t at, uintptr_t end) {
    size_t free = 0, stacks = 0, pages = 0, taken = 0, slots = 0;
    for (; at < end; at += GM_PAGE_SIZE, pages++) {
        const gm_span *s = gm_span_of(at);
        if (s) {
            taken += __atomic_load_n(&s->taken, __ATOMIC_RELAXED);
            slots += s->nelems;
        } else if (gm_heap_free_pages(at, 1)) {
            free++;
        } else {
            stacks++;
        }
    }
    if (free == pages) return '.';
    if (stacks * 2 > pages) return 's';
    return slots ? (char)('0' + (taken >= slots ? 9 : taken * 10 / slots)) : '.';
}

static void print_map(void) {
    gm_heap_numbers n;
    gm_heap_numbers_read(&n);
    uintptr_t at = gm_heap_base, end = gm_heap_base + n.reserved_in_use;
    gm_os_printf("the heap, %d kB a letter: 0-9 spans, by tenths of their slots that are taken; s "
                 "stacks; . free\n",
                 (int)(MAP_PAGES * GM_PAGE_SIZE >> 10));
    while (at < end) {
        char line[MAP_LINE + 1] = {0};
        uintptr_t first = at;
        for (int i = 0; i < MAP_LINE && at < end; i++, at += MAP_PAGES * GM_PAGE_SIZE)
            line[i] = letter_of(at, at + MAP_PAGES * GM_PAGE_SIZE);
        gm_os_printf("  0x%llx %s\n", (unsigned long long)first, line);
    }
    for (size_t i = 0; i < gm_arena_count(); i++) {
        gm_arena a;
        gm_arena_read(i, &a);
        gm_os_printf("arena 0x%llx: %llu kB reserved, %llu committed, %llu in use, %llu in memory, "
                     "%llu free without memory\n",
                     (unsigned long long)a.base, kb(a.reserved), kb(a.committed), kb(a.in_use),
                     kb(a.resident), kb(a.scavenged));
    }
}

static void print_region(void *arg, const gm_os_region *r) {
    (void)arg;
    gm_os_printf("%12llx-%llx %s %10llu kB %10llu in memory %8llu huge  %s\n",
                 (unsigned long long)r->lo, (unsigned long long)r->hi, r->access, kb(r->hi - r->lo),
                 kb(r->rss), kb(r->huge), heap_region(r) ? "Golem's heap" : r->name);
}

static void print_all(const gm_memory_account *a) {
    gm_os_printf("where the memory is:\n");
    print_parts(a);
    print_space(a);
    print_classes(a);
    if (gm_debug.heapmap < 2) return;
    print_map();
    gm_os_each_region(print_region, NULL);
}

/* --- those who ask --- */

static void take_it(void *arg) {
    take(arg);
}

bool gm_read_memory_account(gm_memory_account *a) {
    gm_need_thread("gm_read_memory_account");
    GM_INSIDE();
    look l = {.a = a};
    gm_systemstack(take_it, &l);
    return l.done;
}

/* One at a time. */
static void take_and_print(void *arg) {
    static gm_mutex one;
    static gm_memory_account a;
    look l = {.a = &a};
    bool away = gm_lock_away(&one);
    take(&l);
    if (l.done) print_all(&a);
    gm_unlock_away(&one, away);
    if (arg) *(bool *)arg = l.done;
}

bool gm_print_memory_account(void) {
    gm_need_thread("gm_print_memory_account");
    GM_INSIDE();
    bool done = false;
    gm_systemstack(take_and_print, &done);
    return done;
}

void gm_account_at_exit(void) {
    static bool told;
    if (gm_debug.heapmap <= 0 || __atomic_exchange_n(&told, true, __ATOMIC_RELAXED)) return;
    gm_systemstack(take_and_print, NULL);
}

/* A thread of its own waits for the signal: its handler may not do more than wake it. */
static gm_event asked;

__attribute__((no_split_stack)) static void on_signal(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    gm_event_post(&asked);
}

static void *answer(void *arg) {
    (void)arg;
    for (uint32_t seen = 0;; seen++) {
        while (gm_event_read(&asked) == seen) gm_event_wait(&asked, seen, -1);
        take_and_print(NULL);
    }
    return NULL;
}

void gm_account_begin(void) {
    static bool begun;
    int64_t signo = gm_debug.heapmapsignal;
    if (signo <= 0 || signo > 64 || __atomic_exchange_n(&begun, true, __ATOMIC_RELAXED)) return;
    if (gm_os_thread_start(answer, NULL))
        gm_os_signal_handle((int)signo, on_signal, NULL, SA_RESTART);
}
