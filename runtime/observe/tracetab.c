/* tracetab.c - the tables of an execution trace: call stacks and texts, known to events by numbers.
 *
 * Each generation has its own. What is looked up is found without a lock, in chains that only grow at their heads; what is new is added
 * under one. A table's memory are blocks like those of events. When its generation has ended, and the program runs on,
 * the table is written: addresses get the names of functions, files and lines then, which takes long; an address at which functions were
 * inlined becomes several frames. Texts that the trace itself uses (reasons, mostly) have numbers that are the same in all generations.
 *
 * table_lock is a leaf, but for the list of free blocks.
 */
#include <string.h>

#include "observe/exectrace.h"
#include "observe/traceback.h"
#include "sched/preempt.h"
#include "os/fatal.h"
#include "os/os.h"
#include "sched/proc.h"

enum { EVENT_STACKS = 2, EVENT_STACK = 3, EVENT_STRINGS = 4, EVENT_STRING = 5 };
enum { HEADS = 4096, MOST_FRAMES = 128, LONGEST = 1024 };

typedef struct table {
    gm_trace_entry *heads[HEADS];
    gm_trace_entry *first, **last; /* all, oldest first */
    uint64_t count;
} table;

/* A generation's; the places of an address are a table from addresses to frames. */
typedef struct tables {
    table stacks, strings, places;
    gm_trace_block *memory;
} tables;

static gm_mutex table_lock;
static tables *both[2]; /* mapped when a trace first wants them */

static const char *const words[] = {
    "unspecified",
    "forever",
    "network",
    "select",
    "sync.(*Cond).Wait",
    "sync",
    "chan send",
    "chan receive",
    "sleep",
    "synctest",
    "preempted",
    "runtime.Gosched",
    "coroutine",
    "system goroutine wait",
    "GC mark assist wait for work",
    "wait until GC ends",
    "GC sweep termination",
    "GC mark termination",
    "start trace",
    "GOMAXPROCS",
};
enum { WORDS = sizeof words / sizeof *words };

/* --- interning --- */

static uint64_t hash_of(const uint8_t *p, size_t n) {
    uint64_t h = n * 0x9E3779B97F4A7C15u;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t v;
        memcpy(&v, p, 8);
        h = (h ^ v) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    for (; n; p++, n--) h = (h ^ *p) * 0x100000001b3u;
    return h ^ h >> 29;
}

static gm_trace_entry *find(table *t, uint64_t hash, const void *p, size_t n) {
    gm_trace_entry *e = __atomic_load_n(&t->heads[hash % HEADS], __ATOMIC_ACQUIRE);
    while (e && (e->hash != hash || e->n != n || memcmp(e->bytes, p, n) != 0)) e = e->same_hash;
    return e;
}

static void *take(tables *in, size_t n) {
    n = (n + 7) & ~(size_t)7;
    if (!in->memory || in->memory->n + n > GM_TRACE_BLOCK) {
        gm_trace_block *b = gm_trace_block_new();
        b->next = in->memory;
        in->memory = b;
    }
    void *p = in->memory->bytes + GM_TRACE_HEAD + in->memory->n;
    in->memory->n += (uint32_t)n;
    return p;
}

static gm_trace_entry *add(tables *in, table *t, uint64_t hash, const void *p, size_t n) {
    gm_trace_entry *e = take(in, sizeof *e + n);
    *e = (gm_trace_entry){.hash = hash, .id = ++t->count, .n = (uint32_t)n};
    memcpy(e->bytes, p, n);
    e->same_hash = t->heads[hash % HEADS];
    *t->last = e;
    t->last = &e->next;
    __atomic_store_n(&t->heads[hash % HEADS], e, __ATOMIC_RELEASE);
    return e;
}

static gm_trace_entry *intern(tables *in, table *t, const void *p, size_t n) {
    uint64_t hash = hash_of(p, n);
    gm_trace_entry *e = find(t, hash, p, n);
    if (e) return e;
    gm_mutex_lock(&table_lock);
    e = find(t, hash, p, n);
    if (!e) e = add(in, t, hash, p, n);
    gm_mutex_unlock(&table_lock);
    return e;
}

static tables *current(void) {
    return both[gm_trace_gen % 2];
}

uint64_t gm_trace_string(gm_trace_text t) {
    return intern(current(), &current()->strings, t.p, t.n > LONGEST ? LONGEST : t.n)->id;
}

uint64_t gm_trace_stack(const uintptr_t *pcs, int n) {
    return n > 0 ? intern(current(), &current()->stacks, pcs, (size_t)n * sizeof *pcs)->id : 0;
}

uint64_t gm_trace_word(const char *literal) {
    return gm_trace_string((gm_trace_text){(const uint8_t *)literal, strlen(literal)});
}

static void empty(table *t) {
    memset(t->heads, 0, sizeof t->heads);
    t->first = NULL;
    t->last = &t->first;
    t->count = 0;
}

void gm_trace_tables_begin(void) {
    tables **at = &both[gm_trace_gen % 2];
    if (!*at) *at = gm_os_map(sizeof **at);
    tables *in = *at;
    if (!in) gm_fatal("out of memory (execution trace)");
    empty(&in->stacks);
    empty(&in->strings);
    empty(&in->places);
    for (unsigned i = 0; i < WORDS; i++) {
        size_t n = strlen(words[i]);
        add(in, &in->strings, hash_of((const uint8_t *)words[i], n), words[i], n);
    }
}

/* --- writing; by one thread at a time, into blocks of its own --- */

