/* ffi.c - calls of functions whose types are known only at run time, both ways, for reflection.
 *
 * Compiled Go follows the calling convention of C. This file knows that convention for x86-64
 * (System V): a value of up to 16 bytes is cut into words; a word that holds only floating-point
 * numbers goes in an xmm register, any other in a general one; a value for which not all registers
 * are left, or a longer one, is copied to the stack. Results come back the same way in rax, rdx,
 * xmm0, xmm1, or in memory whose address the caller passes first.
 *
 * Outwards, gm_ffi_call sorts the words of a frame into registers and stack and leaves the rest to
 * gm_ffi_enter (ffi_amd64.S).
 *
 * Inwards, code that has a Go function type, but was made by reflection, receives its closure as
 * the last argument, wherever the types before it put that. One stub for each such place tells the
 * common code where to look; the closure tells the type.
 */
#include "lang/ffi.h"

#include "lang/reflect.h"

enum { GP_REGS = 6, FP_REGS = 8 };

/* Known to ffi_amd64.S by offset. */
typedef struct ffi_call {
    void *code;
    uint64_t gp[GP_REGS];
    uint64_t fp[FP_REGS];
    uint64_t nstack;
    const uint64_t *stack;
    uint64_t ret_gp[2], ret_fp[2];
} ffi_call;
_Static_assert(offsetof(ffi_call, gp) == 8 && offsetof(ffi_call, fp) == 56 &&
                   offsetof(ffi_call, nstack) == 120 && offsetof(ffi_call, stack) == 128 &&
                   offsetof(ffi_call, ret_gp) == 136 && offsetof(ffi_call, ret_fp) == 152,
               "ffi_amd64.S");

void gm_ffi_enter(ffi_call *c);

/* --- classes --- */

enum { NOTHING, FLOATS, INTEGER };

/* Adds what a value of type t at offset does to the classes of its words. */
static void classify_at(const gm_type *t, size_t offset, uint8_t cls[2]) {
    uint8_t *w = &cls[offset / 8];
    switch (t->kind) {
    case GM_FLOAT32:
    case GM_FLOAT64:
        if (*w < FLOATS) *w = FLOATS;
        return;
    case GM_COMPLEX64:
    case GM_COMPLEX128:
        if (*w < FLOATS) *w = FLOATS;
        w = &cls[(offset + t->size / 2) / 8];
        if (*w < FLOATS) *w = FLOATS;
        return;
    case GM_ARRAY: {
        const gm_arraytype *a = (const gm_arraytype *)t;
        if (t->size)
            for (uintptr_t i = 0; i < a->len; i++)
                classify_at(a->elem, offset + i * a->elem->size, cls);
        return;
    }
    case GM_STRUCT: {
        const gm_structtype *s = (const gm_structtype *)t;
        for (intptr_t i = 0; i < s->nfields; i++)
            if (s->fields[i].type->size)
                classify_at(s->fields[i].type, offset + s->fields[i].offset, cls);
        return;
    }
    case GM_STRING:
    case GM_INTERFACE: cls[0] = cls[1] = INTEGER; return;
    default: *w = INTEGER; return;
    }
}

/* Words of a value that may go in registers; 0 for one that goes to memory or has no size. */
static int classify(const gm_type *t, uint8_t cls[2]) {
    cls[0] = cls[1] = NOTHING;
    if (t->size == 0 || t->size > 16) return 0;
    classify_at(t, 0, cls);
    return t->size > 8 ? 2 : 1;
}

static size_t align_to(size_t n, size_t a) {
    return (n + a - 1) & ~(a - 1);
}

typedef struct results {
    size_t size; /* of the C struct that holds them all */
    uint8_t cls[2];
    int words; /* in registers */
} results;

static results classify_results(const gm_functype *ft) {
    const gm_type *const *out = gm_func_types(ft) + gm_func_in(ft);
    results r = {0, {NOTHING, NOTHING}, 0};
    for (int i = 0; i < gm_func_out(ft); i++) {
        r.size = align_to(r.size, out[i]->align) + out[i]->size;
    }
    if (r.size == 0 || r.size > 16) return r;
    size_t at = 0;
    for (int i = 0; i < gm_func_out(ft); i++) {
        at = align_to(at, out[i]->align);
        if (out[i]->size) classify_at(out[i], at, r.cls);
        at += out[i]->size;
    }
    r.words = r.size > 8 ? 2 : 1;
    return r;
}

