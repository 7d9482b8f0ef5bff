/* index.c - index and slice expressions, and the indices themselves. */
#include "check/generic.h"

/* The single index of e, or NULL after an error. */
static Node *single_index(Checker *c, Node *e) {
    NodeList l = e->index.index;
    if (l.n == 0 || !l.v[0]) return NULL;
    if (l.n > 1) err_node(c, l.v[1], "invalid operation: more than one index");
    return l.v[0];
}

static int64_t const_string_len(const Operand *x) {
    if (x->mode != MODE_CONST || !x->cval || const_kind(x->cval) != CONST_STRING) return -1;
    return (int64_t)const_string_val(x->cval).n;
}

static void check_map_index(Checker *c, Operand *x, Node *e, Type *key_type, Type *elem) {
    Node *index = single_index(c, e);
    if (!index) {
        x->mode = MODE_INVALID;
        return;
    }
    Operand key = {0};
    check_generic_expr(c, &key, index, NULL);
    assignment(c, &key, key_type, "map index");
    /* The element's type is known even if the key is wrong. */
    x->mode = MODE_MAPINDEX;
    x->type = elem;
    x->expr = e;
}

/* What indexing a value gives: key is set for maps only. */
typedef struct Element {
    Type *key, *elem;
    int64_t length; /* known and to be checked, or -1 */
    Mode mode;
} Element;

/* The elements of an x whose underlying type is u; false if it has none. */
static bool element_of(const Operand *x, Type *u, Element *out) {
    *out = (Element){.length = -1, .mode = MODE_VAR};
    if (is_string(u)) {
        *out = (Element){.length = const_string_len(x), .mode = MODE_VALUE, .elem = type_byte};
        return true;
    }
    switch (u->kind) {
    case T_POINTER: {
        Type *a = underlying(u->pointer.elem);
        if (a->kind != T_ARRAY) return false;
        out->length = a->array.len;
        out->elem = a->array.elem;
        return true;
    }
    case T_ARRAY:
        out->length = u->array.len;
        out->elem = u->array.elem;
        if (x->mode != MODE_VAR) out->mode = MODE_VALUE;
        return true;
    case T_SLICE: out->elem = u->slice.elem; return true;
    case T_MAP:
        out->key = u->map.key;
        out->elem = u->map.elem;
        return true;
    default: return false;
    }
}

/* The same for a type parameter: all types of its set have the same elements. */
static bool common_element(const Operand *x, Element *out) {
    TypePairs set = typeset(x->type);
    for (int i = 0; i < set.n; i++) {
        Element e;
        if (!set.v[i].u || !element_of(x, set.v[i].u, &e)) return false;
        if (i == 0) {
            *out = e;
            continue;
        }
        if (!identical(out->elem, e.elem) || !out->key != !e.key) return false;
        if (e.key && !identical(out->key, e.key)) return false;
        if (e.mode == MODE_VALUE) out->mode = MODE_VALUE;
        if (e.length >= 0 && (out->length < 0 || e.length < out->length)) out->length = e.length;
    }
    return true;
}

static bool indexable_now(Checker *c, Type *t) {
    if (!is_complete(c, t) || !points_to_complete(c, t)) return false;
    Type *u = underlying(t);
    return u->kind != T_MAP || is_complete(c, u->map.elem);
}

/* True if x is a generic function that e instantiates. */
bool check_index_expr(Checker *c, Operand *x, Node *e) {
    check_generic_or_type(c, x, e->index.x);
    if (x->mode == MODE_INVALID) {
        use_exprs(c, e->index.index);
        return false;
    }
    if (x->mode == MODE_TYPE) {
        x->type = check_var_type(c, e);
        if (!valid(x->type)) x->mode = MODE_INVALID;
        return false;
    }
    if (x->mode == MODE_VALUE && is_generic_func(x->type)) return true;
    if (x->mode != MODE_BUILTIN && !indexable_now(c, x->type)) {
        x->mode = MODE_INVALID;
        return false;
    }
    Element el;
    bool known = x->mode != MODE_BUILTIN && valid(underlying(x->type));
    bool ok = known && (is_tparam(x->type) ? common_element(x, &el)
                                           : element_of(x, underlying(x->type), &el));
    if (!ok) {
        if (x->mode == MODE_BUILTIN || known)
            err_at(c, e->pos, "cannot index %s", operand_str(c, x));
        use_exprs(c, e->index.index);
        x->mode = MODE_INVALID;
        return false;
    }
    if (el.key) {
        check_map_index(c, x, e, el.key, el.elem);
        return false;
    }
    Node *index = single_index(c, e);
    if (!index) {
        x->mode = MODE_INVALID;
        return false;
    }
    x->mode = el.mode;
    x->cval = NULL;
    x->type = el.elem ? el.elem : types_basic[T_INVALID];
    int64_t v;
    check_index(c, index, el.length, &v);
    return false;
}

