/* lookup.c - fields and methods by name, method sets, and what a type lacks of an interface.
 *
 * A name is searched level by level through embedded fields; the shallowest level that has it wins,
 * and if that level has it twice the selection is ambiguous. A named type met again deeper is
 * shadowed by itself and skipped.
 */
#include "types/questions.h"
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
    if (o->name == s->name && same_id(s->pkg, s->name, o->pkg, o->name)) return true;
    return s->fold_case && strcasecmp(o->name, s->name) == 0;
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
        if (matches(s, f)) {
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
        Type *holder = t->named.orig ? t->named.orig : t;
        Obj *m = find_method(s, &holder->named.methods);
        if (m) {
            hit(s, holder == t ? m : instance_method(t, m), e, -1);
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

static Lookup lookup(Type *t, bool addressable, Search s) {
    Type *u = t->kind == T_NAMED ? underlying(t) : NULL;
    if (u && u->kind == T_POINTER) { /* a defined pointer type has fields but no methods */
        Lookup r = search_all(u, false, &s);
        return r.obj && r.obj->kind == OBJ_FUNC ? (Lookup){0} : r;
    }
    return search_all(t, addressable, &s);
}

Lookup lookup_field_or_method(Type *t, bool addressable, const Package *pkg, const char *name) {
    return lookup(t, addressable, (Search){.pkg = pkg, .name = name});
}

Lookup lookup_fold_case(Type *t, bool addressable, const Package *pkg, const char *name) {
    return lookup(t, addressable, (Search){.pkg = pkg, .name = name, .fold_case = true});
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
        ObjList *methods = type_methods(t);
        for (int i = 0; i < methods->n; i++) push(out, methods->v[i]);
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
        if (l.obj->type->func.tparams.n) continue; /* only instances of it can be called */
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

/* How v fails to have a method. */
typedef enum Lack {
    LACK_NOTHING,
    LACK_METHOD,
    LACK_NAME, /* there is one in another case */
    LACK_EXPORT,
    LACK_TYPE,
    LACK_CLEAR, /* ambiguous */
    LACK_POINTER,
    LACK_FIELD /* a field has that name */
} Lack;

typedef struct Missing {
    Obj *m, *f; /* the method, and what v has for it */
    Lack lack;
} Missing;

static bool plainly_identical(void *arg, Type *x, Type *y) {
    (void)arg;
    return identical(x, y);
}

static Missing missing_of_interface(Type *v, Type *iface, bool is_static, SameTypes *same,
                                    void *arg) {
    complete_interface(v);
    for (int i = 0; i < iface->iface.all_methods.n; i++) {
        Obj *m = iface->iface.all_methods.v[i];
        Search s = {.pkg = m->pkg, .name = m->name};
        Obj *f = find_method(&s, &v->iface.all_methods);
        if (!f && !is_static) continue;
        if (!f) return (Missing){m, NULL, LACK_METHOD};
        if (!same(arg, f->type, m->type)) return (Missing){m, f, LACK_TYPE};
    }
    return (Missing){0};
}

/* What is in the place of a method that v does not have. */
static Missing explain_lack(Type *v, Obj *m, const Lookup *l) {
    if (l->ambiguous) return (Missing){m, NULL, LACK_CLEAR};
    if (l->ptr_recv) return (Missing){m, NULL, LACK_POINTER};
    Search s = {.pkg = m->pkg, .name = m->name, .fold_case = true};
    Lookup fold = search_all(v, false, &s);
    if (!fold.obj || fold.obj->kind != OBJ_FUNC) return (Missing){m, NULL, LACK_METHOD};
    return (Missing){m, fold.obj, fold.obj->name == m->name ? LACK_EXPORT : LACK_NAME};
}

static Missing missing(Type *v, Type *t, bool is_static, SameTypes *same, void *arg) {
    Type *iface = underlying(t), *u = underlying(v);
    if (iface->kind != T_INTERFACE) return (Missing){0};
    complete_interface(iface);
    if (u->kind == T_INTERFACE) return missing_of_interface(u, iface, is_static, same, arg);
    for (int i = 0; i < iface->iface.all_methods.n; i++) {
        Obj *m = iface->iface.all_methods.v[i];
        Lookup l = lookup_plain(v, m->pkg, m->name);
        if (!l.obj) return explain_lack(v, m, &l);
        if (l.obj->kind != OBJ_FUNC) return (Missing){m, NULL, LACK_FIELD};
        Type *ft = method_type(l.obj);
        if (!ft || !same(arg, ft, m->type)) return (Missing){m, l.obj, LACK_TYPE};
    }
    return (Missing){0};
}

Obj *missing_method(Type *t, Type *iface, bool *wrong_type, bool *ptr_recv) {
    Missing m = missing(t, iface, true, plainly_identical, NULL);
    if (wrong_type) *wrong_type = m.lack == LACK_TYPE;
    if (ptr_recv) *ptr_recv = m.lack == LACK_POINTER;
    return m.m;
}

static char *interface_ptr_error(Checker *c, Type *t) {
    Type *u = underlying(t);
    if (is_tparam(u->pointer.elem))
        return xprintf("type %s is pointer to type parameter, not type parameter", tstr(c, t));
    return xprintf("type %s is pointer to interface, not interface", tstr(c, t));
}

static char *wrong_type_reason(Checker *c, const Missing *m) {
    method_type(m->f);
    char *have = func_str(c, m->f), *want = func_str(c, m->m);
    if (strcmp(have, want) == 0) {
        have = func_str_wide(c, m->f);
        want = func_str_wide(c, m->m);
    }
    if (strcmp(have, want) == 0) return xprintf("(wrong type for method %s)", m->m->name);
    return xprintf("(wrong type for method %s)\n\t\thave %s\n\t\twant %s", m->m->name, have, want);
}

static char *missing_reason(Checker *c, Type *v, Type *t, const Missing *m) {
    const char *name = m->m->name;
    switch (m->lack) {
    case LACK_NAME:
        method_type(m->f);
        return xprintf("(missing method %s)\n\t\thave %s\n\t\twant %s", name, func_str(c, m->f),
                       func_str(c, m->m));
    case LACK_EXPORT: return xprintf("(unexported method %s)", name);
    case LACK_TYPE: return wrong_type_reason(c, m);
    case LACK_CLEAR: return xprintf("(ambiguous selector %s.%s)", tstr(c, v), name);
    case LACK_POINTER: return xprintf("(method %s has pointer receiver)", name);
    case LACK_FIELD: return xprintf("(%s.%s is a field, not a method)", tstr(c, v), name);
    default: break;
    }
    if (is_interface_ptr(v)) return xprintf("(%s)", interface_ptr_error(c, v));
    if (is_interface_ptr(t)) return xprintf("(%s)", interface_ptr_error(c, t));
    return xprintf("(missing method %s)", name);
}

/* An embedded field of invalid type may have any method. */
static bool embeds_invalid(Type *t, TypeList *seen) {
    Type *u = underlying(deref_struct_ptr(t));
    if (u->kind != T_STRUCT) return false;
    for (int i = 0; i < seen->n; i++)
        if (seen->v[i] == u) return false;
    push(seen, u);
    for (int i = 0; i < u->struct_.fields.n; i++) {
        Obj *f = u->struct_.fields.v[i];
        if (f->embedded && (!valid(f->type) || embeds_invalid(f->type, seen))) return true;
    }
    return false;
}

bool has_all_methods(Checker *c, Type *v, Type *t, bool is_static, SameTypes *same, void *arg,
                     char **cause) {
    if (!valid(v)) return true;
    Missing m = missing(v, t, is_static, same ? same : plainly_identical, arg);
    TypeList seen = {0};
    if (!m.m || embeds_invalid(v, &seen)) return true;
    if (cause) *cause = missing_reason(c, v, t, &m);
    return false;
}

/* --- implementing an interface, satisfying a constraint --- */

static bool mentioned(Type *t, Type *v) {
    if (t->kind == T_INTERFACE) {
        for (int i = 0; i < t->iface.embedded.n; i++)
            if (mentioned(t->iface.embedded.v[i], v)) return true;
        return false;
    }
    if (t->kind == T_UNION) {
        for (int i = 0; i < t->union_.terms.n; i++)
            if (mentioned(t->union_.terms.v[i].type, v)) return true;
        return false;
    }
    return identical(t, v);
}

static char *terms_str(const TermList *l) {
    Buf b = {0};
    for (int i = 0; i < l->n; i++)
        buf_printf(&b, "%s%s%s", i ? " | " : "", l->v[i].tilde ? "~" : "",
                   type_str(l->v[i].type, NULL));
    return buf_str(&b);
}

/* Why v is not among the terms of the interface ti. */
static char *term_fault(Checker *c, Type *v, Type *t, Type *ti, const char *verb) {
    Type *alt = NULL;
    for (int i = 0; i < ti->iface.terms.n; i++) {
        Term x = ti->iface.terms.v[i];
        if (term_includes(x, v)) return NULL;
        Term loose = {true, x.type};
        if (!alt && !x.tilde && identical(x.type, underlying(x.type)) && term_includes(loose, v))
            alt = x.type;
    }
    char *vs = tstr(c, v), *ts = tstr(c, t), *detail;
    if (alt)
        detail = xprintf("possibly missing ~ for %s in %s", tstr(c, alt), ts);
    else if (mentioned(ti, v))
        detail = xprintf("%s mentions %s, but %s is not in the type set of %s", ts, vs, vs, ts);
    else
        detail = xprintf("%s missing in %s", vs, terms_str(&ti->iface.terms));
    return xprintf("%s does not %s %s (%s)", vs, verb, ts, detail);
}

static char *comparability_fault(Checker *c, Type *v, Type *ti, bool constraint, const char *verb) {
    if (!typeset_comparable(ti) || strictly_comparable(v)) return NULL;
    if (constraint && comparable(v)) {
        if (type_host(c)->allow_version(c, 20)) return NULL;
        return xprintf("%s to %s comparable requires go1.20 or later", tstr(c, v), verb);
    }
    return xprintf("%s does not %s comparable", tstr(c, v), verb);
}

static char *not_an_interface(Checker *c, Type *v, Type *t, Type *tu, const char *verb) {
    char *cause = is_interface_ptr(tu) ? interface_ptr_error(c, t)
                                       : xprintf("%s is not an interface", tstr(c, t));
    return xprintf("%s does not %s %s (%s)", tstr(c, v), verb, tstr(c, t), cause);
}

char *implements_why(Checker *c, Type *v, Type *t, bool constraint) {
    Type *vu = underlying(v), *ti = underlying(t);
    if (!valid(vu) || !valid(ti)) return NULL;
    if (vu->kind == T_POINTER && !valid(underlying(vu->pointer.elem))) return NULL;
    const char *verb = constraint ? "satisfy" : "implement";
    if (ti->kind != T_INTERFACE) return not_an_interface(c, v, t, ti, verb);
    if (is_top_interface(ti)) return NULL;
    bool vi = vu->kind == T_INTERFACE;
    if (vi && has_empty_typeset(vu)) return NULL;
    if (has_empty_typeset(ti)) return xprintf("cannot %s %s (empty type set)", verb, tstr(c, t));
    char *cause;
    if (!has_all_methods(c, v, t, true, NULL, NULL, &cause))
        return xprintf("%s does not %s %s %s", tstr(c, v), verb, tstr(c, t), cause);
    if (ti->iface.has_terms && vi) {
        if (!vu->iface.has_terms || !terms_subset(&vu->iface.terms, &ti->iface.terms))
            return xprintf("%s does not %s %s", tstr(c, v), verb, tstr(c, t));
    } else if (ti->iface.has_terms) {
        cause = term_fault(c, v, t, ti, verb);
        if (cause) return cause;
    }
    return comparability_fault(c, v, ti, constraint, verb);
}

bool assertable_to(Checker *c, Type *v, Type *t, char **cause) {
    return is_interface(t) || has_all_methods(c, t, v, false, NULL, NULL, cause);
}
