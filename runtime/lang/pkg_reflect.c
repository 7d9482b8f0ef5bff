/* pkg_reflect.c - what packages reflect and internal/reflectlite ask of the runtime.
 *
 * Most of it is the language's own operations under other names. Calls of functions by their type
 * are in ffi.c; lib/overlay/reflect has the few parts of package reflect that differ.
 */
#include <stdlib.h>

#include "gc/gc.h"
#include "heap/heap.h"
#include "heap/span.h"
#include "heap/typebits.h"
#include "chan/chan.h"
#include "lang/ffi.h"
#include "lang/reflect.h"
#include "sched/sched.h"

/* --- descriptors --- */

void *reflect$resolveNameOff(const void *t, int32_t off) {
    return (void *)gm_resolve_name(t, off);
}
void *reflect$resolveTypeOff(const void *t, int32_t off) {
    return (void *)gm_resolve_type(t, off);
}
void *reflect$resolveTextOff(const void *t, int32_t off) {
    return gm_resolve_text(t, off);
}
int32_t reflect$addReflectOff(const void *p) {
    return gm_reflect_off_add(p);
}
void *internal$0reflectlite$resolveNameOff(const void *t, int32_t off) {
    return (void *)gm_resolve_name(t, off);
}
void *internal$0reflectlite$resolveTypeOff(const void *t, int32_t off) {
    return (void *)gm_resolve_type(t, off);
}

bool reflect$verifyNotInHeapPtr(uintptr_t p) {
    (void)p;
    return true;
}

/* The list of types is made when first asked for. */
static gm_mutex links_lock;
static gm_slice links_list;

static int by_string(const void *a, const void *b) {
    const gm_type *x = *(const gm_type *const *)a, *y = *(const gm_type *const *)b;
    int c = gm_string_cmp(gm_type_string(x), gm_type_string(y));
    return c ? c : (x > y) - (x < y);
}

static void make_links(void *arg) {
    (void)arg;
    int n, count = 0, kept = 0, out = 0;
    const gm_module *const *modules = gm_modules(&n);
    for (int i = 0; i < n; i++) count += (int)modules[i]->ntypes;
    const gm_type **all = gm_persistent_alloc((size_t)(count + 1) * sizeof *all, 8);
    for (int i = 0; i < n; i++)
        for (intptr_t j = 0; j < modules[i]->ntypes; j++)
            if (!(modules[i]->types[j]->tflag & GM_TFLAG_NAMED)) all[kept++] = modules[i]->types[j];
    qsort(all, (size_t)kept, sizeof *all, by_string);
    for (int i = 0; i < kept; i++)
        if (i == 0 || all[i] != all[i - 1]) all[out++] = all[i];
    links_list = (gm_slice){all, out, out};
}

gm_type_links reflect$compiledTypelinks(void) {
    gm_mutex_lock(&links_lock);
    if (!links_list.p) gm_systemstack(make_links, NULL);
    gm_mutex_unlock(&links_lock);
    return (gm_type_links){links_list, {NULL, 0, 0}};
}

/* Of another system; here it leaves the address as it is. */
void *reflect$adjustAIXGCDataForRuntime(void *p) {
    return p;
}

const uint64_t *runtime$getStaticuint64s(void) {
    return gm_staticuint64s;
}

/* --- memory --- */

void *reflect$unsafe_New(const gm_type *t) {
    return gm_new(t);
}
void *reflect$unsafe_NewArray(const gm_type *t, gm_int n) {
    size_t bytes;
    if (n < 0 || __builtin_mul_overflow(t->size, (size_t)n, &bytes) || bytes > GM_MAX_ALLOC)
        gm_panic_plain_error(GM_STR("runtime: allocation size out of range"));
    return gm_newarray(t, n);
}
void *internal$0reflectlite$unsafe_New(const gm_type *t) {
    return gm_new(t);
}
void reflect$memmove(void *dst, const void *src, uintptr_t n) {
    gm_memmove(dst, src, n);
}
void reflect$typedmemmove(const gm_type *t, void *dst, const void *src) {
    if (dst == src) return;
    gm_move_values(t, dst, src, 1);
}
void internal$0reflectlite$typedmemmove(const gm_type *t, void *dst, const void *src) {
    reflect$typedmemmove(t, dst, src);
}

