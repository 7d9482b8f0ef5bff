/* lookup.c - fields and methods by name, method sets, and what a type lacks of an interface.
 *
 * A name is searched level by level through embedded fields; the shallowest level that has it wins,
 * and if that level has it twice the selection is ambiguous. A named type met again deeper is
 * shadowed by itself and skipped.
 */
#include "check/decls.h"
#include "syntax/unicode.h"

#include <stdlib.h>
#include <strings.h>

bool is_exported(const char *name) {
    uint32_t c;
    utf8_decode(name, strlen(name), &c);
    return uni_is_upper(c);
}

/* A type at the level being searched. */
typedef struct Embedded {
    Type *type;
    int *path;
    int npath;
    bool indirect;  /* a pointer was followed on the way */
    bool multiples; /* occurs several times at this level: what it has is ambiguous */
} Embedded;
typedef VEC(Embedded) Level;

/* A search in progress. */
typedef struct Search {
    const Package *pkg;
    const char *name;
    bool fold_case;
    Obj *found;
    Embedded at; /* where: at.path leads to the holder */
    int field;   /* found is a field: its index in the holder, else -1 */
    bool collision;
} Search;

static int *extend(const int *path, int n, int i) {
    int *p = alloc(sizeof(int) * (size_t)(n + 1));
    if (n) memcpy(p, path, sizeof(int) * (size_t)n);
    p[n] = i;
    return p;
}

static bool matches(const Search *s, const Obj *o) {
    if (o->name == s->name) return same_id(s->pkg, s->name, o->pkg, o->name);
    return s->fold_case && strcasecmp(o->name, s->name) == 0 &&
           (is_exported(o->name) || same_id(s->pkg, o->name, o->pkg, o->name));
}

static void hit(Search *s, Obj *o, const Embedded *e, int field) {
    if (s->found || e->multiples) {
        s->collision = true;
        return;
    }
    s->found = o;
    s->at = *e;
    s->field = field;
}

static Obj *find_method(const Search *s, const ObjList *methods) {
    for (int i = 0; i < methods->n; i++)
        if (matches(s, methods->v[i])) return methods->v[i];
    return NULL;
}

static void search_struct(Search *s, Type *st, const Embedded *e, Level *next) {
    for (int i = 0; i < st->struct_.fields.n && !s->collision; i++) {
        Obj *f = st->struct_.fields.v[i];
        if (f->name == s->name && same_id(s->pkg, s->name, f->pkg, f->name)) {
            hit(s, f, e, i);
            continue;
        }
        if (s->found || !f->embedded) continue;
        bool ptr;
        Type *t = deref(f->type, &ptr);
        Embedded inner = {t, extend(e->path, e->npath, i), e->npath + 1, e->indirect || ptr,
                          e->multiples};
        push(next, inner);
    }
}

static void search_type(Search *s, const Embedded *e, TypeList *seen, Level *next) {
    Type *t = e->type;
    if (t->kind == T_NAMED) {
        for (int i = 0; i < seen->n; i++)
            if (seen->v[i] == t) return;
        push(seen, t);
        Obj *m = find_method(s, &t->named.methods);
        if (m) {
            hit(s, m, e, -1);
            return; /* a method hides fields of its own type: the declaration rejects both */
        }
    }
    Type *u = underlying(t);
    if (u->kind == T_STRUCT) {
        search_struct(s, u, e, next);
    } else if (u->kind == T_INTERFACE) {
        complete_interface(u);
        Obj *m = find_method(s, &u->iface.all_methods);
        if (m) hit(s, m, e, -1);
    }
}

/* Types that occur several times at a level are kept once, marked. */
static void consolidate(Level *level) {
    int n = 0;
    for (int i = 0; i < level->n; i++) {
        int j = 0;
        while (j < n && !identical(level->v[j].type, level->v[i].type)) j++;
        if (j < n)
            level->v[j].multiples = true;
        else
            level->v[n++] = level->v[i];
    }
    level->n = n;
}

bool has_ptr_recv(Obj *m) {
    if (m->type && m->type->kind == T_FUNC && m->type->func.recv) {
        bool ptr;
        deref(m->type->func.recv->type, &ptr);
        return ptr;
    }
    return m->ptr_recv;
}

static Lookup result_of(const Search *s, bool addressable) {
    Lookup r = {0};
    if (s->collision) {
        r.ambiguous = true;
        return r;
    }
    bool is_method = s->field < 0;
    if (is_method && has_ptr_recv(s->found) && !s->at.indirect && !addressable) {
        r.ptr_recv = true;
        return r;
    }
    r.obj = s->found;
    r.indirect = s->at.indirect;
    r.path = is_method ? s->at.path : extend(s->at.path, s->at.npath, s->field);
    r.npath = s->at.npath + !is_method;
    return r;
}

