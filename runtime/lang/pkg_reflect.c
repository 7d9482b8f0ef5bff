/* pkg_reflect.c - what reflect and internal/reflectlite ask of the runtime.
 *
 * Both packages are Go's own source. Their types are the descriptors of go.h under other names.
 * Types that reflect makes at run time hold offsets that addReflectOff handed out: negative ones,
 * indices of a table of pointers (typeinfo.c resolves both kinds).
 *
 * Not possible here: calling a function whose signature is known only at run time, and making one
 * (reflect.Value.Call, reflect.MakeFunc, method values): Go's own code lays arguments out for Go's
 * registers and stack, not for C's. Those end in a clear message.
 */
#include "lang/map.h"

#include "heap/heap.h"
#include "sched/lock.h"

uint8_t runtime$zeroVal[1024]; /* reflect.zeroVal */

/* --- memory --- */

void *reflect$unsafe_New(const gm_type *t) {
    return gm_new(t);
}
void *internal$0reflectlite$unsafe_New(const gm_type *t) {
    return gm_new(t);
}
void *reflect$unsafe_NewArray(const gm_type *t, gm_int n) {
    if (n < 0 || (t->size && (uintptr_t)n > GM_MAX_ALLOC / t->size))
        gm_panic_plain_error(GM_STR("runtime: allocation size out of range"));
    return gm_newarray(t, n);
}

static void typed_move(const gm_type *t, void *dst, const void *src) {
    if (dst == src) return;
    gm_barrier(t, dst, src);
    memmove(dst, src, t->size);
}
void reflect$typedmemmove(const gm_type *t, void *dst, const void *src) {
    typed_move(t, dst, src);
}
void internal$0reflectlite$typedmemmove(const gm_type *t, void *dst, const void *src) {
    typed_move(t, dst, src);
}
void reflect$typedmemclr(const gm_type *t, void *p) {
    gm_barrier(t, p, NULL);
    memset(p, 0, t->size);
}

/* The words of a part of a value, one by one: a part has no descriptor. */
static void part_barrier(const gm_type *t, char *dst, const char *src, uintptr_t n) {
    if (!gm_wb_enabled || !gm_has_pointers(t)) return;
    for (uintptr_t i = 0; i + sizeof(void *) <= n; i += sizeof(void *))
        gm_wb_slot(dst + i, src ? *(void *const *)(const void *)(src + i) : NULL);
}
void reflect$typedmemmovepartial(const gm_type *t, void *dst, const void *src, uintptr_t off,
                                 uintptr_t n) {
    (void)off;
    part_barrier(t, dst, src, n);
    memmove(dst, src, n);
}
void reflect$typedmemclrpartial(const gm_type *t, void *p, uintptr_t off, uintptr_t n) {
    (void)off;
    part_barrier(t, p, NULL, n);
    memset(p, 0, n);
}
void reflect$memmove(void *dst, const void *src, uintptr_t n) {
    memmove(dst, src, n);
}
gm_int reflect$typedslicecopy(const gm_type *elem, gm_slice dst, gm_slice src) {
    return gm_copy(elem, dst, src.p, src.len);
}
uintptr_t reflect$typehash(const gm_type *t, const void *p, uintptr_t seed) {
    return gm_typehash(t, p, seed);
}
bool reflect$verifyNotInHeapPtr(uintptr_t p) {
    return p != UINTPTR_MAX; /* the value by which reflect marks bad pointers */
}

/* --- types --- */

const void *reflect$resolveNameOff(const void *base, int32_t off) {
    return gm_resolve_name(base, off);
}
const void *reflect$resolveTypeOff(const void *base, int32_t off) {
    return gm_resolve_type(base, off);
}
const void *reflect$resolveTextOff(const void *base, int32_t off) {
    return gm_resolve_text(base, off);
}
const void *internal$0reflectlite$resolveNameOff(const void *base, int32_t off) {
    return gm_resolve_name(base, off);
}
const void *internal$0reflectlite$resolveTypeOff(const void *base, int32_t off) {
    return gm_resolve_type(base, off);
}
int32_t reflect$addReflectOff(void *p) {
    return gm_add_offset(p);
}

static void to_iface(const gm_type *inter, gm_eface src, gm_iface *dst) {
    const gm_itab *tab = gm_getitab((const gm_interfacetype *)inter, src.type);
    dst->tab = tab;
    gm_store_ptr(&dst->data, src.data);
}
void reflect$ifaceE2I(const gm_type *inter, gm_eface src, gm_iface *dst) {
    to_iface(inter, src, dst);
}
void internal$0reflectlite$ifaceE2I(const gm_type *inter, gm_eface src, gm_iface *dst) {
    to_iface(inter, src, dst);
}

