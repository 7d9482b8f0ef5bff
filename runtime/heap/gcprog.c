/* gcprog.c - pointer maps that package reflect writes as programs while the program runs.
 *
 * Large types made by reflect.ArrayOf and StructOf describe their pointers by a program in Go's form.
 * After its length (32 bits) come instructions, of which each appends bits to the map:
 *
 *     0                   the end
 *     n < 128             n bits follow in (n+7)/8 bytes, least significant first
 *     128+n c             the last n bits c times more; c is a varint, and so is n if it is 0 here
 *
 * Such a program can only be read from its beginning, so it is expanded into a flat bitmap when it is
 * first asked for. Types of reflect live for ever, and so do their bitmaps: the table only grows. It is
 * read without a lock; who adds to it holds the lock, on the system stack.
 */
#include <string.h>

#include "heap/heap.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "os/os.h"
#include "os/sync.h"
#include "os/fatal.h"
#include "upcall.h"

struct expanded {
    struct expanded *next;
    const void *program;
    const uint8_t *bits;
};

enum { BUCKETS = 256 };

static struct {
    gm_mutex lock;
    struct expanded *bucket[BUCKETS];
} table;

static struct expanded **bucket_of(const void *program) {
    uintptr_t a = (uintptr_t)program;
    return &table.bucket[(a >> 4 ^ a >> 12) % BUCKETS];
}

static const struct expanded *find(const void *program) {
    const struct expanded *e = __atomic_load_n(bucket_of(program), __ATOMIC_ACQUIRE);
    while (e && e->program != program) e = e->next;
    return e;
}

/* --- expanding --- */

struct out {
    uint8_t *bits;
    size_t n, max; /* bits; what goes beyond max is not wanted */
};

static bool bit_at(const uint8_t *bits, size_t i) {
    return bits[i / 8] >> i % 8 & 1;
}

static void put_bit(struct out *o, bool bit) {
    if (o->n >= o->max) return;
    if (bit) o->bits[o->n / 8] |= (uint8_t)(1u << o->n % 8);
    o->n++;
}

static size_t varint(const uint8_t **code) {
    size_t v = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*code)++;
        v |= (size_t)(byte & 127) << shift;
        shift += 7;
    } while (byte & 128);
    return v;
}

static void repeat_last(struct out *o, size_t n, size_t times) {
    if (n > o->n) gm_fatal("a type's pointer program repeats more than it has");
    for (size_t from = o->n - n; times > 0 && o->n < o->max; times--)
        for (size_t i = 0; i < n; i++) put_bit(o, bit_at(o->bits, from + i));
}

static void expand(const uint8_t *code, struct out *o) {
    for (uint8_t op; (op = *code++) != 0;) {
        size_t n = op & 127;
        if (op & 128) {
            if (n == 0) n = varint(&code);
            repeat_last(o, n, varint(&code));
        } else {
            for (size_t i = 0; i < n; i++) put_bit(o, bit_at(code, i));
            code += (n + 7) / 8;
        }
    }
}

static void add(void *arg) {
    const gm_type *t = arg;
    size_t words = t->ptrdata / 8, bytes = (words + 7) / 8;
    gm_mutex_lock(&table.lock);
    if (!find(t->gcdata)) {
        struct out o = {.bits = gm_os_map(bytes), .max = words};
        if (!o.bits) gm_out_of_memory(bytes);
        expand((const uint8_t *)t->gcdata + 4, &o);
        struct expanded *e = gm_persistent_alloc(sizeof *e, 8), **at = bucket_of(t->gcdata);
        *e = (struct expanded){*at, t->gcdata, o.bits};
        __atomic_store_n(at, e, __ATOMIC_RELEASE);
    }
    gm_mutex_unlock(&table.lock);
}

const uint8_t *gm_gcprog_bitmap(const gm_type *t) {
    const struct expanded *e = find(t->gcdata);
    if (e) return e->bits;
    gm_systemstack(add, (void *)t);
    return find(t->gcdata)->bits;
}
