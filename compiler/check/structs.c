/* structs.c - struct and interface types: fields, embedding, and the methods of an interface.
 *
 * An interface is first collected (its own methods and what it embeds), then completed: the methods
 * of all that it embeds are brought together and sorted. Completion is delayed, but happens
 * earlier if somebody asks; an interface that is not collected yet has no methods.
 */
#include "check/generic.h"

#include <stdlib.h>

/* --- structs --- */

/* T, *T, p.T, *p.T, T[A]: the name that the embedded field gets; NULL for anything else. */
static Node *embedded_ident(Node *e) {
    if (!e) return NULL;
    switch (e->kind) {
    case N_IDENT: return e;
    case N_STAR: return e->unary.x->kind == N_STAR ? NULL : embedded_ident(e->unary.x);
    case N_SELECTOR: return e->selector.name;
    case N_INDEX: return embedded_ident(e->index.x);
    default: return NULL;
    }
}

static void check_embedded(Checker *c, void *arg) {
    Obj *f = arg;
    bool ptr;
    Type *t = deref(f->type, &ptr);
    if (!valid(t)) return;
    switch (underlying(t)->kind) {
    case T_UNSAFEPTR: err_at(c, f->pos, "embedded field type cannot be unsafe.Pointer"); break;
    case T_POINTER: err_at(c, f->pos, "embedded field type cannot be a pointer"); break;
    case T_INTERFACE:
        if (is_tparam(t)) {
            err_at(c, f->pos, "embedded field type cannot be a (pointer to a) type parameter");
            break;
        }
        if (ptr) err_at(c, f->pos, "embedded field type cannot be a pointer to an interface");
        break;
    default: break;
    }
}

static void add_field(Checker *c, Type *st, Map *names, Obj *f, Str tag) {
    Obj *other = strcmp(f->name, "_") == 0 ? NULL : map_get(names, f->name);
    if (other) {
        report_redeclared(c, f->pos, xprintf("%s redeclared", f->name), other);
        return;
    }
    map_put(names, f->name, f);
    f->index = st->struct_.fields.n;
    push(&st->struct_.fields, f);
    push(&st->struct_.tags, tag);
}

static Str field_tag(Node *tag) {
    if (!tag || tag->kind != N_BASICLIT) return (Str){NULL, 0};
    Const *v = const_from_literal(LIT_STRING, tag->lit.text);
    return v ? const_string_val(v) : (Str){NULL, 0};
}

static Obj *embedded_field(Checker *c, Node *field, Type *t) {
    Node *typ = field->field.typ, *ident = embedded_ident(typ);
    Pos pos = typ ? start_pos(typ) : field->pos;
    if (!ident && typ) {
        err_at(c, pos, "invalid syntax tree: invalid embedded field type %s", expr_str(typ));
        t = types_basic[T_INVALID];
    }
    Obj *f = new_obj(c, OBJ_VAR, pos, ident ? ident->ident.name : intern("_"), t);
    f->embedded = true;
    if (ident) later(c, check_embedded, f);
    return f;
}

void check_struct_type(Checker *c, Type *st, Node *e) {
    Map names = {0};
    Type *t = NULL, *whole = new_struct(); /* st gets its fields all at once */
    Node *prev = NULL;
    for (int i = 0; i < e->structtype.fields.n; i++) {
        Node *field = e->structtype.fields.v[i], *name = field->field.name;
        if (!field->field.typ || field->field.typ != prev) {
            t = check_var_type(c, field->field.typ);
            prev = field->field.typ;
        }
        Obj *f = name ? new_obj(c, OBJ_VAR, name->pos, name->ident.name, t)
                      : embedded_field(c, field, t);
        f->is_field = true;
        f->decl = field;
        if (name) name->ident.obj = f;
        add_field(c, whole, &names, f, field_tag(field->field.tag));
    }
    st->struct_.fields = whole->struct_.fields;
    memcpy(&st->struct_.tags, &whole->struct_.tags, sizeof st->struct_.tags);
}

/* --- interfaces: collecting --- */