/* Parts of values: every word is taken for a pointer, which can only keep something alive. */
static void barrier_words(char *dst, const char *src, uintptr_t n) {
    for (uintptr_t i = 0; i + 8 <= n; i += 8)
        gm_wb_slot(dst + i, src ? *(void *const *)(src + i) : NULL);
}
void reflect$typedmemclrpartial(const gm_type *t, void *p, uintptr_t off, uintptr_t n) {
    (void)off;
    if (GM_UNLIKELY(gm_wb_enabled) && gm_has_pointers(t)) barrier_words(p, NULL, n);
    memset(p, 0, n);
}
void reflect$typedmemclr(const gm_type *t, void *p) {
    gm_clear_values(t, p, 1);
}
void reflect$typedarrayclear(const gm_type *elem, void *p, gm_int n) {
    gm_barrier_n(elem, p, NULL, n);
    memset(p, 0, (size_t)n * elem->size);
}
/* Room for n more behind the length, which stays, as does what stands behind it. */
gm_slice reflect$growslice(const gm_type *elem, gm_slice old, gm_int n) {
    gm_int need = old.len + n;
    if (old.cap >= need) return old;
    gm_slice grown = gm_growslice(elem, (gm_slice){old.p, old.cap, old.cap}, need);
    if (!gm_has_pointers(elem)) {
        size_t from = (size_t)old.cap * elem->size;
        memset((char *)grown.p + from, 0, (size_t)need * elem->size - from);
    }
    grown.len = old.len;
    return grown;
}
/* As unsafe.Slice checks. */
void reflect$unsafeslice(const gm_type *elem, const void *p, gm_int n) {
    gm_unsafe_slice(p, n, (gm_int)elem->size);
}
gm_int reflect$typedslicecopy(const gm_type *elem, gm_slice dst, gm_slice src) {
    return gm_copy(elem, dst, src.p, src.len);
}
uintptr_t reflect$typehash(const gm_type *t, const void *p, uintptr_t seed) {
    return gm_typehash(t, p, seed);
}

/* --- interfaces --- */

void reflect$ifaceE2I(const gm_type *inter, gm_eface src, gm_iface *dst) {
    const gm_itab *tab = gm_assert_itab((const gm_interfacetype *)inter, src.type);
    dst->tab = tab;
    gm_store_ptr(&dst->data, src.data);
}
void internal$0reflectlite$ifaceE2I(const gm_type *inter, gm_eface src, gm_iface *dst) {
    reflect$ifaceE2I(inter, src, dst);
}

/* --- channels --- */

gm_chan *reflect$makechan(const gm_type *t, gm_int size) {
    return gm_go_chan_make((const gm_chantype *)t, size);
}
gm_int reflect$chanlen(const gm_chan *c) {
    return gm_chan_length(c);
}
gm_int internal$0reflectlite$chanlen(const gm_chan *c) {
    return gm_chan_length(c);
}
gm_int reflect$chancap(const gm_chan *c) {
    return gm_chan_capacity(c);
}
void reflect$chanclose(gm_chan *c) {
    gm_go_chan_close(c);
}

typedef struct received {
    bool selected, received;
} received;

received reflect$chanrecv(gm_chan *c, bool nb, void *val) {
    received r = {true, false};
    if (nb)
        r.selected = gm_go_chan_try_recv(c, val, &r.received);
    else
        r.received = gm_chan_recv(c, val);
    return r;
}
bool reflect$chansend0(gm_chan *c, const void *val, bool nb) {
    if (nb) return gm_go_chan_try_send(c, val);
    gm_go_chan_send(c, val);
    return true;
}

typedef struct select_case { /* reflect.runtimeSelect */
    gm_int dir;
    const gm_type *type;
    gm_chan *chan;
    void *val;
} select_case;
enum { DIR_SEND = 1, DIR_RECV = 2, DIR_DEFAULT = 3 };

