/* gcprog.c - pointer maps of large types that package reflect makes while the program runs.
 *
 * reflect.ArrayOf and StructOf leave the map of a large type to us: gcdata leads to a word that is zero
 * until somebody asks. Then the runs (gm_gcprog) are made from the type's structure and kept for ever,
 * as such types are. Types of which one is the only element or field of the other may share the word:
 * their pointers lie alike. The word is read without a lock; who sets it holds the lock, on the system
 * stack.
 */
#include <string.h>

#include <golem/go.h>

#include "heap/heap.h"
#include "heap/typebits.h"
#include "os/sync.h"
#include "upcall.h"
#include "os/fatal.h"

static gm_mutex make_lock;

/* Runs being made: counted in a first pass, in which p is NULL. */
typedef struct out {
    gm_gcprog *p;
    uint64_t n;
} out;

static void add_run(out *o, uint64_t nwords, uint64_t repeat, const uint8_t *bits) {
    if (nwords == 0 || repeat == 0) return;
    if (o->p) o->p->runs[o->n] = (gm_gcrun){nwords, repeat, bits};
    o->n++;
}

/* A flat type's bitmap, made as long as the type. */
static const uint8_t *whole_bitmap(const gm_type *t) {
    size_t pointers = (t->ptrdata / 8 + 7) / 8, all = (t->size / 8 + 7) / 8;
    if (pointers == all) return t->gcdata;
    uint8_t *bits = gm_persistent_alloc(all, 1);
    return memcpy(bits, t->gcdata, pointers);
}

static void add_flat(out *o, const gm_type *t, uint64_t repeat) {
    add_run(o, t->size / 8, repeat, o->p ? whole_bitmap(t) : NULL);
}

static void add_type(out *o, const gm_type *t);

static void add_array(out *o, const gm_arraytype *a) {
    if (!(a->elem->tflag & GM_TFLAG_GCMASK_ON_DEMAND)) {
        add_flat(o, a->elem, (uint64_t)a->len);
        return;
    }
    for (uintptr_t i = 0; i < a->len; i++) add_type(o, a->elem);
}

static void add_struct(out *o, const gm_structtype *s) {
    uintptr_t at = 0;
    for (intptr_t i = 0; i < s->nfields; i++) {
        const gm_structfield *f = &s->fields[i];
        if (f->type->ptrdata == 0) continue;
        add_run(o, (f->offset - at) / 8, 1, NULL);
        add_type(o, f->type);
        at = f->offset + f->type->size;
    }
    add_run(o, (s->t.size - at) / 8, 1, NULL);
}

/* The words of a value of t, all of them. */
static void add_type(out *o, const gm_type *t) {
    if (t->ptrdata == 0)
        add_run(o, t->size / 8, 1, NULL);
    else if (!(t->tflag & GM_TFLAG_GCMASK_ON_DEMAND))
        add_flat(o, t, 1);
    else if (t->kind == GM_ARRAY)
        add_array(o, (const gm_arraytype *)t);
    else if (t->kind == GM_STRUCT)
        add_struct(o, (const gm_structtype *)t);
    else
        gm_fatal("a type without a pointer map is neither array nor struct");
}

static void make(void *arg) {
    const gm_type *t = arg;
    gm_gcprog **word = (gm_gcprog **)t->gcdata;
    gm_mutex_lock(&make_lock);
    if (!*word) {
        out o = {NULL, 0};
        add_type(&o, t);
        gm_gcprog *p = gm_persistent_alloc(sizeof *p + o.n * sizeof(gm_gcrun), 8);
        o = (out){p, 0};
        add_type(&o, t);
        p->nruns = o.n;
        __atomic_store_n(word, p, __ATOMIC_RELEASE);
    }
    gm_mutex_unlock(&make_lock);
}

const gm_gcprog *gm_gcprog_of(const gm_type *t) {
    gm_gcprog *const *word = t->gcdata;
    gm_gcprog *p = __atomic_load_n(word, __ATOMIC_ACQUIRE);
    if (p) return p;
    gm_systemstack(make, (void *)t);
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