bool valid_index(Checker *c, Operand *x, const char *what, bool allow_negative) {
    if (x->mode == MODE_INVALID) return false;
    convert_untyped(c, x, types_basic[T_INT]);
    if (x->mode == MODE_INVALID) return false;
    char *problem = NULL;
    if (!all_integer(x->type)) {
        problem = "must be integer";
    } else if (x->mode == MODE_CONST && x->cval) {
        Const *v = x->cval;
        if (!allow_negative && const_sign(x->cval) < 0)
            problem = "must not be negative";
        else if (!representable_const(x->cval, types_basic[T_INT], &v))
            problem = "overflows int";
        else
            x->cval = v;
    }
    if (problem) err_operand(c, x, "invalid argument: %s %s %s", what, operand_str(c, x), problem);
    return !problem;
}

Type *check_index(Checker *c, Node *index, int64_t max, int64_t *val) {
    *val = -1;
    Operand x = {0};
    check_expr(c, &x, index, NULL);
    if (!valid_index(c, &x, "index", false)) return types_basic[T_INVALID];
    if (x.mode != MODE_CONST) return x.type;
    int64_t v;
    if (!x.cval || !const_to_i64(x.cval, &v)) return types_basic[T_INVALID];
    if (max >= 0 && v >= max) {
        err_operand(c, &x, "invalid argument: index %s out of bounds [0:%lld]", const_str(x.cval),
                    (long long)max);
        return types_basic[T_INVALID];
    }
    *val = v;
    return x.type;
}

/* --- slices --- */

static bool cannot_slice(Checker *c, Operand *x, const char *why) {
    if (valid(underlying(x->type))) err_operand(c, x, "cannot slice %s%s", operand_str(c, x), why);
    x->mode = MODE_INVALID;
    return false;
}

/* The underlying type that x has as something to slice: strings count as slices of bytes unless
 * there are only strings. NULL after an error. */
static Type *sliceable(Checker *c, Operand *x) {
    if (!is_tparam(x->type)) return underlying(x->type);
    TypePairs set = typeset(x->type);
    Type *ct = NULL, *cu = NULL;
    bool has_string = false;
    for (int i = 0; i < set.n; i++) {
        Type *t = set.v[i].t, *u = set.v[i].u;
        if (!u) {
            cannot_slice(c, x, xprintf(": no specific type in %s", tstr(c, x->type)));
            return NULL;
        }
        if (is_string(u)) {
            u = new_slice(type_byte);
            has_string = true;
        }
        if (!cu) {
            ct = t;
            cu = u;
        } else if (!identical(cu, u)) {
            cannot_slice(
                c, x,
                xprintf(": %s and %s have different underlying types", tstr(c, ct), tstr(c, t)));
            return NULL;
        }
    }
    return has_string ? types_basic[T_STRING] : cu;
}

/* Turns x into a slice of it and tells the length if it is known; false after an error. */
static bool to_slice(Checker *c, Operand *x, Node *e, int64_t *length) {
    Type *t = sliceable(c, x);
    if (!t) return false;
    if (is_string(t)) {
        if (e->slice.full) {
            err_node(c, e->slice.max ? e->slice.max : e,
                     "invalid operation: 3-index slice of string");
            x->mode = MODE_INVALID;
            return false;
        }
        *length = const_string_len(x);
        if (is_untyped(x->type)) {
            update_type(c, e->slice.x, types_basic[T_STRING], true);
            x->type = types_basic[T_STRING];
        }
    } else if (t->kind == T_ARRAY) {
        *length = t->array.len;
        if (x->mode != MODE_VAR) {
            err_operand(c, x, "cannot slice unaddressable value %s", operand_str(c, x));
            x->mode = MODE_INVALID;
            return false;
        }
        mark_addrtaken(e->slice.x);
        x->type = new_slice(t->array.elem);
    } else if (t->kind == T_POINTER && underlying(t->pointer.elem)->kind == T_ARRAY) {
        Type *a = underlying(t->pointer.elem);
        *length = a->array.len;
        x->type = new_slice(a->array.elem);
    } else if (t->kind != T_SLICE) {
        return cannot_slice(c, x, "");
    }
    x->mode = MODE_VALUE;
    x->cval = NULL;
    return true;
}