typedef struct chosen {
    gm_int index;
    bool received;
} chosen;

/* Sends go to the front of cases, receives behind them; where[i] is the index of cases[i]. */
static chosen select_with(const select_case *list, gm_int n, gm_scase *cases, gm_int *where) {
    gm_int sends = 0, all = 0, dflt = -1;
    for (int dir = DIR_SEND; dir <= DIR_RECV; dir++) {
        for (gm_int i = 0; i < n; i++) {
            if (list[i].dir == DIR_DEFAULT) dflt = i;
            if (list[i].dir != dir || !list[i].chan) continue;
            cases[all] = (gm_scase){list[i].chan, list[i].val};
            where[all++] = i;
        }
        if (dir == DIR_SEND) sends = all;
    }
    chosen c = {dflt, false};
    if (all == 0 && dflt < 0) gm_block();
    if (all == 0) return c;
    gm_int k = gm_go_select(cases, sends, all - sends, dflt < 0, &c.received);
    if (k < 0) return c;
    c.index = where[k];
    if (k < sends) c.received = false;
    return c;
}

chosen reflect$rselect(gm_slice list) {
    enum { FEW = 8 };
    gm_scase few[FEW];
    gm_int few_where[FEW];
    if (list.len <= FEW) return select_with(list.p, list.len, few, few_where);
    /* The values are held by the caller's list. */
    gm_scase *cases = gm_noscan((size_t)list.len * sizeof *cases);
    gm_int *where = gm_noscan((size_t)list.len * sizeof *where);
    return select_with(list.p, list.len, cases, where);
}

/* --- maps --- */

gm_map *reflect$makemap(const gm_type *t, gm_int n) {
    return gm_makemap((const gm_maptype *)t, n);
}
gm_int reflect$maplen(const gm_map *m) {
    return gm_map_len(m);
}
gm_int internal$0reflectlite$maplen(const gm_map *m) {
    return gm_map_len(m);
}
void *reflect$mapaccess(const gm_type *t, gm_map *m, const void *key) {
    return gm_map_find((const gm_maptype *)t, m, key);
}
void *reflect$mapaccess_faststr(const gm_type *t, gm_map *m, gm_string key) {
    return gm_map_find((const gm_maptype *)t, m, &key);
}
void reflect$mapassign0(const gm_type *t, gm_map *m, const void *key, const void *val) {
    const gm_maptype *mt = (const gm_maptype *)t;
    void *slot = gm_map_assign(mt, m, key);
    reflect$typedmemmove(mt->elem, slot, val);
}
void reflect$mapassign_faststr0(const gm_type *t, gm_map *m, gm_string key, const void *val) {
    reflect$mapassign0(t, m, &key, val);
}
void reflect$mapdelete(const gm_type *t, gm_map *m, const void *key) {
    gm_map_delete((const gm_maptype *)t, m, key);
}
void reflect$mapdelete_faststr(const gm_type *t, gm_map *m, gm_string key) {
    gm_map_delete((const gm_maptype *)t, m, &key);
}

/* The iterator is a part of an object of package reflect's, perhaps on the heap: it is worked on
 * in a copy on the stack, and stored back under the barrier. */
static void store_iterator(gm_mapiter *to, const gm_mapiter *from) {
    enum { POINTERS = 8 };
    if (GM_UNLIKELY(gm_wb_enabled)) barrier_words((char *)to, (const char *)from, POINTERS * 8);
    memcpy(to, from, sizeof *to);
}
void reflect$mapclear(const gm_type *t, gm_map *m) {
    gm_map_clear((const gm_maptype *)t, m);
}

/* internal/runtime/maps */
void internal$0runtime$0maps$iterInit(const gm_type *t, gm_map *m, gm_mapiter *it) {
    gm_mapiter copy;
    gm_mapiter_init((const gm_maptype *)t, m, &copy);
    store_iterator(it, &copy);
}
void internal$0runtime$0maps$iterNext(gm_mapiter *it) {
    gm_mapiter copy = *it;
    gm_mapiter_next(&copy);
    store_iterator(it, &copy);
}