static Lookup search_all(Type *t, bool addressable, Search *s) {
    Lookup none = {0};
    if (strcmp(s->name, "_") == 0) return none;
    bool ptr;
    Type *base = deref(t, &ptr);
    if (ptr && is_interface(base)) return none;
    Embedded top = {base, NULL, 0, ptr, false};
    Level level = {0};
    push(&level, top);
    TypeList seen = {0};
    while (level.n > 0) {
        Level next = {0};
        for (int i = 0; i < level.n && !s->collision; i++)
            search_type(s, &level.v[i], &seen, &next);
        if (s->found || s->collision) return result_of(s, addressable);
        consolidate(&next);
        level = next;
    }
    return none;
}

Lookup lookup_field_or_method(Type *t, bool addressable, const Package *pkg, const char *name) {
    Search s = {.pkg = pkg, .name = name};
    Type *u = t->kind == T_NAMED ? underlying(t) : NULL;
    if (u && u->kind == T_POINTER) { /* a defined pointer type has fields but no methods */
        Lookup r = search_all(u, false, &s);
        return r.obj && r.obj->kind == OBJ_FUNC ? (Lookup){0} : r;
    }
    return search_all(t, addressable, &s);
}

Lookup lookup_fold_case(Type *t, const Package *pkg, const char *name) {
    Search s = {.pkg = pkg, .name = name, .fold_case = true};
    return search_all(t, false, &s);
}

static Lookup lookup_plain(Type *t, const Package *pkg, const char *name) {
    Search s = {.pkg = pkg, .name = name};
    return search_all(t, false, &s);
}

/* --- method sets --- */

/* Exported names first, then by name, unexported ones by package path too. */
static int compare_methods(const Obj *a, const Obj *b) {
    bool ea = is_exported(a->name), eb = is_exported(b->name);
    if (ea != eb) return ea ? -1 : 1;
    int c = strcmp(a->name, b->name);
    if (c != 0 || ea || !a->pkg || !b->pkg) return c;
    return strcmp(a->pkg->path, b->pkg->path);
}

static int compare_method_ptrs(const void *a, const void *b) {
    return compare_methods(*(Obj *const *)a, *(Obj *const *)b);
}

static int compare_entries(const void *a, const void *b) {
    return compare_methods(((const MethodEntry *)a)->method, ((const MethodEntry *)b)->method);
}

void sort_methods(ObjList *list) {
    if (list->n > 1) qsort(list->v, (size_t)list->n, sizeof *list->v, compare_method_ptrs);
}

/* Every method of t and of what it embeds, whatever hides it. */
static void gather(Type *t, TypeList *seen, ObjList *out) {
    t = deref(t, NULL);
    if (t->kind == T_NAMED) {
        for (int i = 0; i < seen->n; i++)
            if (seen->v[i] == t) return;
        push(seen, t);
        for (int i = 0; i < t->named.methods.n; i++) push(out, t->named.methods.v[i]);
    }
    Type *u = underlying(t);
    if (u->kind == T_INTERFACE) {
        complete_interface(u);
        for (int i = 0; i < u->iface.all_methods.n; i++) push(out, u->iface.all_methods.v[i]);
    } else if (u->kind == T_STRUCT) {
        for (int i = 0; i < u->struct_.fields.n; i++)
            if (u->struct_.fields.v[i]->embedded) gather(u->struct_.fields.v[i]->type, seen, out);
    }
}

static MethodSet *build_method_set(Type *t) {
    MethodSet *set = new_(MethodSet);
    if (t->kind == T_NAMED && underlying(t)->kind == T_POINTER) return set;
    ObjList all = {0};
    TypeList seen = {0};
    gather(t, &seen, &all);
    sort_methods(&all);
    for (int i = 0; i < all.n; i++) {
        if (i > 0 && compare_methods(all.v[i - 1], all.v[i]) == 0) continue;
        Lookup l = lookup_plain(t, all.v[i]->pkg, all.v[i]->name);
        if (!l.obj || l.obj->kind != OBJ_FUNC) continue;
        MethodEntry e = {l.obj, l.path, l.npath, l.indirect};
        push(set, e);
    }
    if (set->n > 1) qsort(set->v, (size_t)set->n, sizeof *set->v, compare_entries);
    return set;
}

static Map method_sets; /* Type -> MethodSet */

void method_sets_reset(void) {
    method_sets = (Map){0};
}

