/* snapshot.c - reads a snapshot of the heap.
 *
 * The file is gone through twice: once to count, and to find out whether it is whole, once to keep what it says. Targets of edges are
 * addresses there, and become numbers when all objects are known.
 */
#define _GNU_SOURCE
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>

static const char magic[] = "golem heap snapshot 1\n";

typedef struct Reader {
    const uint8_t *at, *end;
    bool bad; /* it ended too early, or says what cannot be */
    bool whole;
    Snapshot *s; /* NULL: counting */
    uint32_t objects;
    uint64_t edges, last;
    int types;
    uint64_t *targets; /* of edges: addresses */
} Reader;

static uint64_t number(Reader *r) {
    uint64_t v = 0;
    for (int shift = 0; r->at < r->end && shift < 64; shift += 7) {
        uint8_t b = *r->at++;
        v |= (uint64_t)(b & 127) << shift;
        if (!(b & 128)) return v;
    }
    r->bad = true;
    return 0;
}

static int64_t signed_number(Reader *r) {
    uint64_t v = number(r);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static const char *text(Reader *r) {
    uint64_t n = number(r);
    if (n > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return "";
    }
    const char *p = r->s ? intern_n((const char *)r->at, n) : "";
    r->at += n;
    return p;
}

/* --- records --- */

static void read_info(Reader *r) {
    const char *what = text(r);
    uint64_t v = number(r);
    if (!r->s) return;
    if (strcmp(what, "time") == 0) r->s->time = v;
    if (strcmp(what, "fork") == 0) r->s->fork = v;
}

static void read_type(Reader *r) {
    SnapType t = {.form = (int)number(r)};
    t.address = number(r);
    t.name = text(r);
    if (t.form > FORM_CODE) r->bad = true;
    t.size = number(r);
    for (uint64_t offset; !r->bad && (offset = number(r)) != 0;) {
        SnapField f = {.offset = offset - 1, .name = text(r)};
        if (r->s) push(&t.fields, f);
    }
    r->types++;
    if (r->s) push(&r->s->types, t);
}

/* What is not known yet: which type an object has whose type number is 0, and which object is at an edge's target. */
enum { UNKNOWN_POINTERS = 0xfffffffe, UNKNOWN_PLAIN = 0xffffffff };

static void read_object(Reader *r, bool pointers) {
    uint64_t address = r->last + number(r) * 8, size = number(r), type = number(r);
    uint64_t edges = pointers ? number(r) : 0;
    if (type > (uint64_t)r->types || (r->objects && address <= r->last) ||
        edges > (uint64_t)(r->end - r->at) || r->objects == UINT32_MAX - 1)
        r->bad = true;
    if (r->bad) return;
    r->last = address;
    Snapshot *s = r->s;
    if (s) {
        s->address[r->objects] = address;
        s->size[r->objects] = size;
        s->type[r->objects] = type ? (uint32_t)type : pointers ? UNKNOWN_POINTERS : UNKNOWN_PLAIN;
        s->from[r->objects] = r->edges;
        s->bytes += size;
    }
    r->objects++;
    for (; edges > 0; edges--, r->edges++) {
        uint64_t word = number(r);
        int64_t distance = signed_number(r);
        if (!s) continue;
        s->word[r->edges] = word > UINT32_MAX ? 0 : (uint32_t)word;
        r->targets[r->edges] = address + (uint64_t)distance * 8;
    }
}

static void read_root(Reader *r) {
    SnapRoot root = {.kind = (int)number(r)};
    root.about = number(r);
    root.goroutine = number(r);
    uint64_t target = number(r) * 8;
    if (!r->s || r->bad) return;
    root.target = snapshot_object(r->s, target);
    if (root.kind > ROOT_WAITS || root.kind < 0 || root.target == r->s->n)
        r->bad = true;
    else
        push(&r->s->roots, root);
}

static void read_goroutine(Reader *r) {
    SnapGoroutine g = {.id = number(r)};
    g.state = text(r);
    g.go_pc = number(r);
    for (uint64_t n = number(r); n > 0 && !r->bad; n--) {
        uint64_t pc = number(r);
        if (r->s) push(&g.calls, pc);
    }
    if (r->s) push(&r->s->goroutines, g);
}

static void read_name(Reader *r) {
    SnapName n = {.address = number(r)};
    n.offset = number(r);
    n.go = number(r) != 0;
    n.name = text(r);
    n.file = text(r);
    n.line = (int)number(r);
    if (r->s) push(&r->s->names, n);
}

static void read_end(Reader *r) {
    if (number(r) != r->objects || number(r) != r->edges) r->bad = true;
    number(r);
}

static void read_record(Reader *r) {
    switch (*r->at++) {
    case 'I': read_info(r); break;
    case 'Y': read_type(r); break;
    case 'O': read_object(r, true); break;
    case 'o': read_object(r, false); break;
    case 'R': read_root(r); break;
    case 'G': read_goroutine(r); break;
    case 'N': read_name(r); break;
    case 'E': read_end(r); break;
    case 'Z': r->whole = true; break;
    default: r->bad = true;
    }
}

static void read_records(Reader *r, Str file) {
    r->at = (const uint8_t *)file.p + sizeof magic - 1;
    r->end = (const uint8_t *)file.p + file.n;
    while (r->at < r->end && !r->bad && !r->whole) read_record(r);
    if (r->at != r->end) r->bad = true;
}

/* --- what is known at the end --- */

uint32_t snapshot_object(const Snapshot *s, uint64_t address) {
    uint32_t lo = 0, hi = s->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->address[mid] <= address)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0 || address - s->address[lo - 1] >= s->size[lo - 1]) return s->n;
    return lo - 1;
}

