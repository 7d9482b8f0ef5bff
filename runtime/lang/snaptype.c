/* snaptype.c - what compiled Go knows of the types of objects, for snapshots of the heap (observe/snapwalk.c).
 *
 * From a value of known type the types of what its pointers lead to follow: of a pointer its element's, of a slice, map or channel
 * their parts, of an interface the one that it names, of an atomic.Pointer the one that its blank field names. Nothing says that an object
 * is what a pointer's type claims (package unsafe), so what is read from it as the address of a descriptor is looked at with care.
 */
#include "chan/chan.h"
#include "lang/lang.h"
#include "lang/map.h"
#include "observe/snapshot.h"

typedef struct follow {
    gm_snap_tell_fn *tell;
    void *arg;
} follow;

static void follow_value(const follow *f, uintptr_t at, const gm_type *t);

static uintptr_t word_at(uintptr_t at) {
    return *(const uintptr_t *)at;
}

static bool is_type(const gm_type *t) {
    return t && (uintptr_t)t % 8 == 0 && gm_snap_readable(t, sizeof *t) && t->kind > GM_INVALID &&
           t->kind <= GM_UNSAFE_POINTER && t->ptrdata <= t->size;
}

static const gm_type *dynamic_type(uintptr_t at, const gm_interfacetype *t) {
    uintptr_t first = word_at(at);
    if (t->nmethods == 0) return (const gm_type *)first;
    const gm_itab *tab = (const gm_itab *)first;
    return tab && first % 8 == 0 && gm_snap_readable(tab, sizeof *tab) ? tab->type : NULL;
}

static void follow_interface(const follow *f, uintptr_t at, const gm_interfacetype *t) {
    const gm_type *dynamic = dynamic_type(at, t);
    if (!is_type(dynamic)) return;
    if (dynamic->tflag & GM_TFLAG_DIRECT_IFACE)
        follow_value(f, at + 8, dynamic);
    else
        f->tell(f->arg, word_at(at + 8), dynamic, GM_SNAP_VALUE);
}

/* The element of struct { _ [0]*T; ...; v unsafe.Pointer }, or NULL. */
static const gm_type *atomic_element(const gm_structtype *t, uintptr_t *offset) {
    const gm_type *elem = NULL;
    bool has_pointer = false;
    for (intptr_t i = 0; i < t->nfields; i++) {
        const gm_type *field = t->fields[i].type;
        if (field->kind == GM_ARRAY && ((const gm_arraytype *)field)->len == 0 &&
            ((const gm_arraytype *)field)->elem->kind == GM_POINTER)
            elem = ((const gm_ptrtype *)((const gm_arraytype *)field)->elem)->elem;
        if (field->kind == GM_UNSAFE_POINTER) {
            has_pointer = true;
            *offset = t->fields[i].offset;
        }
    }
    return has_pointer ? elem : NULL;
}

static void follow_struct(const follow *f, uintptr_t at, const gm_structtype *t) {
    uintptr_t offset = 0;
    const gm_type *elem = atomic_element(t, &offset);
    if (elem) f->tell(f->arg, word_at(at + offset), elem, GM_SNAP_VALUE);
    for (intptr_t i = 0; i < t->nfields; i++)
        if (t->fields[i].type->ptrdata)
            follow_value(f, at + t->fields[i].offset, t->fields[i].type);
}

static void follow_array(const follow *f, uintptr_t at, size_t bytes, const gm_type *elem) {
    if (!elem->ptrdata) return;
    for (size_t i = 0; i + elem->size <= bytes; i += elem->size) follow_value(f, at + i, elem);
}

static void follow_func(const follow *f, uintptr_t closure) {
    if (closure && closure % 8 == 0 && gm_snap_readable((const void *)closure, 8))
        f->tell(f->arg, closure, (const void *)word_at(closure), GM_SNAP_CODE);
}

