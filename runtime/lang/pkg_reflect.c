/* pkg_reflect.c - what reflect and internal/reflectlite ask of the runtime: memory, maps, channels
 * and offsets by descriptor.
 *
 * Offsets. Those in printed descriptors are positive (see golem/type.h). reflect makes types of its
 * own; what these refer to by offset is registered here and gets a negative number.
 *
 * Iterators. reflect's has room for twelve words, the used part of gm_mapiter.
 *
 * Calls of functions whose type is known at run time only, and functions made at run time, need
 * code that moves values between memory and registers by the C rules for each type. Golem has none
 * yet: they end in a fatal error that says so.
 */
#include "lang/map.h"

#include <stdlib.h>

#include "gc/gc.h"
#include "heap/heap.h"
#include "sched/sched.h"

/* --- offsets --- */

enum { CHUNK = 1024, MAX_CHUNKS = 1024 };

static struct gm_lock offs_lock;
static const void **offs[MAX_CHUNKS]; /* roots: what reflect makes is never given up */
static int32_t noffs;                 /* number i stands at offs[i / CHUNK][i % CHUNK] */

static void add_chunk(void *arg) {
    static const gm_type word = {.size = 8,
                                 .ptrdata = 8,
                                 .align = 8,
                                 .field_align = 8,
                                 .kind = GM_UNSAFE_POINTER,
                                 .gcdata = "\001"};
    const void ***chunk = arg;
    *chunk = calloc(CHUNK, sizeof **chunk);
    if (*chunk) gm_register_roots(*chunk, &word, CHUNK);
}

static int32_t find_off(const void *p) {
    for (int32_t i = 1; i <= noffs; i++)
        if (offs[i / CHUNK][i % CHUNK] == p) return -i;
    return 0;
}

int32_t reflect$addReflectOff(const void *p) {
    gm_lock(&offs_lock);
    int32_t id = find_off(p), next = noffs + 1;
    if (!id && next < CHUNK * MAX_CHUNKS) {
        const void ***chunk = &offs[next / CHUNK];
        if (!*chunk) gm_systemstack(add_chunk, chunk);
        if (*chunk) {
            (*chunk)[next % CHUNK] = p;
            noffs = next;
            id = -next;
        }
    }
    gm_unlock(&offs_lock);
    if (!id) gm_throw("reflect: too many types made at run time");
    return id;
}

const void *gm_reflect_off(int32_t off) {
    return offs[-off / CHUNK][-off % CHUNK];
}

const void *reflect$resolveNameOff(const void *holder, int32_t off) {
    return gm_resolve_name(holder, off);
}
const void *reflect$resolveTypeOff(const void *holder, int32_t off) {
    return gm_resolve_type(holder, off);
}
const void *reflect$resolveTextOff(const void *holder, int32_t off) {
    return gm_resolve_text(holder, off);
}
const void *internal$0reflectlite$resolveNameOff(const void *holder, int32_t off) {
    return gm_resolve_name(holder, off);
}
const void *internal$0reflectlite$resolveTypeOff(const void *holder, int32_t off) {
    return gm_resolve_type(holder, off);
}

/* --- the types of the program, sorted by their strings --- */

static int compare_types(const void *a, const void *b) {
    gm_string s = gm_type_string(*(const gm_type *const *)a);
    gm_string t = gm_type_string(*(const gm_type *const *)b);
    gm_int n = s.n < t.n ? s.n : t.n;
    int c = memcmp(s.p, t.p, (size_t)n);
    return c ? c : (s.n > t.n) - (s.n < t.n);
}

static struct {
    const void *base;
    int32_t *offsets;
    gm_int n;
} links;

/* Collects the descriptors that packages list, each once, as distances from the first. */
static void collect_links(void *arg) {
    (void)arg;
    int nmods;
    const gm_module *const *mods = gm_modules(&nmods);
    size_t n = 0, unique = 0;
    for (int i = 0; i < nmods; i++) n += (size_t)mods[i]->ntypes;
    const gm_type **all = calloc(n + 1, sizeof *all);
    int32_t *offsets = calloc(n + 1, sizeof *offsets);
    if (!all || !offsets) gm_throw("out of memory");
    n = 0;
    for (int i = 0; i < nmods; i++)
        for (intptr_t j = 0; j < mods[i]->ntypes; j++) all[n++] = mods[i]->types[j];
    qsort(all, n, sizeof *all, compare_types);
    for (size_t i = 0; i < n; i++) {
        bool seen = false; /* equal strings stand together, equal types among them */
        for (size_t j = unique; j > 0 && !seen && compare_types(&all[j - 1], &all[i]) == 0; j--)
            seen = all[j - 1] == all[i];
        if (!seen) all[unique++] = all[i];
    }
    links.base = all[0];
    for (size_t i = 0; i < unique; i++)
        offsets[i] = (int32_t)((const char *)all[i] - (const char *)links.base);
    links.offsets = offsets;
    links.n = (gm_int)unique;
    free(all);
}