/* Descriptors of the program in the order of their strings, as distances from the first of them. */
typedef struct type_links {
    gm_slice sections; /* []unsafe.Pointer */
    gm_slice offsets;  /* [][]int32 */
} type_links;

static const gm_type **all_types;
static int32_t *type_distances;
static gm_int ntypes;

static bool after(const gm_type *a, const gm_type *b) {
    return gm_string_cmp(gm_type_string(a), gm_type_string(b)) > 0;
}

static void sift(gm_int i, gm_int n) {
    for (;;) {
        gm_int child = 2 * i + 1;
        if (child >= n) return;
        if (child + 1 < n && after(all_types[child + 1], all_types[child])) child++;
        if (!after(all_types[child], all_types[i])) return;
        const gm_type *t = all_types[i];
        all_types[i] = all_types[child];
        all_types[child] = t;
        i = child;
    }
}

static void sort_types(void) {
    for (gm_int i = ntypes / 2; i-- > 0;) sift(i, ntypes);
    for (gm_int n = ntypes; n-- > 1;) {
        const gm_type *t = all_types[0];
        all_types[0] = all_types[n];
        all_types[n] = t;
        sift(0, n);
    }
}

static void collect_types(void) {
    int nmodules;
    const gm_module *const *m = gm_modules(&nmodules);
    gm_int n = 0;
    for (int i = 0; i < nmodules; i++) n += m[i]->ntypes;
    if (n == 0) return;
    all_types = gm_persistent_alloc((size_t)n * sizeof *all_types, 8);
    type_distances = gm_persistent_alloc((size_t)n * sizeof *type_distances, 8);
    for (int i = 0; i < nmodules; i++)
        for (intptr_t j = 0; j < m[i]->ntypes; j++) {
            int64_t d = (int64_t)((intptr_t)m[i]->types[j] - (intptr_t)m[0]);
            if (d == (int32_t)d) all_types[ntypes++] = m[i]->types[j];
        }
    sort_types();
    for (gm_int i = 0; i < ntypes; i++)
        type_distances[i] = (int32_t)((intptr_t)all_types[i] - (intptr_t)m[0]);
}

type_links reflect$typelinks(void) {
    static struct gm_lock lock;
    static bool done;
    static const void *base;
    static gm_slice distances;
    int n;
    gm_lock(&lock);
    if (!done) {
        collect_types();
        base = gm_modules(&n)[0];
        distances = (gm_slice){type_distances, ntypes, ntypes};
        __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    }
    gm_unlock(&lock);
    return (type_links){{&base, 1, 1}, {&distances, 1, 1}};
}

/* --- maps --- */

/* reflect.MapOf describes buckets as Go's runtime has them; here they are groups. A map type is
 * mended when the first map of it is made. */
static void mend_map_type(gm_maptype *t) {
    enum { slots = GM_GROUP_SLOTS };
    static struct gm_lock lock;
    size_t ea = t->flags & GM_MAP_INDIRECT_ELEM ? 8 : t->elem->align;
    size_t ka = t->flags & GM_MAP_INDIRECT_KEY ? 8 : t->key->align;
    size_t align = ea > ka ? ea : ka, off = (t->keysize + ea - 1) & ~(ea - 1);
    size_t slot = off + t->elemsize + (t->elemsize == 0 && t->keysize != 0);
    slot = (slot + align - 1) & ~(align - 1);
    size_t size = 8 + slots * slot, words = (size + 63) / 64;
    if (t->bucketsize == size) return;
    gm_lock(&lock);
    if (t->bucketsize != size) {
        gm_type *b = gm_persistent_alloc(sizeof *b, 8);
        uint8_t *bits = gm_persistent_alloc(words + 8, 8);
        size_t last = 0;
        for (size_t s = 0; s < slots * 2; s++) {
            bool elem = s & 1;
            const gm_type *of = elem ? t->elem : t->key;
            bool box = t->flags & (elem ? GM_MAP_INDIRECT_ELEM : GM_MAP_INDIRECT_KEY);
            size_t at = (8 + s / 2 * slot + (elem ? off : 0)) / 8, n = box ? 1 : of->ptrdata / 8;
            for (size_t i = 0; i < n; i++) {
                if (!box && !(((const uint8_t *)of->gcdata)[i / 8] >> i % 8 & 1)) continue;
                bits[(at + i) / 8] |= (uint8_t)(1u << (at + i) % 8);
                last = at + i + 1;
            }
        }
        *b = (gm_type){.size = size,
                       .ptrdata = last * 8,
                       .align = 8,
                       .field_align = 8,
                       .kind = GM_STRUCT,
                       .gcdata = bits};
        t->bucket = b;
        t->bucketsize = (uint16_t)size;
    }
    gm_unlock(&lock);
}

