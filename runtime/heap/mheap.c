/* mheap.c - the page heap: the reserved range, spans and their mark bytes.
 *
 * At the start one range of address space is reserved, a quarter of what a process of this machine has or what it may
 * take, a whole number of arenas of 64 MiB; with it, the tables that are indexed by page number, whose
 * memory is touched as the heap grows: a table without levels costs nothing for what is not used, and one load to look
 * into. The heap commits its range from the bottom up, in steps of 4
 * MiB up to an arena, and never returns address space; memory under free pages is given back by
 * gm_scavenge. What an arena holds is counted when somebody asks (gm_arena_read). When memory cannot be had, the last
 * words name the limit that was met.
 *
 * Span records are type-stable (fixalloc.h): a pointer to a record
 * is always a pointer to a record. Mark bytes come from one arena, in units of 8 bytes, reused
 * through a free list for each length; the types of the slots of a mixed span stand behind its
 * marks.
 *
 * Where the system gives huge pages only on request, the heap asks for them, beyond its first
 * megabytes: a small program should not pay for memory that it does not use. The first touch of a
 * huge page takes from a tenth of a millisecond to several (a virtual machine may have given its free
 * memory back to the host), and a stop would wait for a mutator in it. So only a thread of the
 * collector's asks, for the one after the highest in use, touches it, and takes the request back.
 * Meanwhile its pages count as taken. Mutators that run ahead, or touch memory again that was given
 * back, fault in small pages.
 *
 * The scavenge account. An allocation may take free pages whose memory was given back, or that never had any: that is
 * growth. If it takes what is retained (all that is backed, in use or free) beyond its goal, or beyond the memory limit,
 * the memory of other free pages is released for it before the new ones are touched: as much as the growth, from the
 * longest free runs, which are the least likely to be found too short and left lying. A release is a system call, so it
 * takes half a megabyte where it can; what that is more than the growth is credit for the next.
 *
 * heap.lock guards the pages, both free lists and the numbers. It is a leaf: nothing else is locked
 * under it. The page tables are written by the thread that makes or frees a span and read by
 * anyone: the span's record is complete before its pages lead to it.
 */
#include "heap/span.h"

#include <string.h>

#include "os/godebug.h"
#include "heap/central.h"
#include "heap/fixalloc.h"
#include "heap/pages.h"
#include "os/fatal.h"
#include "upcall.h"

uintptr_t gm_heap_base, gm_heap_bytes;
uint64_t *gm_page_info;
gm_span **gm_page_span;
uint8_t *gm_mark_arena;
uint32_t gm_wb_enabled, gm_store_guard;
uint32_t gm_epoch_live = 1, gm_epoch_mark = 1, gm_sweep_gen = 2, gm_marking;

enum { MAX_MARK_UNITS = 1024 / 8 + 1024 };
static const size_t ARENA = (size_t)64 << 20, STEP = (size_t)4 << 20;
static const size_t HUGE_PAGE = (size_t)2 << 20, HUGE_FROM = (size_t)16 << 20;
/* A sanitizer has other plans for most of the addresses. The bitmaps of pages can do no more than 2^32 of them. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
static const size_t MAX_RANGE = (size_t)512 << 30;
#else
static const size_t MAX_RANGE = (size_t)32 << 40;
#endif
static const size_t MAX_MARKS = (size_t)8 << 32; /* bytes: units are numbered by 32 bits */

enum limit { LIMIT_NONE, LIMIT_RANGE, LIMIT_COMMIT, LIMIT_MARKS, LIMIT_RECORDS };

static struct {
    gm_mutex lock;
    gm_pages pages;
    size_t committed; /* bytes from gm_heap_base */
    bool ask_hugepages;
    size_t huge_top; /* the heap's first use of huge pages ends here, or ended */
    size_t ahead;    /* where a huge page is to be backed; 0: nowhere */
    size_t held;     /* bytes taken from the free pages for that */
    bool ahead_new;

    gm_fixalloc spans;
    enum limit met; /* by the last that could not be had */