struct typelinks {
    gm_slice sections; /* []unsafe.Pointer */
    gm_slice offsets;  /* [][]int32 */
};

struct typelinks reflect$typelinks(void) {
    static const void *section;
    static gm_slice list;
    static struct gm_lock lock;
    gm_lock(&lock);
    if (!links.base) gm_systemstack(collect_links, NULL);
    section = links.base;
    list = (gm_slice){links.offsets, links.n, links.n};
    gm_unlock(&lock);
    return (struct typelinks){{&section, 1, 1}, {&list, 1, 1}};
}

/* --- memory --- */

void *reflect$unsafe_New(const gm_type *t) {
    return gm_new(t);
}
void *internal$0reflectlite$unsafe_New(const gm_type *t) {
    return gm_new(t);
}
void *reflect$unsafe_NewArray(const gm_type *t, gm_int n) {
    return gm_newarray(t, n);
}

static void move(const gm_type *t, void *dst, const void *src) {
    if (dst == src) return;
    gm_barrier(t, dst, src);
    memmove(dst, src, t->size);
}
void reflect$typedmemmove(const gm_type *t, void *dst, const void *src) {
    move(t, dst, src);
}
void internal$0reflectlite$typedmemmove(const gm_type *t, void *dst, const void *src) {
    move(t, dst, src);
}
void reflect$memmove(void *dst, const void *src, uintptr_t n) {
    memmove(dst, src, n);
}
void reflect$typedmemclr(const gm_type *t, void *p) {
    gm_barrier_n(t, p, NULL, 1);
    memset(p, 0, t->size);
}
void reflect$typedmemclrpartial(const gm_type *t, void *p, uintptr_t off, uintptr_t size) {
    gm_barrier_n(t, (char *)p - off, NULL, 1);
    memset(p, 0, size);
}
gm_int reflect$typedslicecopy(const gm_type *elem, gm_slice dst, gm_slice src) {
    return gm_copy(elem, dst, src.p, src.len);
}
uintptr_t reflect$typehash(const gm_type *t, const void *p, uintptr_t seed) {
    return gm_typehash(t, p, seed);
}
bool reflect$verifyNotInHeapPtr(uintptr_t p) {
    return p != ~(uintptr_t)0;
}
uint8_t runtime$zeroVal[1024];

/* --- interfaces --- */

static void to_interface(const gm_interfacetype *t, gm_eface src, void *dst) {
    if (t->nmethods == 0) {
        gm_barrier(&t->t, dst, &src);
        memcpy(dst, &src, sizeof src);
        return;
    }
    gm_iface i = {gm_assert_itab(t, src.type), src.data};
    gm_barrier(&t->t, dst, &i);
    memcpy(dst, &i, sizeof i);
}
void reflect$ifaceE2I(const gm_interfacetype *t, gm_eface src, void *dst) {
    to_interface(t, src, dst);
}
void internal$0reflectlite$ifaceE2I(const gm_interfacetype *t, gm_eface src, void *dst) {
    to_interface(t, src, dst);
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

gm_map *reflect$makemap(gm_maptype *t, gm_int n) {
    mend_map_type(t);
    return gm_makemap(t, n);
}
gm_int reflect$maplen(const gm_map *m) {
    return gm_map_len(m);
}
gm_int internal$0reflectlite$maplen(const gm_map *m) {
    return gm_map_len(m);
}
void *reflect$mapaccess(const gm_maptype *t, gm_map *m, const void *key) {
    return gm_map_find(t, m, key);
}
void *reflect$mapaccess_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    return gm_map_find(t, m, &key);
}
void reflect$mapassign(const gm_maptype *t, gm_map *m, const void *key, const void *val) {
    move(t->elem, gm_map_assign(t, m, key), val);
}
void reflect$mapassign_faststr(const gm_maptype *t, gm_map *m, gm_string key, const void *val) {
    move(t->elem, gm_map_assign(t, m, &key), val);
}
void reflect$mapdelete(const gm_maptype *t, gm_map *m, const void *key) {
    gm_map_delete(t, m, key);
}
void reflect$mapdelete_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    gm_map_delete(t, m, &key);
}