MethodSet *method_set(Type *t) {
    MethodSet *set = map_get(&method_sets, t);
    if (set) return set;
    set = build_method_set(t);
    if (!the_checker) map_put(&method_sets, t, set); /* types may still change while checking */
    return set;
}

/* --- missing methods --- */

static Obj *missing_of_interface(Type *v, Type *iface, bool is_static, Obj **alt) {
    complete_interface(v);
    for (int i = 0; i < iface->iface.all_methods.n; i++) {
        Obj *m = iface->iface.all_methods.v[i];
        Search s = {.pkg = m->pkg, .name = m->name};
        Obj *f = find_method(&s, &v->iface.all_methods);
        if (!f && !is_static) continue;
        if (!f) return m;
        if (!identical(f->type, m->type)) {
            *alt = f;
            return m;
        }
    }
    return NULL;
}

/* What v has in place of method m; *exact: under the very name and in its method set. */
static Obj *method_for(Type *v, const Obj *m, bool *exact) {
    Lookup l = lookup_plain(v, m->pkg, m->name);
    *exact = l.obj != NULL;
    if (!l.obj) l = lookup_plain(new_pointer(v), m->pkg, m->name);
    if (!l.obj) l = lookup_fold_case(v, m->pkg, m->name);
    return l.obj && l.obj->kind == OBJ_FUNC ? l.obj : NULL;
}

Obj *find_missing_method(Type *v, Type *t, bool is_static, Obj **alt) {
    *alt = NULL;
    Type *iface = underlying(t), *u = underlying(v);
    if (iface->kind != T_INTERFACE) return NULL;
    complete_interface(iface);
    if (u->kind == T_INTERFACE) return missing_of_interface(u, iface, is_static, alt);
    for (int i = 0; i < iface->iface.all_methods.n; i++) {
        Obj *m = iface->iface.all_methods.v[i];
        bool exact;
        Obj *f = method_for(v, m, &exact);
        if (!f) return m;
        if (!f->type && the_checker) check_obj(the_checker, f, NULL);
        if (!exact || !identical(f->type, m->type)) {
            *alt = f;
            return m;
        }
    }
    return NULL;
}

Obj *missing_method(Type *t, Type *iface, bool *wrong_type, bool *ptr_recv) {
    Obj *alt;
    Obj *m = find_missing_method(t, iface, true, &alt);
    bool same_name = m && alt && alt->name == m->name;
    if (wrong_type) *wrong_type = same_name && !identical(alt->type, m->type);
    if (ptr_recv) *ptr_recv = same_name && identical(alt->type, m->type);
    return m;
}

static char *interface_ptr_error(Checker *c, Type *t) {
    return xprintf("type %s is pointer to interface, not interface", tstr(c, t));
}

char *missing_method_reason(Checker *c, Type *v, Type *t, Obj *m, Obj *alt) {
    if (alt && alt->name != m->name)
        return xprintf("(missing %s method)\n\t\thave %s\n\t\twant %s", m->name, func_str(c, alt),
                       func_str(c, m));
    if (alt && identical(m->type, alt->type))
        return xprintf("(%s method has pointer receiver)", m->name);
    if (alt)
        return xprintf("(wrong type for %s method)\n\t\thave %s\n\t\twant %s", m->name,
                       func_str(c, alt), func_str(c, m));
    if (is_interface_ptr(v)) return xprintf("(%s)", interface_ptr_error(c, v));
    if (is_interface_ptr(t)) return xprintf("(%s)", interface_ptr_error(c, t));
    return xprintf("(missing %s method)", m->name);
}

char *implements_why(Checker *c, Type *v, Type *t) {
    Type *vu = underlying(v), *tu = underlying(t);
    if (!valid(vu) || !valid(tu)) return NULL;
    if (vu->kind == T_POINTER && !valid(underlying(vu->pointer.elem))) return NULL;
    char *vs = tstr(c, v), *ts = tstr(c, t);
    if (tu->kind != T_INTERFACE) {
        char *cause = is_interface_ptr(tu) ? interface_ptr_error(c, t)
                                           : xprintf("%s is not an interface", ts);
        return xprintf("%s does not implement %s (%s)", vs, ts, cause);
    }
    complete_interface(tu);
    Obj *alt, *m = find_missing_method(v, tu, true, &alt);
    if (m)
        return xprintf("%s does not implement %s %s", vs, ts,
                       missing_method_reason(c, v, t, m, alt));
    if (tu->iface.comparable_ && !comparable(v))
        return xprintf("%s does not implement comparable", vs);
    return NULL;
}

Obj *assertable_to(Type *v, Type *t, Obj **alt) {
    *alt = NULL;
    return is_interface(t) ? NULL : find_missing_method(t, v, false, alt);
}