enum { MAX_TERMS = 100 };

static void flatten_union(Node *e, NodeList *out) {
    while (e->kind == N_BINARY && e->op == OP_OR) {
        push(out, e->binary.y);
        e = e->binary.x;
    }
    push(out, e);
    for (int i = 0, j = out->n - 1; i < j; i++, j--) {
        Node *n = out->v[i];
        out->v[i] = out->v[j];
        out->v[j] = n;
    }
}

static Term check_term(Checker *c, Node *e) {
    bool tilde = e->kind == N_UNARY && e->op == OP_TILDE;
    Type *t = check_type(c, tilde ? e->unary.x : e);
    if (is_tparam(t)) {
        if (tilde)
            err_node(c, e->unary.x, "type in term %s cannot be a type parameter", expr_str(e));
        else
            err_node(c, e, "term cannot be a type parameter");
        t = types_basic[T_INVALID];
    }
    return (Term){tilde, t};
}

typedef struct UnionAt {
    TermList terms;
    NodeList nodes;
} UnionAt;

/* Go names packages here, this one too. */
static char *term_str(Term t) {
    return xprintf("%s%s", t.tilde ? "~" : "", type_str(t.type, NULL));
}

static void check_interface_term(Checker *c, Term t, Node *e) {
    Type *iface = underlying(t.type);
    complete_interface(iface);
    char *s = term_str(t);
    if (iface->iface.all_methods.n)
        err_node(c, e, "cannot use %s in union (%s contains methods)", s, s);
    else if (t.type == type_comparable)
        err_node(c, e, "cannot use comparable in union");
    else if (iface->iface.comparable_)
        err_node(c, e, "cannot use %s in union (%s embeds comparable)", s, s);
}

/* Delayed: terms must make sense, and be disjoint. */
static void check_terms(Checker *c, void *arg) {
    UnionAt *u = arg;
    for (int i = 0; i < u->terms.n; i++) {
        Term t = u->terms.v[i];
        Node *e = u->nodes.v[i];
        if (!valid(t.type)) continue;
        Type *under = underlying(t.type);
        bool iface = under->kind == T_INTERFACE;
        if (t.tilde && iface) {
            err_node(c, e, "invalid use of ~ (%s is an interface)", tstr(c, t.type));
            continue;
        }
        if (t.tilde && !identical(under, t.type)) {
            err_node(c, e, "invalid use of ~ (underlying type of %s is %s)", tstr(c, t.type),
                     tstr(c, under));
            continue;
        }
        if (iface) {
            check_interface_term(c, t, e);
            continue;
        }
        for (int j = 0; j < i; j++) {
            if (is_interface(u->terms.v[j].type) || terms_disjoint(u->terms.v[j], t)) continue;
            err_node(c, e, "overlapping terms %s and %s", term_str(t), term_str(u->terms.v[j]));
            break;
        }
    }
}

Type *check_union(Checker *c, Node *e) {
    UnionAt *u = new_(UnionAt);
    flatten_union(e, &u->nodes);
    bool too_many = false;
    for (int i = 0; i < u->nodes.n; i++) {
        Term t = check_term(c, u->nodes.v[i]);
        if (u->nodes.n == 1 && !t.tilde) return t.type;
        if (u->terms.n < MAX_TERMS) {
            push(&u->terms, t);
            continue;
        }
        if (!too_many)
            err_node(c, u->nodes.v[i],
                     "cannot handle more than %d union terms (implementation limitation)",
                     MAX_TERMS);
        too_many = true;
    }
    Type *t = too_many ? types_basic[T_INVALID] : new_union(u->terms);
    if (!too_many) later(c, check_terms, u);
    e->mode = MODE_TYPE;
    e->type = t;
    return t;
}

static void add_embedded(Checker *c, Type *iface, Node *e) {
    if (!e) return;
    push(&iface->iface.embedded, check_union(c, e));
    push(&iface->iface.embed_pos, start_pos(e));
}