    uint32_t mark_top, mark_limit; /* units; unit 0 is not used */
    uint32_t mark_free[MAX_MARK_UNITS + 1];

    gm_heap_numbers num;
} heap = {.lock = GM_MUTEX(GM_RANK_PAGE_HEAP), .spans = GM_FIXALLOC(gm_span, next)};

/* --- setting up --- */

static size_t marks_bytes(size_t range) {
    return range / 16 < MAX_MARKS ? range / 16 : MAX_MARKS;
}

static size_t table_bytes(size_t range) {
    size_t pages = range >> GM_PAGE_SHIFT;
    return pages * (sizeof(uint64_t) + sizeof(gm_span *)) + marks_bytes(range) +
           gm_pages_table_size(pages);
}

static bool reserve(size_t range) {
    char *tables = gm_os_map(table_bytes(range));
    if (!tables) return false;
    char *base = gm_os_reserve(range, ARENA);
    if (!base) {
        gm_os_unmap(tables, table_bytes(range));
        return false;
    }
    size_t pages = range >> GM_PAGE_SHIFT;
    gm_heap_base = (uintptr_t)base;
    gm_heap_bytes = range;
    gm_page_info = (uint64_t *)tables;
    gm_page_span = (gm_span **)(gm_page_info + pages);
    gm_mark_arena = (uint8_t *)(gm_page_span + pages);
    gm_pages_setup(&heap.pages, gm_mark_arena + marks_bytes(range), pages);
    uint64_t units = marks_bytes(range) / 8;
    heap.mark_limit = units < UINT32_MAX ? (uint32_t)units : UINT32_MAX;
    heap.mark_top = 1;
    return true;
}

bool gm_heap_init(void) {
    if (gm_heap_base) return true;
    if (!gm_shapes_init() || !gm_centrals_init()) return false;
    size_t range = MAX_RANGE, limit = gm_os_address_limit();
    while (range > ARENA && range + table_bytes(range) > limit / 2) range /= 2;
    while (!reserve(range)) {
        if (range <= ARENA) return false;
        range /= 2;
    }
    heap.ask_hugepages = gm_os_hugepages_by_request();
    return true;
}

static void say_limit(enum limit met) {
    size_t most = gm_os_address_limit();
    if (met == LIMIT_RANGE && most != SIZE_MAX)
        gm_os_printf("runtime: limit met: the heap's %zu MiB of addresses, of %zu MiB that the "
                     "process may have "
                     "(ulimit -v)\n",
                     gm_heap_bytes >> 20, most >> 20);
    if (met == LIMIT_RANGE && most == SIZE_MAX)
        gm_os_printf("runtime: limit met: the heap's %zu MiB of addresses\n", gm_heap_bytes >> 20);
    if (met == LIMIT_COMMIT)
        gm_os_printf("runtime: limit met: the system gives no more memory (%zu MiB committed in "
                     "%zu arenas)\n",
                     heap.committed >> 20, gm_arena_count());
    if (met == LIMIT_MARKS) gm_os_printf("runtime: limit met: mark bytes\n");
    if (met == LIMIT_RECORDS)
        gm_os_printf("runtime: limit met: the system gives no memory for records\n");
}

void gm_out_of_memory(size_t bytes) {
    gm_os_printf("runtime: out of memory: cannot allocate %zu-byte block (%llu in use)\n", bytes,
                 (unsigned long long)heap.num.heap_inuse);
    say_limit(bytes > gm_heap_bytes ? LIMIT_RANGE : heap.met);
    gm_fatal("out of memory");
}

/* --- small records --- */

static struct {
    gm_mutex lock;
    char *at, *end;
    uint64_t bytes; /* in all; read without the lock */
} persistent = {.lock = GM_MUTEX(GM_RANK_RECORDS)};