static void follow_value(const follow *f, uintptr_t at, const gm_type *t) {
    switch (t->kind) {
    case GM_POINTER:
        f->tell(f->arg, word_at(at), ((const gm_ptrtype *)t)->elem, GM_SNAP_VALUE);
        break;
    case GM_SLICE:
        f->tell(f->arg, word_at(at), ((const gm_slicetype *)t)->elem, GM_SNAP_SLICE);
        break;
    case GM_STRING: f->tell(f->arg, word_at(at), NULL, GM_SNAP_STRING); break;
    case GM_MAP: f->tell(f->arg, word_at(at), t, GM_SNAP_MAP); break;
    case GM_CHAN: f->tell(f->arg, word_at(at), ((const gm_chantype *)t)->elem, GM_SNAP_CHAN); break;
    case GM_FUNC: follow_func(f, word_at(at)); break;
    case GM_INTERFACE: follow_interface(f, at, (const gm_interfacetype *)t); break;
    case GM_STRUCT: follow_struct(f, at, (const gm_structtype *)t); break;
    case GM_ARRAY: follow_array(f, at, t->size, ((const gm_arraytype *)t)->elem); break;
    default: break;
    }
}

static void follow_map(const follow *f, const gm_map *m, const gm_maptype *t) {
    f->tell(f->arg, (uintptr_t)m->groups, t, GM_SNAP_MAP_TABLE);
    f->tell(f->arg, (uintptr_t)m->old, t, GM_SNAP_MAP_OLD);
}

/* A key or an element, or a pointer to it. */
static void follow_item(const follow *f, uintptr_t at, const gm_type *t, bool indirect) {
    if (indirect)
        f->tell(f->arg, word_at(at), t, GM_SNAP_VALUE);
    else if (t->ptrdata)
        follow_value(f, at, t);
}

static void follow_table(const follow *f, uintptr_t base, size_t bytes, const gm_maptype *t) {
    for (uintptr_t group = base; group + t->group_size <= base + bytes; group += t->group_size)
        for (unsigned i = 0; i < GM_GROUP_SLOTS; i++) {
            uint8_t ctrl = ((const uint8_t *)group)[i];
            if (ctrl == GM_CTRL_EMPTY || ctrl == GM_CTRL_DELETED) continue;
            follow_item(f, group + t->keys_off + i * t->key_stride, t->key,
                        t->flags & GM_MAP_INDIRECT_KEY);
            follow_item(f, group + t->elems_off + i * t->elem_stride, t->elem,
                        t->flags & GM_MAP_INDIRECT_ELEM);
        }
}

static void follow_parts(uintptr_t base, size_t bytes, const void *type, enum gm_snap_form form,
                         gm_snap_tell_fn *tell, void *arg) {
    follow f = {tell, arg};
    switch (form) {
    case GM_SNAP_VALUE:
    case GM_SNAP_SLICE:
    case GM_SNAP_CHAN_BUFFER: follow_array(&f, base, bytes, type); break;
    case GM_SNAP_MAP: follow_map(&f, (const gm_map *)base, type); break;
    case GM_SNAP_MAP_OLD:
        tell(arg, (uintptr_t)((const gm_map_old *)base)->groups, type, GM_SNAP_MAP_TABLE);
        break;
    case GM_SNAP_MAP_TABLE: follow_table(&f, base, bytes, type); break;
    case GM_SNAP_CHAN:
        tell(arg, (uintptr_t)((const gm_chan *)base)->buf, type, GM_SNAP_CHAN_BUFFER);
        break;
    default: break;
    }
}

static size_t name_of(const gm_type *t, char *buf, size_t cap) {
    gm_string s = gm_type_string(t);
    size_t n = (size_t)s.n < cap ? (size_t)s.n : cap;
    memcpy(buf, s.p, n);
    return n;
}

static void each_field(const gm_type *t, gm_snap_field_fn *fn, void *arg) {
    if (t->kind != GM_STRUCT) return;
    const gm_structtype *s = (const gm_structtype *)t;
    for (intptr_t i = 0; i < s->nfields; i++) {
        gm_string name = gm_read_name(s->fields[i].name).text;
        fn(arg, s->fields[i].offset, name.p, (size_t)name.n);
    }
}

static const gm_snap_language go = {name_of, each_field, follow_parts};

void gm_snap_types_init(void) {
    gm_snap_types = &go;
}