static void add_method(Checker *c, Type *iface, Node *field, Type *def) {
    Node *name = field->field.name;
    if (strcmp(name->ident.name, "_") == 0) {
        err_node(c, name, "methods must have a unique non-blank name");
        return;
    }
    Type *sig = check_type(c, field->field.typ);
    if (sig->kind != T_FUNC) return;
    Obj *recv = new_obj(c, OBJ_VAR, name->pos, intern(""), def ? def : iface);
    recv->is_param = true;
    sig->func.recv = recv;
    Obj *m = new_obj(c, OBJ_FUNC, name->pos, name->ident.name, sig);
    m->decl = field;
    name->ident.obj = m;
    push(&iface->iface.methods, m);
}

static void complete_now(Checker *c, void *arg) {
    (void)c;
    complete_interface(arg);
}

void later_complete(Checker *c, Type *iface) {
    later(c, complete_now, iface);
}

void check_interface_type(Checker *c, Type *iface, Node *e, Type *def) {
    if (c->env.ifaces++ == 0) push(&c->ifaces, ((Sized){iface, e}));
    for (int i = 0; i < e->interfacetype.elems.n; i++) {
        Node *field = e->interfacetype.elems.v[i];
        if (field->field.name)
            add_method(c, iface, field, def);
        else
            add_embedded(c, iface, field->field.typ);
    }
    c->env.ifaces--;
    sort_methods(&iface->iface.methods);
    iface->iface.collected = true;
    later_complete(c, iface);
}

/* --- anonymous interfaces whose methods lead back to them --- */

enum { GOING, FREE };

typedef struct Cycles {
    Map state; /* INTERFACE -> 1 + GOING or FREE */
} Cycles;

static bool reaches_itself(Cycles *k, Type *t);

static bool objs_reach(Cycles *k, const ObjList *l) {
    for (int i = 0; i < l->n; i++)
        if (reaches_itself(k, l->v[i]->type)) return true;
    return false;
}

static bool methods_reach(Cycles *k, Type *iface) {
    complete_interface(iface);
    return objs_reach(k, &iface->iface.all_methods);
}

static bool reaches_itself(Cycles *k, Type *t) {
    if (!t) return false;
    switch (t->kind) {
    case T_POINTER: return reaches_itself(k, t->pointer.elem);
    case T_ARRAY: return reaches_itself(k, t->array.elem);
    case T_SLICE: return reaches_itself(k, t->slice.elem);
    case T_CHAN: return reaches_itself(k, t->chan.elem);
    case T_MAP: return reaches_itself(k, t->map.key) || reaches_itself(k, t->map.elem);
    case T_STRUCT: return objs_reach(k, &t->struct_.fields);
    case T_FUNC: return objs_reach(k, &t->func.params) || objs_reach(k, &t->func.results);
    case T_INTERFACE: break;
    default: return false; /* a name ends it */
    }
    if (t->iface.methods.n == 0 && t->iface.embedded.n == 0) return false;
    intptr_t state = (intptr_t)map_get(&k->state, t);
    if (state) return state - 1 == GOING;
    map_put(&k->state, t, (void *)(intptr_t)(1 + GOING));
    bool cycle = methods_reach(k, t);
    if (!cycle) map_put(&k->state, t, (void *)(intptr_t)(1 + FREE));
    return cycle;
}

static int by_position(const void *a, const void *b) {
    return pos_cmp(((const Sized *)a)->node->pos, ((const Sized *)b)->node->pos);
}

void check_anonymous_cycles(Checker *c) {
    Cycles k = {0};
    if (c->ifaces.n > 1) qsort(c->ifaces.v, (size_t)c->ifaces.n, sizeof *c->ifaces.v, by_position);
    for (int i = 0; i < c->ifaces.n; i++) {
        if (!methods_reach(&k, c->ifaces.v[i].type)) continue;
        err_node(c, c->ifaces.v[i].node,
                 "invalid recursive type: anonymous interface refers to itself (see "
                 "https://go.dev/issue/56103)");
        for (int j = 0; j < k.state.n; j++) k.state.vals[j] = (void *)(intptr_t)(1 + FREE);
    }
}