void *gm_persistent_try(size_t n, size_t align) {
    enum { BLOCK = 256 << 10 };
    gm_mutex_lock(&persistent.lock);
    char *p = (char *)(((uintptr_t)persistent.at + align - 1) & ~(uintptr_t)(align - 1));
    if (!persistent.at || p + n > persistent.end) {
        size_t size = n > BLOCK / 4 ? (n + 4095) & ~(size_t)4095 : BLOCK;
        p = gm_os_map(size);
        if (!p) {
            gm_mutex_unlock(&persistent.lock);
            return NULL;
        }
        __atomic_fetch_add(&persistent.bytes, size, __ATOMIC_RELAXED);
        if (size != BLOCK) {
            gm_mutex_unlock(&persistent.lock);
            return p;
        }
        persistent.end = p + size;
    }
    persistent.at = p + n;
    gm_mutex_unlock(&persistent.lock);
    return p;
}

void *gm_persistent_alloc(size_t n, size_t align) {
    void *p = gm_persistent_try(n, align);
    if (!p) gm_out_of_memory(n);
    return p;
}

/* --- growth --- */

/* Commits at least npages more than the free tail holds. Heap locked. */
static bool grow(size_t npages) {
    size_t tail = gm_pages_tail(&heap.pages);
    size_t need = ((npages > tail ? npages - tail : 1) << GM_PAGE_SHIFT);
    size_t least = heap.committed / 4 / STEP * STEP;
    if (least > ARENA) least = ARENA;
    size_t n = need > least ? need : least;
    n = (n + STEP - 1) / STEP * STEP;
    if (n > gm_heap_bytes - heap.committed) n = (need + STEP - 1) / STEP * STEP;
    heap.met = LIMIT_RANGE;
    if (n > gm_heap_bytes - heap.committed) return false;
    char *at = (char *)gm_heap_base + heap.committed;
    heap.met = LIMIT_COMMIT;
    if (!gm_os_commit(at, n)) return false;
    heap.met = LIMIT_NONE;
    if (heap.ask_hugepages) gm_os_hugepages(at, n, false);
    gm_pages_give(&heap.pages, heap.committed >> GM_PAGE_SHIFT, n >> GM_PAGE_SHIFT, true);
    heap.committed += n;
    return true;
}

/* Heap locked. Pages up to `end` are in use. The last arena of the range is kept out of this: there
 * an allocation could need the pages that are held. */