typedef struct writer {
    tables *in;
    uint32_t gen;
    uint8_t kind; /* of table */
    gm_trace_block *b;
    uint8_t *to;
} writer;

static void close_block(writer *w) {
    if (!w->b) return;
    w->b->n = (uint32_t)(w->to - (w->b->bytes + w->b->start));
    gm_mutex_lock(&gm_trace_lock);
    gm_trace_hand_over(w->b, w->gen);
    gm_mutex_unlock(&gm_trace_lock);
    w->b = NULL;
}

static void make_room(writer *w, size_t n) {
    if (w->b && (size_t)(w->to - (w->b->bytes + w->b->start)) + n > GM_TRACE_BLOCK) close_block(w);
    if (w->b) return;
    w->b = gm_trace_block_new();
    w->b->began = (uint64_t)gm_os_nanotime();
    w->to = w->b->bytes + w->b->start;
    *w->to++ = w->kind;
}

typedef struct frame {
    uint64_t pc, function, file, line;
} frame;

typedef struct frames {
    tables *in;
    frame at[MOST_FRAMES];
    uint64_t n;
    bool entry; /* of a goroutine: what the compiler made counts too */
} frames;

static uint64_t text_id(tables *in, const char *s) {
    size_t n = strlen(s);
    return intern(in, &in->strings, s, n > LONGEST ? LONGEST : n)->id;
}

/* Functions of C have no package: in a Go program they are the runtime's. */
static uint64_t name_id(tables *in, const char *name) {
    char mem[LONGEST];
    gm_text text = {mem, 0, sizeof mem - 1};
    if (!name)
        gm_text_c(&text, "?");
    else if (!gm_go_name(name, &text)) {
        if (gm_has_go() && !strchr(name, '$')) gm_text_c(&text, "runtime.");
        gm_text_c(&text, name);
    }
    mem[text.n] = 0;
    return text_id(in, mem);
}

static bool add_place(void *arg, const gm_place *p) {
    frames *f = arg;
    const char *name = p->function ? p->function : p->symbol;
    if (!f->entry && gm_pc_is_go(p->pc) && !gm_is_called_symbol(name)) return true;
    if (f->n == MOST_FRAMES) return false;
    enum { PLACE_SHIFT = 48 }; /* the functions at one address must not be one in the table */
    f->at[f->n] = (frame){.pc = p->pc + (f->n << PLACE_SHIFT),
                          .function = name_id(f->in, name),
                          .file = text_id(f->in, p->file ? p->file : ""),
                          .line = (uint64_t)(p->line > 0 ? p->line : 0)};
    f->n++;
    return true;
}

/* The frames of a return address, kept for the next stack. An address is never a count: those are small. */
static const gm_trace_entry *places_of(tables *in, uintptr_t pc, bool entry) {
    uint64_t hash = hash_of((const uint8_t *)&pc, sizeof pc);
    for (gm_trace_entry *e = in->places.heads[hash % HEADS]; e; e = e->same_hash)
        if (e->hash == hash && e->id == pc) return e;
    frames f = {.in = in, .entry = entry};
    gm_symbolize(pc - 1, add_place, &f);
    gm_trace_entry *e = add(in, &in->places, hash, f.at, f.n * sizeof *f.at);
    e->id = pc;
    return e;
}

static void write_stack(writer *w, const gm_trace_entry *stack) {
    enum { MOST = 2 * 10 + MOST_FRAMES * 4 * 10 };
    frame all[MOST_FRAMES];
    size_t n = 0, pcs = stack->n / sizeof(uintptr_t);
    for (size_t i = 0; i < pcs; i++) {
        uintptr_t pc;
        memcpy(&pc, stack->bytes + i * sizeof pc, sizeof pc);
        const gm_trace_entry *e = places_of(w->in, pc, pcs == 1);
        size_t more = e->n / sizeof(frame);
        if (more > MOST_FRAMES - n) more = MOST_FRAMES - n;
        memcpy(all + n, e->bytes, more * sizeof(frame));
        n += more;
    }
    make_room(w, MOST);
    *w->to++ = EVENT_STACK;
    w->to = gm_trace_number(w->to, stack->id);
    w->to = gm_trace_number(w->to, n);
    for (size_t i = 0; i < n; i++) {
        w->to = gm_trace_number(w->to, all[i].pc);
        w->to = gm_trace_number(w->to, all[i].function);
        w->to = gm_trace_number(w->to, all[i].file);
        w->to = gm_trace_number(w->to, all[i].line);
    }
}

static void write_string(writer *w, const gm_trace_entry *s) {
    make_room(w, 3 * 10 + s->n);
    *w->to++ = EVENT_STRING;
    w->to = gm_trace_number(w->to, s->id);
    w->to = gm_trace_number(w->to, s->n);
    memcpy(w->to, s->bytes, s->n);
    w->to += s->n;
}

static void forget(tables *in) {
    while (in->memory) {
        gm_trace_block *b = in->memory;
        in->memory = b->next;
        gm_trace_block_free(b);
    }
}

void gm_trace_tables_write(uint32_t gen) {
    tables *in = both[gen % 2];
    writer w = {.in = in, .gen = gen, .kind = EVENT_STACKS};
    for (const gm_trace_entry *e = in->stacks.first; e; e = e->next) write_stack(&w, e);
    close_block(&w);
    w.kind = EVENT_STRINGS;
    for (const gm_trace_entry *e = in->strings.first; e; e = e->next) write_string(&w, e);
    close_block(&w);
    forget(in);
}
