/* pkg_linkname.c - functions of Go's runtime that packages outside the library reach by go:linkname.
 *
 * Go keeps these names, and what they take and give, because much used packages (ugorji/go/codec, modern-go/reflect2 below
 * json-iterator, goccy/go-json, gonum) call them. Nothing here is called by the library itself. A map's iterator
 * has the size and the pointers that callers' copies of Go's old hiter have: gm_mapiter is laid out so.
 */
#include <stdalign.h>

#include "heap/heap.h"
#include "lang/lang.h"
#include "lang/reflect.h"
#include "os/sync.h"
#include "sched/sched.h"

/* --- memory --- */

void *runtime$mallocgc(uintptr_t size, const gm_type *t, bool zero) {
    (void)zero;
    if (!t || t->ptrdata == 0 || t->size == 0) return gm_noscan(size);
    return size == t->size ? gm_new(t) : gm_newarray(t, (gm_int)(size / t->size));
}

void *runtime$newobject(const gm_type *t) {
    return gm_new(t);
}

void *runtime$newarray(const gm_type *t, gm_int n) {
    return reflect$unsafe_NewArray(t, n);
}

/* --- maps --- */

typedef struct found {
    const void *elem; /* never NULL */
    bool ok;
} found;

static const uint64_t
    zero_value[1024 / 8]; /* as long as Go's: for larger elements Go has functions of its own */

static found found_or_zero(const void *elem) {
    return elem ? (found){elem, true} : (found){zero_value, false};
}

gm_map *runtime$makemap(const gm_maptype *t, gm_int hint, gm_map *m) {
    return m ? m : gm_makemap(t, hint);
}
const void *runtime$mapaccess1(const gm_maptype *t, gm_map *m, const void *key) {
    return found_or_zero(gm_map_find(t, m, key)).elem;
}
found runtime$mapaccess2(const gm_maptype *t, gm_map *m, const void *key) {
    return found_or_zero(gm_map_find(t, m, key));
}
found runtime$mapaccess2_fast32(const gm_maptype *t, gm_map *m, uint32_t key) {
    return found_or_zero(gm_map_find(t, m, &key));
}
found runtime$mapaccess2_fast64(const gm_maptype *t, gm_map *m, uint64_t key) {
    return found_or_zero(gm_map_find(t, m, &key));
}
found runtime$mapaccess2_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    return found_or_zero(gm_map_find(t, m, &key));
}
void *runtime$mapassign(const gm_maptype *t, gm_map *m, const void *key) {
    return gm_map_assign(t, m, key);
}
void *runtime$mapassign_fast32(const gm_maptype *t, gm_map *m, uint32_t key) {
    return gm_map_assign(t, m, &key);
}
void *runtime$mapassign_fast32ptr(const gm_maptype *t, gm_map *m, void *key) {
    return gm_map_assign(t, m, &key);
}
void *runtime$mapassign_fast64(const gm_maptype *t, gm_map *m, uint64_t key) {
    return gm_map_assign(t, m, &key);
}
void *runtime$mapassign_fast64ptr(const gm_maptype *t, gm_map *m, void *key) {
    return gm_map_assign(t, m, &key);
}
void *runtime$mapassign_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    return gm_map_assign(t, m, &key);
}
void runtime$mapdelete(const gm_maptype *t, gm_map *m, const void *key) {
    gm_map_delete(t, m, key);
}
void runtime$mapdelete_faststr(const gm_maptype *t, gm_map *m, gm_string key) {
    gm_map_delete(t, m, &key);
}
void runtime$mapclear(const gm_maptype *t, gm_map *m) {
    gm_map_clear(t, m);
}

void runtime$mapiterinit(const gm_type *t, gm_map *m, gm_mapiter *it) {
    internal$0runtime$0maps$iterInit(t, m, it);
}
void runtime$mapiternext(gm_mapiter *it) {
    internal$0runtime$0maps$iterNext(it);
}
void reflect$mapiterinit(const gm_type *t, gm_map *m, gm_mapiter *it) {
    internal$0runtime$0maps$iterInit(t, m, it);
}
void reflect$mapiternext(gm_mapiter *it) {
    internal$0runtime$0maps$iterNext(it);
}
void *reflect$mapiterkey(const gm_mapiter *it) {
    return it->key;
}
void *reflect$mapiterelem(const gm_mapiter *it) {
    return it->elem;
}

/* --- the types of the program --- */

typedef struct type_offsets { /* sections, and for each the offsets of its types */
    gm_slice sections, offsets;
} type_offsets;

static gm_mutex offsets_lock;
static type_offsets offsets_made;

typedef struct one_section {
    const void *section;
    gm_slice offsets;
    int32_t numbers[];
} one_section;

static void make_section(void *arg) {
    const gm_slice *types = arg;
    one_section *one = gm_persistent_alloc(sizeof *one + (size_t)types->len * sizeof(int32_t),
                                           alignof(one_section));
    one->offsets = (gm_slice){one->numbers, types->len, types->len};
    offsets_made = (type_offsets){{&one->section, 1, 1}, {&one->offsets, 1, 1}};
}

/* One section; its offsets are numbers from which reflect.resolveTypeOff leads back, wherever they are counted from. */
type_offsets reflect$typelinks(void) {
    gm_slice types = reflect$compiledTypelinks().first;
    const void *const *type = types.p;
    gm_mutex_lock(&offsets_lock);
    if (!offsets_made.sections.p) {
        gm_systemstack(make_section, &types);
        int32_t *numbers = ((gm_slice *)offsets_made.offsets.p)->p;
        for (gm_int i = 0; i < types.len; i++) numbers[i] = gm_reflect_off_add(type[i]);
        if (types.len > 0) *(const void **)offsets_made.sections.p = type[0];
    }
    gm_mutex_unlock(&offsets_lock);
    return offsets_made;
}