static void plan_ahead(size_t end) {
    if (!heap.ask_hugepages || end <= heap.huge_top) return;
    size_t at = heap.huge_top = (end + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    if (heap.held || at < HUGE_FROM || at + HUGE_PAGE > heap.committed) return;
    if (gm_heap_bytes - heap.committed < ARENA) return;
    if (!gm_pages_take_fresh(&heap.pages, at >> GM_PAGE_SHIFT, HUGE_PAGE >> GM_PAGE_SHIFT)) return;
    heap.held = HUGE_PAGE;
    __atomic_store_n(&heap.ahead, at, __ATOMIC_RELEASE);
    heap.ahead_new = true;
}

static void back_by_huge_page(void *page) {
    gm_os_hugepages(page, HUGE_PAGE, true);
    /* A fault, and not a call that backs the page: that would keep others from growing the heap. */
    *(volatile char *)page = 0;
    gm_os_hugepages(page, HUGE_PAGE, false);
}

gm_event gm_background;
int64_t gm_memory_limit = INT64_MAX;

void gm_mheap_fork(enum gm_fork_step step) {
    gm_mutex_fork(&heap.lock, step);
    gm_mutex_fork(&persistent.lock, step);
    if (step == GM_FORK_CHILD) gm_event_child(&gm_background);
}

void gm_heap_touch_ahead(void) {
    if (!__atomic_load_n(&heap.ahead, __ATOMIC_RELAXED)) return;
    size_t at = __atomic_exchange_n(&heap.ahead, 0, __ATOMIC_ACQUIRE);
    if (!at) return;
    if (gm_memory_limit == INT64_MAX) back_by_huge_page((char *)gm_heap_base + at);
    gm_mutex_lock(&heap.lock);
    /* as released: they still read as zero */
    gm_pages_give(&heap.pages, at >> GM_PAGE_SHIFT, HUGE_PAGE >> GM_PAGE_SHIFT, true);
    heap.held = 0;
    gm_mutex_unlock(&heap.lock);
}

static size_t release_due(size_t npages, size_t growth);

/* Heap locked. *zero: the pages are known to read as zero. *due: bytes to release elsewhere before they are touched. */
static bool take_pages(size_t npages, size_t *page, bool *zero, size_t *due) {
    size_t released;
    if (!gm_pages_take(&heap.pages, npages, page, &released)) {
        if (!grow(npages)) return false;
        if (!gm_pages_take(&heap.pages, npages, page, &released)) return false;
    }
    *due = release_due(npages, released << GM_PAGE_SHIFT);
    *zero = released == npages && gm_debug.madvdontneed;
    plan_ahead((*page + npages) << GM_PAGE_SHIFT);
    return true;
}

/* --- mark bytes. Heap locked. --- */

static uint8_t *marks_alloc(uint32_t units) {
    uint32_t at = units <= MAX_MARK_UNITS ? heap.mark_free[units] : 0;
    if (at) {
        uint8_t *p = gm_mark_arena + (size_t)at * 8;
        memcpy(&heap.mark_free[units], p, sizeof(uint32_t));
        memset(p, 0, (size_t)units * 8);
        return p;
    }
    if (units > heap.mark_limit - heap.mark_top) {
        heap.met = LIMIT_MARKS;
        return NULL;
    }
    uint8_t *p = gm_mark_arena + (size_t)heap.mark_top * 8;
    heap.mark_top += units;
    heap.num.mark_bytes += (uint64_t)units * 8;
    return p;
}

static void marks_free(uint8_t *p, uint32_t units) {
    memcpy(p, &heap.mark_free[units], sizeof(uint32_t));
    heap.mark_free[units] = (uint32_t)((size_t)(p - gm_mark_arena) / 8);
}

/* --- spans --- */

static void publish(gm_span *s) {
    size_t first = (s->base - gm_heap_base) >> GM_PAGE_SHIFT;
    uint64_t info = (uint64_t)(s->marks - gm_mark_arena) / 8 | (uint64_t)s->shape << 48;
    for (size_t i = 0; i < s->npages; i++) {
        uint64_t index = i < 255 ? i : 255;
        __atomic_store_n(&gm_page_span[first + i], s, __ATOMIC_RELEASE);
        __atomic_store_n(&gm_page_info[first + i], info | index << 32, __ATOMIC_RELEASE);
    }
}

static void unpublish(const gm_span *s) {
    size_t first = (s->base - gm_heap_base) >> GM_PAGE_SHIFT;
    for (size_t i = 0; i < s->npages; i++) {
        __atomic_store_n(&gm_page_info[first + i], 0, __ATOMIC_RELAXED);
        __atomic_store_n(&gm_page_span[first + i], NULL, __ATOMIC_RELEASE);
    }
}

/* Heap locked: a record with its pages and mark bytes, or NULL with nothing taken. */
static gm_span *span_make(size_t npages, uint32_t units, size_t *due) {
    size_t page;
    bool zero;
    gm_span *s = gm_fixalloc_try(&heap.spans);
    if (!s) {
        heap.met = LIMIT_RECORDS;
        return NULL;
    }
    uint8_t *marks = marks_alloc(units);
    if (!marks || !take_pages(npages, &page, &zero, due)) {
        if (marks) marks_free(marks, units);
        gm_fixalloc_give(&heap.spans, s);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->base = gm_heap_base + (page << GM_PAGE_SHIFT);
    s->npages = npages;
    s->marks = marks;
    s->mark_units = units;
    s->need_zero = !zero;
    heap.num.heap_inuse += npages << GM_PAGE_SHIFT;
    heap.num.spans++;
    return s;
}

/* Bytes that the system has given us, all together. Heap locked. */
static uint64_t footprint(void) {
    uint64_t pages = heap.committed - (heap.pages.nreleased << GM_PAGE_SHIFT);
    return pages + heap.num.mark_bytes + (heap.committed >> GM_PAGE_SHIFT) * 16 +
           __atomic_load_n(&persistent.bytes, __ATOMIC_RELAXED);
}

/* --- the scavenge account --- */

int64_t gm_retain_goal = INT64_MAX;

/* npages were just taken, of which `growth` bytes are to be backed anew: bytes to release for them. Heap locked. */
static size_t release_due(size_t npages, size_t growth) {
    heap.num.grown += growth;
    size_t backed = npages + heap.pages.nfree - heap.pages.nreleased;
    int64_t retained = (int64_t)(heap.num.heap_inuse + (backed << GM_PAGE_SHIFT));
    int64_t due = retained - __atomic_load_n(&gm_retain_goal, __ATOMIC_RELAXED);
    if (due > (int64_t)growth) due = (int64_t)growth;
    if (due > 0) {
        int64_t credit = (int64_t)heap.num.scavenge_credit, paid = due < credit ? due : credit;
        heap.num.scavenge_credit -= (uint64_t)paid;
        due -= paid;
    }
    /* The limit holds for all that the process has: credit has lowered that already. */
    int64_t over = gm_memory_limit == INT64_MAX ? 0 : (int64_t)footprint() - gm_memory_limit;
    if (over > due) due = over;
    return due > 0 ? (size_t)due : 0;
}

/* The memory of taken pages goes back to the system, and they are free again. */
static void release(size_t page, size_t n) {
    gm_os_release((void *)(gm_heap_base + (page << GM_PAGE_SHIFT)), n << GM_PAGE_SHIFT,
                  !gm_debug.madvdontneed);
    gm_mutex_lock(&heap.lock);
    gm_pages_give(&heap.pages, page, n, true);
    gm_mutex_unlock(&heap.lock);
}

static void release_for_growth(size_t due) {
    enum { AT_ONCE = 64 };
    size_t done = 0, page, n;
    while (done < due) {
        gm_mutex_lock(&heap.lock);
        bool found = gm_pages_take_longest(&heap.pages, AT_ONCE, &page, &n);
        gm_mutex_unlock(&heap.lock);
        if (!found) break;
        release(page, n);
        done += n << GM_PAGE_SHIFT;
    }
    if (done == 0) return;
    gm_mutex_lock(&heap.lock);
    heap.num.released_for_growth += done;
    if (done > due) heap.num.scavenge_credit += done - due;
    gm_mutex_unlock(&heap.lock);
}

gm_span *gm_span_alloc(size_t npages, uint32_t shape, uint32_t nelems, size_t elem_size) {
    size_t due = 0;
    gm_up_reclaim(npages);
    gm_mutex_lock(&heap.lock);
    uint32_t units = (nelems + 7) / 8;
    bool mixed = gm_shapes[shape].kind == GM_SHAPE_KIND_MIXED;
    gm_span *s = span_make(npages, mixed ? units + nelems : units, &due);
    bool ahead = heap.ahead_new;
    heap.ahead_new = false;
    gm_mutex_unlock(&heap.lock);
    if (ahead) gm_event_post(&gm_background);
    if (!s) return NULL;
    if (due) release_for_growth(due);
    s->shape = shape;
    s->nelems = nelems;
    s->elem_size = elem_size;
    s->sweep_gen = __atomic_load_n(&gm_sweep_gen, __ATOMIC_RELAXED);
    s->live_epoch = (uint8_t)gm_epoch_live;
    if (mixed) s->slot_types = (const gm_type *volatile *)(s->marks + units * 8);
    s->state = GM_SPAN_HEAP;
    publish(s);
    return s;
}

void gm_span_free(gm_span *s) {
    GM_ASSERT(s->state == GM_SPAN_HEAP && s->list == 0);
    unpublish(s);
    gm_mutex_lock(&heap.lock);
    s->state = GM_SPAN_FREE;
    marks_free(s->marks, s->mark_units);
    gm_pages_give(&heap.pages, (s->base - gm_heap_base) >> GM_PAGE_SHIFT, s->npages, false);
    heap.num.heap_inuse -= s->npages << GM_PAGE_SHIFT;
    heap.num.spans--;
    gm_fixalloc_give(&heap.spans, s);
    gm_mutex_unlock(&heap.lock);
}

/* --- pages that are not objects --- */

void *gm_pages_alloc(size_t npages, enum gm_manual_use use, bool *zero) {
    size_t page, due = 0;
    bool z = false;
    gm_mutex_lock(&heap.lock);
    bool ok = take_pages(npages, &page, &z, &due);
    if (ok && use == GM_MANUAL_STACK) heap.num.stack_inuse += npages << GM_PAGE_SHIFT;
    if (ok && use == GM_MANUAL_OTHER) heap.num.other_inuse += npages << GM_PAGE_SHIFT;
    gm_mutex_unlock(&heap.lock);
    if (due) release_for_growth(due);
    if (zero) *zero = z;
    return ok ? (void *)(gm_heap_base + (page << GM_PAGE_SHIFT)) : NULL;
}

void gm_pages_free(void *p, size_t npages, enum gm_manual_use use) {
    gm_mutex_lock(&heap.lock);
    gm_pages_give(&heap.pages, ((uintptr_t)p - gm_heap_base) >> GM_PAGE_SHIFT, npages, false);
    if (use == GM_MANUAL_STACK) heap.num.stack_inuse -= npages << GM_PAGE_SHIFT;
    if (use == GM_MANUAL_OTHER) heap.num.other_inuse -= npages << GM_PAGE_SHIFT;
    gm_mutex_unlock(&heap.lock);
}

/* --- giving memory back --- */

size_t gm_scavenge(size_t bytes) {
    size_t done = 0, below = SIZE_MAX;
    while (done < bytes) {
        size_t page, n;
        gm_mutex_lock(&heap.lock);
        bool found = gm_pages_take_backed(&heap.pages, below, 64, &page, &n);
        gm_mutex_unlock(&heap.lock);
        if (!found) break;
        release(page, n);
        done += n << GM_PAGE_SHIFT;
        below = page;
    }
    gm_mutex_lock(&heap.lock);
    heap.num.scavenged += done;
    gm_mutex_unlock(&heap.lock);
    return done;
}

void gm_heap_numbers_read(gm_heap_numbers *n) {
    gm_mutex_lock(&heap.lock);
    *n = heap.num;
    n->persistent_bytes =
        __atomic_load_n(&persistent.bytes, __ATOMIC_RELAXED) - heap.spans.chunk_bytes;
    n->reserved_in_use = heap.committed;
    n->footprint = footprint();
    n->free = (heap.pages.nfree << GM_PAGE_SHIFT) + heap.held;
    n->released = (heap.pages.nreleased << GM_PAGE_SHIFT) + heap.held;
    n->span_bytes = heap.spans.chunk_bytes;
    n->table_bytes = (heap.committed >> GM_PAGE_SHIFT) * 16;
    gm_mutex_unlock(&heap.lock);
}

size_t gm_heap_free_pages(uintptr_t at, size_t n) {
    size_t free, released;
    gm_mutex_lock(&heap.lock);
    gm_pages_count(&heap.pages, (at - gm_heap_base) >> GM_PAGE_SHIFT, n, &free, &released);
    gm_mutex_unlock(&heap.lock);
    return free;
}

/* --- arenas --- */

size_t gm_arena_count(void) {
    return (heap.committed + ARENA - 1) / ARENA;
}

void gm_arena_read(size_t i, gm_arena *a) {
    size_t free, released;
    *a = (gm_arena){.base = gm_heap_base + i * ARENA, .reserved = ARENA};
    gm_mutex_lock(&heap.lock);
    size_t end = heap.committed > i * ARENA ? heap.committed - i * ARENA : 0;
    a->committed = end < ARENA ? end : ARENA;
    gm_pages_count(&heap.pages, i * ARENA >> GM_PAGE_SHIFT, a->committed >> GM_PAGE_SHIFT, &free,
                   &released);
    gm_mutex_unlock(&heap.lock);
    a->scavenged = released << GM_PAGE_SHIFT;
    a->in_use = a->committed - (free << GM_PAGE_SHIFT);
    a->resident = gm_os_resident((void *)a->base, a->committed);
}