/* --- where arguments go --- */

typedef struct assigner {
    int gp, fp;
    size_t stack; /* words */
} assigner;

typedef struct slot {
    enum { IN_REGS, ON_STACK, NOWHERE } where;
    int words;
    uint8_t cls[2];
    int gp, fp;   /* the first register of each kind */
    size_t stack; /* the first word */
} slot;

static slot assign(assigner *a, const gm_type *t) {
    slot s = {.where = NOWHERE, .gp = a->gp, .fp = a->fp, .stack = a->stack};
    if (t->size == 0) return s;
    s.words = classify(t, s.cls);
    int gp = (s.cls[0] == INTEGER) + (s.cls[1] == INTEGER), fp = s.words - gp;
    if (s.words && a->gp + gp <= GP_REGS && a->fp + fp <= FP_REGS) {
        s.where = IN_REGS;
        a->gp += gp;
        a->fp += fp;
        return s;
    }
    s.where = ON_STACK;
    a->stack += (t->size + 7) / 8;
    return s;
}

static const gm_type word_type = {.size = 8, .align = 8, .kind = GM_UINTPTR};

/* --- outwards --- */

static size_t word_bytes(size_t size, int i) {
    return size - (size_t)i * 8 < 8 ? size - (size_t)i * 8 : 8;
}

static void put_arg(ffi_call *c, uint64_t *stack, assigner *a, const gm_type *t, const char *p) {
    slot s = assign(a, t);
    if (s.where == ON_STACK) memcpy(&stack[s.stack], p, t->size);
    if (s.where != IN_REGS) return;
    for (int i = 0; i < s.words; i++) {
        uint64_t *to = s.cls[i] == INTEGER ? &c->gp[s.gp++] : &c->fp[s.fp++];
        memcpy(to, p + i * 8, word_bytes(t->size, i));
    }
}

static size_t count_stack(const gm_functype *ft, const gm_func *ctx, bool sret) {
    const gm_type *const *in = gm_func_types(ft);
    assigner a = {0};
    if (sret) assign(&a, &word_type);
    if (!ctx) assign(&a, &word_type);
    for (int i = 0; i < gm_func_in(ft); i++) assign(&a, in[i]);
    if (ctx) assign(&a, &word_type);
    return a.stack;
}

/* Copies the results from a C struct to where they are wanted, under the barrier. */
static void store_results(const gm_functype *ft, char *to, const char *from) {
    const gm_type *const *out = gm_func_types(ft) + gm_func_in(ft);
    size_t at = 0;
    for (int i = 0; i < gm_func_out(ft); i++) {
        at = align_to(at, out[i]->align);
        gm_barrier(out[i], to + at, from + at);
        memcpy(to + at, from + at, out[i]->size);
        at += out[i]->size;
    }
}

enum { SMALL_WORDS = 32 };

void gm_ffi_call(const gm_functype *ft, void *code, const gm_func *ctx, void *frame,
                 size_t result_offset) {
    const gm_type *const *in = gm_func_types(ft);
    const char *args = frame;
    uint64_t small_stack[SMALL_WORDS] = {0}, small_result[SMALL_WORDS];
    results r = classify_results(ft);
    bool sret = r.size > 16;
    ffi_call c = {.code = code, .nstack = count_stack(ft, ctx, sret)};
    /* The frame holds the pointers that these copies hold. */
    uint64_t *stack = c.nstack > SMALL_WORDS ? gm_noscan(c.nstack * 8) : small_stack;
    c.stack = stack;
    char *result = (char *)small_result;
    if (r.size > sizeof small_result) result = (char *)frame + result_offset;
    assigner a = {0};
    if (sret) put_arg(&c, stack, &a, &word_type, (const char *)&result);
    size_t at = 0;
    if (!ctx) {
        put_arg(&c, stack, &a, &word_type, args);
        at = 8;
    }
    for (int i = 0; i < gm_func_in(ft); i++) {
        at = align_to(at, in[i]->align);
        put_arg(&c, stack, &a, in[i], args + at);
        at += in[i]->size;
    }
    if (ctx) put_arg(&c, stack, &a, &word_type, (const char *)&ctx);
    gm_ffi_enter(&c);
    for (int i = 0, gp = 0, fp = 0; i < r.words; i++)
        small_result[i] = r.cls[i] == INTEGER ? c.ret_gp[gp++] : c.ret_fp[fp++];
    if (r.size && result == (char *)small_result)
        store_results(ft, (char *)frame + result_offset, result);
}

