/* iface.c - itabs: which code a type brings for the methods of an interface.
 *
 * The compiler prints an itab for every conversion of a known type; assertions to interfaces need
 * the rest, which are made here, once for each pair of interface and type, and kept for ever. The
 * table is open-addressed. Readers take no lock: an itab is complete before it is published, a slot
 * is written once, and a table that was outgrown stays readable. Writers hold itab_lock. A type
 * that does not implement the interface has an entry too, whose first function is NULL.
 */
#include "lang/lang.h"

#include "heap/heap.h"
#include "sched/sched.h"

typedef struct itab_table {
    size_t mask, used;
    gm_itab *slots[];
} itab_table;

static gm_mutex itab_lock;
static itab_table *itabs; /* atomic */

static size_t itab_hash(const gm_interfacetype *inter, const gm_type *type) {
    return (size_t)gm_mum((uintptr_t)inter ^ GM_HASH_K0, (uintptr_t)type ^ GM_HASH_K1);
}

static gm_itab *table_find(const itab_table *t, const gm_interfacetype *inter,
                           const gm_type *type) {
    if (!t) return NULL;
    for (size_t i = itab_hash(inter, type);; i++) {
        gm_itab *tab = __atomic_load_n(&t->slots[i & t->mask], __ATOMIC_ACQUIRE);
        if (!tab || (tab->inter == inter && tab->type == type)) return tab;
    }
}

static void table_put(itab_table *t, gm_itab *tab) {
    size_t i = itab_hash(tab->inter, tab->type);
    while (t->slots[i & t->mask]) i++;
    __atomic_store_n(&t->slots[i & t->mask], tab, __ATOMIC_RELEASE);
    t->used++;
}

/* Under the lock: room for one more. */
static itab_table *table_grow(itab_table *t) {
    if (t && (t->used + 1) * 4 <= (t->mask + 1) * 3) return t;
    size_t n = t ? (t->mask + 1) * 2 : 256;
    itab_table *bigger = gm_persistent_alloc(sizeof *bigger + n * sizeof(gm_itab *), 64);
    bigger->mask = n - 1;
    if (t) {
        for (size_t i = 0; i <= t->mask; i++)
            if (t->slots[i]) table_put(bigger, t->slots[i]);
    }
    __atomic_store_n(&itabs, bigger, __ATOMIC_RELEASE);
    return bigger;
}

void gm_itab_register(const gm_itab *tab);

void gm_itab_register(const gm_itab *tab) {
    gm_mutex_lock(&itab_lock);
    if (!table_find(itabs, tab->inter, tab->type)) table_put(table_grow(itabs), (gm_itab *)tab);
    gm_mutex_unlock(&itab_lock);
}

/* --- making an itab --- */

/* A name that is not exported belongs to a package: its own note of it, or its type's. */
static gm_string name_package(const uint8_t *encoded, gm_name name, const gm_type *holder) {
    if (name.flags & 4) {
        const uint8_t *p = name.text.p + name.text.n;
        int32_t off;
        if (name.flags & 2) { /* step over the tag */
            gm_name tag = gm_read_name(p - 1);
            p = tag.text.p + tag.text.n;
        }
        memcpy(&off, p, sizeof off);
        if (off)
            return gm_read_name((const uint8_t *)gm_resolve_type((const gm_type *)encoded, off))
                .text;
    }
    return gm_type_pkgpath(holder);
}

static bool method_matches(const gm_interfacetype *inter, const gm_imethod *want,
                           const gm_type *type, const gm_method *have) {
    const uint8_t *want_enc = gm_resolve_name(&inter->t, want->name);
    const uint8_t *have_enc = gm_resolve_name(type, have->name);
    gm_name wn = gm_read_name(want_enc), hn = gm_read_name(have_enc);
    if (!gm_string_eq(wn.text, hn.text)) return false;
    if (!gm_type_same(gm_resolve_type(&inter->t, want->type), gm_resolve_type(type, have->mtyp)))
        return false;
    if (hn.flags & 1) return true;
    return gm_string_eq(name_package(want_enc, wn, &inter->t), name_package(have_enc, hn, type));
}