/* maps.clone: a map of the same type with the same entries. */
gm_eface maps$clone(gm_eface m) {
    const gm_maptype *t = (const gm_maptype *)m.type;
    gm_map *from = m.data, *to = gm_makemap(t, gm_map_len(from));
    gm_mapiter it;
    for (gm_mapiter_init(t, from, &it); it.key; gm_mapiter_next(&it))
        reflect$typedmemmove(t->elem, gm_map_assign(t, to, it.key), it.elem);
    return (gm_eface){m.type, to};
}

/* --- calls --- */

void reflect$Value$Call(void) __attribute__((weak));

/* A deferred call of Value.Call, or of a method value, is one of the function behind: that may
 * recover. */
void runtime$reflectcall(const gm_reflect_frame *type, const gm_func *fn, void *frame,
                         uint32_t size, uint32_t result_offset, uint32_t frame_size, void *regs) {
    (void)size, (void)frame_size, (void)regs;
    gm_recover_wrapper((void *)reflect$Value$Call, fn->code);
    gm_ffi_call(type->ftyp, fn->code, type->rcvr ? NULL : fn, frame, result_offset);
}

uintptr_t reflect$funcStub(const gm_functype *ft) {
    return (uintptr_t)gm_ffi_stub(ft);
}

void reflect$enterMakeFunc(const gm_reflect_closure *c, void *frame) __attribute__((weak));
void reflect$enterMethodValue(const gm_reflect_closure *c, void *frame) __attribute__((weak));

typedef struct made_func { /* reflect.makeFuncImpl */
    gm_reflect_closure head;
    const gm_functype *ftyp;
    const gm_func *fn;
} made_func;

void gm_reflect_entered(const gm_reflect_closure *c, void *frame) {
    if (!c->method) {
        gm_recover_wrapper(c->code, ((const made_func *)c)->fn->code);
        reflect$enterMakeFunc(c, frame);
        return;
    }
    gm_recover_wrapper(c->code, (void *)reflect$Value$Call);
    reflect$enterMethodValue(c, frame);
}

extern char gm_ffi_stubs[];

uintptr_t reflect$methodValueCode(void) {
    return (uintptr_t)gm_ffi_stubs;
}

/* What reflect.Zero points to for small types. */
uint8_t runtime$zeroVal[1024];

/* --- what the collector sees of an object --- */

/* Whether word `word` of the object at base is a pointer to the collector. */
static bool is_pointer_word(uintptr_t base, size_t word) {
    const gm_span *s = gm_span_of(base);
    const gm_shape *sh = &gm_shapes[s->shape];
    const gm_type *t = sh->type;
    switch (sh->kind) {
    case GM_SHAPE_KIND_MASK: return word < 64 && sh->mask >> word & 1;
    case GM_SHAPE_KIND_BITS: return word < sh->words && sh->bits[word / 64] >> word % 64 & 1;
    case GM_SHAPE_KIND_LAYOUT: break;
    case GM_SHAPE_KIND_LARGE: t = s->type; break;
    case GM_SHAPE_KIND_MIXED:
        t = __atomic_load_n(&s->slot_types[gm_span_index(s, base)], __ATOMIC_ACQUIRE);
        break;
    default: return false;
    }
    return t && gm_type_bits(t, word % (t->size / sizeof(void *)), 1);
}

/* For reflect's tests: a byte, 0 or 1, for each word of the object that x points to; none if that is not in the heap. */
gm_slice reflect$gcbits(gm_eface x) {
    size_t size;
    uintptr_t base = (uintptr_t)gm_find_object(x.data, &size);
    if (!base) return (gm_slice){NULL, 0, 0};
    gm_int n = (gm_int)(size / sizeof(void *));
    uint8_t *bits = gm_noscan((size_t)n);
    for (gm_int i = 0; i < n; i++) bits[i] = is_pointer_word(base, (size_t)i);
    return (gm_slice){bits, n, n};
}