enum { iter_bytes = 12 * sizeof(uintptr_t), iter_pointers = 8 };

static void store_iter(void *it, const gm_mapiter *from) {
    void *const *words = (void *const *)from;
    for (int i = 0; i < iter_pointers; i++)
        if (GM_UNLIKELY(gm_wb_enabled)) gm_wb_slot((void **)it + i, words[i]);
    memcpy(it, from, iter_bytes);
}

void reflect$mapiterinit(const gm_maptype *t, gm_map *m, void *it) {
    gm_mapiter i;
    gm_mapiter_init(t, m, &i);
    store_iter(it, &i);
}
void reflect$mapiternext(void *it) {
    gm_mapiter i;
    memset(&i, 0, sizeof i);
    memcpy(&i, it, iter_bytes);
    gm_mapiter_next(&i);
    store_iter(it, &i);
}
void *reflect$mapiterkey(void *it) {
    return ((void **)it)[0];
}
void *reflect$mapiterelem(void *it) {
    return ((void **)it)[1];
}

/* --- channels --- */

gm_chan *reflect$makechan(const gm_chantype *t, gm_int size) {
    return gm_makechan(t, size);
}
gm_int reflect$chanlen(const gm_chan *c) {
    return gm_chan_len(c);
}
gm_int internal$0reflectlite$chanlen(const gm_chan *c) {
    return gm_chan_len(c);
}
gm_int reflect$chancap(const gm_chan *c) {
    return gm_chan_cap(c);
}
void reflect$chanclose(gm_chan *c) {
    gm_closechan(c);
}
bool reflect$chansend(gm_chan *c, const void *elem, bool nonblocking) {
    if (nonblocking) return gm_chansend_nb(c, elem);
    gm_chansend(c, elem);
    return true;
}

struct received {
    bool selected, received;
};
struct received reflect$chanrecv(gm_chan *c, bool nonblocking, void *elem) {
    struct received r = {true, false};
    if (nonblocking)
        r.selected = gm_chanrecv_nb(c, elem, &r.received);
    else
        r.received = gm_chanrecv(c, elem);
    return r;
}

/* reflect's select case; dir: 1 send, 2 receive, 3 default. */
struct select_case {
    uintptr_t dir;
    const gm_type *type;
    gm_chan *ch;
    void *val;
};
struct chosen {
    gm_int index;
    bool received;
};
struct chosen reflect$rselect(gm_slice list) {
    enum { dir_send = 1, dir_recv = 2, most = 65536 };
    const struct select_case *cases = list.p;
    gm_int nsends = 0, nrecvs = 0, other = -1;
    if (list.len > most) gm_throw("reflect: too many cases in Select");
    gm_scase *sc = gm_alloc_noscan((size_t)(list.len + 1) * (sizeof *sc + sizeof(gm_int)));
    gm_int *index = (gm_int *)(sc + list.len + 1);
    for (gm_int i = 0; i < list.len; i++)
        if (cases[i].dir == dir_send) {
            sc[nsends] = (gm_scase){cases[i].ch, cases[i].val};
            index[nsends++] = i;
        }
    for (gm_int i = 0; i < list.len; i++) {
        if (cases[i].dir == dir_send) continue;
        if (cases[i].dir != dir_recv) {
            other = i;
            continue;
        }
        sc[nsends + nrecvs] = (gm_scase){cases[i].ch, cases[i].val};
        index[nsends + nrecvs++] = i;
    }
    struct chosen r = {other, false};
    gm_int k = gm_select(sc, nsends, nrecvs, other < 0, &r.received);
    if (k >= 0) r.index = index[k];
    return r;
}

/* --- calls --- */

void runtime$reflectcall(void) {
    gm_throw("reflect: calls of functions are not supported yet");
}
void reflect$makeFuncStub(void) {
    gm_throw("reflect: calls of functions made by MakeFunc are not supported yet");
}
void reflect$methodValueCall(void) {
    gm_throw("reflect: calls of method values are not supported yet");
}