/* Fills fun with the code for each method of inter (fun may be NULL); the name of the first method
 * that type lacks goes to *missing. Both lists are sorted by name, exported names first where two
 * are alike, so that one pass is enough. */
static bool match_methods(const gm_interfacetype *inter, const gm_type *type, void **fun,
                          gm_string *missing) {
    int n, j = 0;
    const gm_method *m = gm_type_methods(type, &n);
    for (intptr_t i = 0; i < inter->nmethods; i++) {
        while (j < n && !method_matches(inter, &inter->methods[i], type, &m[j])) j++;
        if (j == n) {
            *missing = gm_read_name(gm_resolve_name(&inter->t, inter->methods[i].name)).text;
            return false;
        }
        if (fun) fun[i] = gm_resolve_text(type, m[j].ifn);
        j++;
    }
    return true;
}

gm_string gm_missing_method(const gm_interfacetype *inter, const gm_type *t) {
    gm_string missing = {NULL, 0};
    match_methods(inter, t, NULL, &missing);
    return missing;
}

static gm_itab *make_itab(const gm_interfacetype *inter, const gm_type *type) {
    size_t n = inter->nmethods > 0 ? (size_t)inter->nmethods : 1;
    gm_itab *tab = gm_persistent_alloc(sizeof *tab + n * sizeof(void *), 8);
    gm_string missing;
    tab->inter = inter;
    tab->type = type;
    tab->hash = type->hash;
    if (!match_methods(inter, type, tab->fun, &missing)) tab->fun[0] = NULL;
    return tab;
}

const gm_itab *gm_getitab_or_null(const gm_interfacetype *inter, const gm_type *type) {
    itab_table *t = __atomic_load_n(&itabs, __ATOMIC_ACQUIRE);
    gm_itab *tab = table_find(t, inter, type);
    if (GM_UNLIKELY(!tab)) {
        gm_mutex_lock(&itab_lock);
        tab = table_find(itabs, inter, type);
        if (!tab) {
            t = table_grow(itabs);
            tab = make_itab(inter, type);
            table_put(t, tab);
        }
        gm_mutex_unlock(&itab_lock);
    }
    return tab->fun[0] ? tab : NULL;
}

GM_ENTRY const gm_itab *gm_getitab(const gm_interfacetype *inter, const gm_type *type) {
    const gm_itab *tab = gm_getitab_or_null(inter, type);
    if (!tab) gm_panic_assert(NULL, type, &inter->t, &inter->t);
    return tab;
}

const gm_itab *gm_assert_itab(const gm_interfacetype *inter, const gm_type *type) {
    if (!type) gm_panic_assert(NULL, NULL, &inter->t, NULL);
    return gm_getitab(inter, type);
}

const gm_itab *gm_assert_itab2(const gm_interfacetype *inter, const gm_type *type) {
    return type ? gm_getitab_or_null(inter, type) : NULL;
}

/* --- boxing --- */

static bool all_zero(const void *p, size_t n) {
    const char *b = p;
    return b[0] == 0 && memcmp(b, b + 1, n - 1) == 0;
}

GM_ENTRY void *gm_box(const gm_type *t, const void *p) {
    if (t->tflag & GM_TFLAG_DIRECT_IFACE) {
        void *word;
        memcpy(&word, p, sizeof word);
        return word;
    }
    if (t->size == 0) return &gm_zerobase;
    if (t->size == 1) return (void *)&gm_staticuint64s[*(const uint8_t *)p];
    if (t->size <= sizeof(gm_string) && all_zero(p, t->size)) return gm_zeroval;
    if (!gm_has_pointers(t)) {
        void *q = gm_noscan_raw(t->size);
        return memcpy(q, p, t->size);
    }
    void *q = gm_new(t);
    gm_barrier(t, q, p);
    return memcpy(q, p, t->size);
}