static int by_address(const void *a, const void *b) {
    uint64_t x = ((const SnapName *)a)->address, y = ((const SnapName *)b)->address;
    return x < y ? -1 : x > y;
}

const SnapName *snapshot_name(const Snapshot *s, uint64_t address) {
    SnapName key = {.address = address};
    return s->names.n ? bsearch(&key, s->names.v, (size_t)s->names.n, sizeof key, by_address)
                      : NULL;
}

/* One for each size of objects of which nothing else is known. */
static uint32_t unknown_type(Snapshot *s, Map *known, uint64_t size, bool pointers) {
    const void *key = (const void *)(uintptr_t)(size << 1 | pointers);
    void *old = map_get(known, key);
    if (old) return (uint32_t)(uintptr_t)old;
    SnapType t = {.form = -1, .size = size, .pointers = pointers, .name = ""};
    push(&s->types, t);
    map_put(known, key, (void *)(uintptr_t)(s->types.n - 1));
    return (uint32_t)(s->types.n - 1);
}

static bool resolve(Snapshot *s, const uint64_t *targets, uint64_t edges) {
    Map known = {0};
    for (uint32_t i = 0; i < s->n; i++)
        if (s->type[i] >= UNKNOWN_POINTERS)
            s->type[i] = unknown_type(s, &known, s->size[i], s->type[i] == UNKNOWN_POINTERS);
    for (uint64_t e = 0; e < edges; e++)
        if ((s->to[e] = snapshot_object(s, targets[e])) == s->n) return false;
    return true;
}

static const char *type_label(const Snapshot *s, const SnapType *t) {
    const SnapName *n = *t->name ? NULL : snapshot_name(s, t->address);
    const char *name = *t->name ? t->name
                       : n      ? n->name
                                : xprintf("type at 0x%llx", (unsigned long long)t->address);
    switch (t->form) {
    case -1:
        return xprintf("(%llu bytes%s)", (unsigned long long)t->size,
                       t->pointers ? ", pointers" : "");
    case FORM_SLICE: return xprintf("[]%s", name);
    case FORM_STRING: return "string";
    case FORM_TABLE: return xprintf("%s (table)", name);
    case FORM_OLD: return xprintf("%s (old table)", name);
    case FORM_CHAN: return xprintf("chan %s", name);
    case FORM_BUFFER: return xprintf("chan %s (buffer)", name);
    case FORM_CODE: return xprintf("func %s", name);
    default: return name;
    }
}

static void *room(uint64_t n, size_t size) {
    void *p = calloc(n + 1, size);
    if (!p) fatalf("out of memory");
    return p;
}

const char *snapshot_read(const char *path, Snapshot *s) {
    Str file;
    if (!read_file(path, &file)) return strerror(errno);
    if (file.n < sizeof magic - 1 || memcmp(file.p, magic, sizeof magic - 1) != 0)
        return "not a snapshot of the heap";
    Reader count = {0}, r = {.s = s};
    read_records(&count, file);
    if (!count.bad && !count.whole) return "the snapshot is not whole: it ends too early";
    if (count.bad) return "the snapshot is damaged";
    s->n = count.objects;
    s->address = room(s->n, sizeof *s->address);
    s->size = room(s->n, sizeof *s->size);
    s->type = room(s->n, sizeof *s->type);
    s->from = room(s->n, sizeof *s->from);
    s->to = room(count.edges, sizeof *s->to);
    s->word = room(count.edges, sizeof *s->word);
    r.targets = room(count.edges, sizeof *r.targets);
    SnapType none = {.form = -1, .name = ""};
    push(&s->types, none);
    read_records(&r, file);
    s->from[s->n] = count.edges;
    if (r.bad || !resolve(s, r.targets, count.edges)) return "the snapshot is damaged";
    free(r.targets);
    if (s->names.n) qsort(s->names.v, (size_t)s->names.n, sizeof *s->names.v, by_address);
    for (int i = 0; i < s->types.n; i++) s->types.v[i].label = type_label(s, &s->types.v[i]);
    return NULL;
}