/* --- inwards --- */

enum { STUBS = 512, STUB_BYTES = 16 };
extern char gm_ffi_stubs[];

void *gm_ffi_stub(const gm_functype *ft) {
    const gm_type *const *in = gm_func_types(ft);
    assigner a = {0};
    if (classify_results(ft).size > 16) assign(&a, &word_type);
    for (int i = 0; i < gm_func_in(ft); i++) assign(&a, in[i]);
    slot s = assign(&a, &word_type);
    size_t place = s.where == IN_REGS ? (size_t)s.gp : GP_REGS + s.stack;
    return place < STUBS ? gm_ffi_stubs + place * STUB_BYTES : NULL;
}

/* What a stub saved; known to ffi_amd64.S by offset. */
typedef struct ffi_entry {
    uint64_t gp[GP_REGS];
    uint64_t fp[FP_REGS];
    uint64_t ret_gp[2], ret_fp[2];
    const uint64_t *stack; /* the words that the caller pushed */
    uint64_t place;
} ffi_entry;
_Static_assert(offsetof(ffi_entry, fp) == 48 && offsetof(ffi_entry, ret_gp) == 112 &&
                   offsetof(ffi_entry, ret_fp) == 128 && offsetof(ffi_entry, stack) == 144 &&
                   offsetof(ffi_entry, place) == 152 && sizeof(ffi_entry) == 160,
               "ffi_amd64.S");

static void take_arg(const ffi_entry *e, assigner *a, const gm_type *t, char *to) {
    uint64_t words[2];
    const void *from = words;
    slot s = assign(a, t);
    if (s.where == NOWHERE) return;
    if (s.where == ON_STACK) from = &e->stack[s.stack];
    for (int i = 0; s.where == IN_REGS && i < s.words; i++)
        words[i] = s.cls[i] == INTEGER ? e->gp[s.gp++] : e->fp[s.fp++];
    gm_barrier(t, to, from);
    memcpy(to, from, t->size);
}

void gm_ffi_entered(ffi_entry *e);

/* Called by the stubs. */
void gm_ffi_entered(ffi_entry *e) {
    uint64_t word = e->place < GP_REGS ? e->gp[e->place] : e->stack[e->place - GP_REGS];
    const gm_reflect_closure *closure = (const void *)word;
    const gm_functype *ft = closure->frame->ftyp;
    const gm_type *const *in = gm_func_types(ft);
    results r = classify_results(ft);
    char *frame = gm_new(&closure->frame->t), *sret = NULL;
    assigner a = {0};
    if (r.size > 16) take_arg(e, &a, &word_type, (char *)&sret);
    size_t at = 0;
    for (int i = 0; i < gm_func_in(ft); i++) {
        at = align_to(at, in[i]->align);
        take_arg(e, &a, in[i], frame + at);
        at += in[i]->size;
    }
    gm_reflect_entered(closure, frame);
    const char *result = frame + align_to(at, 8);
    if (sret) {
        memcpy(sret, result, r.size);
        e->ret_gp[0] = (uint64_t)sret;
        return;
    }
    for (int i = 0, gp = 0, fp = 0; i < r.words; i++) {
        uint64_t *to = r.cls[i] == INTEGER ? &e->ret_gp[gp++] : &e->ret_fp[fp++];
        memcpy(to, result + i * 8, word_bytes(r.size, i));
    }
}