void check_slice_expr(Checker *c, Operand *x, Node *e) {
    Node *index[3] = {e->slice.lo, e->slice.hi, e->slice.max};
    check_expr(c, x, e->slice.x, NULL);
    int64_t length = -1;
    if (x->mode != MODE_INVALID && !points_to_complete(c, x->type)) x->mode = MODE_INVALID;
    if (x->mode == MODE_INVALID || !to_slice(c, x, e, &length)) {
        for (int i = 0; i < 3; i++) use_expr(c, index[i]);
        return;
    }
    if (e->slice.full && (!index[1] || !index[2])) { /* the parser has reported it */
        x->mode = MODE_INVALID;
        return;
    }
    int64_t at[3];
    for (int i = 0; i < 3; i++) {
        at[i] = i == 0 && !index[i] ? 0 : index[i] ? -1 : length;
        if (index[i]) check_index(c, index[i], length >= 0 ? length + 1 : -1, &at[i]);
    }
    for (int i = 0; i < 2; i++)
        for (int j = i + 1; j < 3; j++) {
            if (at[i] <= 0 || at[j] < 0 || at[j] >= at[i] || !index[j]) continue;
            err_node(c, index[j], "invalid slice indices: %lld < %lld", (long long)at[j],
                     (long long)at[i]);
            return;
        }
}

/* --- elements of array and slice literals --- */

typedef struct IndexSet { /* indices seen: open addressing on index + 1, 0 is free */
    uint64_t *slot;
    size_t n, cap;
} IndexSet;

static bool index_set_put(IndexSet *s, uint64_t v) {
    size_t i = (size_t)(v * 0x9E3779B97F4A7C15u) & (s->cap - 1);
    for (; s->slot[i]; i = (i + 1) & (s->cap - 1))
        if (s->slot[i] == v) return false;
    s->slot[i] = v;
    s->n++;
    return true;
}

/* Remembers index; false if it was there. */
static bool index_set_add(IndexSet *s, int64_t index) {
    if (s->n * 2 >= s->cap) {
        IndexSet old = *s;
        *s = (IndexSet){.cap = old.cap ? old.cap * 2 : 64};
        s->slot = alloc(s->cap * sizeof *s->slot);
        for (size_t i = 0; i < old.cap; i++)
            if (old.slot[i]) index_set_put(s, old.slot[i]);
    }
    return index_set_put(s, (uint64_t)index + 1);
}

/* Checks the elements against type t; the greatest index + 1. length < 0: unlimited. */
int64_t check_indexed_elements(Checker *c, NodeList elems, Type *t, int64_t length) {
    IndexSet seen = {0};
    int64_t index = 0, max = 0;
    for (int i = 0; i < elems.n; i++) {
        Node *e = elems.v[i], *value = e;
        bool ok = false;
        if (e->kind == N_KEYVALUE) {
            int64_t v;
            if (valid(check_index(c, e->binary.x, length, &v))) {
                ok = v >= 0;
                if (ok)
                    index = v;
                else
                    err_node(c, e, "index %s must be integer constant", expr_str(e->binary.x));
            }
            value = e->binary.y;
        } else if (length >= 0 && index >= length) {
            err_node(c, e, "index %lld is out of bounds (>= %lld)", (long long)index,
                     (long long)length);
        } else {
            ok = true;
        }
        if (ok && !index_set_add(&seen, index))
            err_node(c, e, "duplicate index %lld in array or slice literal", (long long)index);
        if (index < INT64_MAX) index++;
        if (index > max) max = index;

        Operand x = {0};
        check_generic_expr(c, &x, value, t);
        assignment(c, &x, t, "array or slice literal");
    }
    return max;
}