gm_map *reflect$makemap(gm_maptype *t, gm_int cap) {
    mend_map_type(t);
    return gm_makemap(t, cap);
}
void *reflect$mapaccess(const gm_maptype *t, gm_map *m, const void *key) {
    return gm_map_find(t, m, key);
}
void *reflect$mapaccess_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    return gm_map_findstr(t, m, key);
}
void reflect$mapassign(const gm_maptype *t, gm_map *m, const void *key, const void *val) {
    typed_move(t->elem, gm_map_assign(t, m, key), val);
}
void reflect$mapassign_faststr(const gm_maptype *t, gm_map *m, gm_string key, const void *val) {
    typed_move(t->elem, gm_map_assignstr(t, m, key), val);
}
void reflect$mapdelete(const gm_maptype *t, gm_map *m, const void *key) {
    gm_map_delete(t, m, key);
}
void reflect$mapdelete_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    gm_map_delete(t, m, &key);
}
/* reflect's hiter has room for twelve words, the first eight of them pointers. */
_Static_assert(sizeof(gm_mapiter) == 12 * sizeof(void *), "reflect.hiter");
void reflect$mapiterinit(const gm_maptype *t, gm_map *m, gm_mapiter *it) {
    gm_mapiter_init(t, m, it);
}
void *reflect$mapiterkey(gm_mapiter *it) {
    return it->key;
}
void *reflect$mapiterelem(gm_mapiter *it) {
    return it->elem;
}
void reflect$mapiternext(gm_mapiter *it) {
    gm_mapiter_next(it);
}
gm_int reflect$maplen(gm_map *m) {
    return gm_map_len(m);
}
gm_int internal$0reflectlite$maplen(gm_map *m) {
    return gm_map_len(m);
}

/* --- channels --- */

gm_chan *reflect$makechan(const gm_chantype *t, gm_int size) {
    return gm_makechan(t, size);
}
gm_int reflect$chanlen(gm_chan *c) {
    return gm_chan_len(c);
}
gm_int internal$0reflectlite$chanlen(gm_chan *c) {
    return gm_chan_len(c);
}
gm_int reflect$chancap(gm_chan *c) {
    return gm_chan_cap(c);
}
void reflect$chanclose(gm_chan *c) {
    gm_closechan(c);
}
bool reflect$chansend(gm_chan *c, const void *val, bool nonblocking) {
    if (nonblocking) return gm_chansend_nb(c, val);
    gm_chansend(c, val);
    return true;
}

typedef struct received {
    bool selected, received;
} received;

received reflect$chanrecv(gm_chan *c, bool nonblocking, void *val) {
    received r = {true, false};
    if (nonblocking)
        r.selected = gm_chanrecv_nb(c, val, &r.received);
    else
        r.received = gm_chanrecv(c, val);
    return r;
}

typedef struct select_case {
    gm_int dir; /* 1 send, 2 receive, 3 default */
    const gm_type *type;
    gm_chan *ch;
    void *val;
} select_case;

typedef struct chosen {
    gm_int index;
    bool received;
} chosen;

/* gm_select wants the sends first, then the receives; index remembers which case each was. */
chosen reflect$rselect(gm_slice cases) {
    const select_case *c = cases.p;
    gm_int n = cases.len, nsend = 0, nrecv = 0, dflt = -1;
    gm_scase *sorted = gm_alloc_conservative((size_t)(n + 1) * (sizeof *sorted + sizeof(gm_int)));
    gm_int *index = (gm_int *)(sorted + n);
    for (int dir = 1; dir <= 2; dir++) {
        for (gm_int i = 0; i < n; i++) {
            if (c[i].dir != dir) continue;
            sorted[nsend + nrecv] = (gm_scase){c[i].ch, c[i].val};
            index[nsend + nrecv] = i;
            if (dir == 1)
                nsend++;
            else
                nrecv++;
        }
    }
    for (gm_int i = 0; i < n; i++)
        if (c[i].dir == 3) dflt = i;
    chosen r = {0, false};
    gm_int k = gm_select(sorted, nsend, nrecv, dflt < 0, &r.received);
    r.index = k < 0 ? dflt : index[k];
    return r;
}

/* --- not possible --- */

GM_NORETURN void runtime$reflectcall(void) {
    gm_throw("reflect: calling a function through reflection is not supported");
}
GM_NORETURN void reflect$makeFuncStub(void) {
    gm_throw("reflect: a function made by reflect.MakeFunc cannot be called");
}
GM_NORETURN void reflect$methodValueCall(void) {
    gm_throw("reflect: a method value made by reflection cannot be called");
}
