/* structs.c - struct and interface types: fields, embedding, and the methods of an interface.
 *
 * An interface is first collected (its own methods and what it embeds), then completed: the methods
 * of all that it embeds are brought together and sorted. Completion is delayed, but happens
 * earlier if somebody asks; an interface that is not collected yet has no methods.
 */
#include "check/decls.h"

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
        err_at(c, pos, "invalid embedded field type %s", expr_str(typ));
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

/* The terms of a constraint A | ~B: their names are resolved, their meaning waits for type
 * parameters. */
static void check_terms(Checker *c, Node *e) {
    if (e->kind == N_BINARY && e->op == OP_OR) {
        check_terms(c, e->binary.x);
        check_terms(c, e->binary.y);
    } else if (e->kind == N_UNARY && e->op == OP_TILDE) {
        check_type(c, e->unary.x);
    } else {
        check_type(c, e);
    }
}

static void add_embedded(Checker *c, Type *iface, Node *e) {
    if (!e) return;
    if ((e->kind == N_BINARY && e->op == OP_OR) || (e->kind == N_UNARY && e->op == OP_TILDE)) {
        check_terms(c, e);
        iface->iface.constraint = true;
        return;
    }
    push(&iface->iface.embedded, check_type(c, e));
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

static void complete_later(Checker *c, void *arg) {
    (void)c;
    complete_interface(arg);
}

void check_interface_type(Checker *c, Type *iface, Node *e, Type *def) {
    for (int i = 0; i < e->interfacetype.elems.n; i++) {
        Node *field = e->interfacetype.elems.v[i];
        if (field->field.name)
            add_method(c, iface, field, def);
        else
            add_embedded(c, iface, field->field.typ);
    }
    sort_methods(&iface->iface.methods);
    iface->iface.collected = true;
    later(c, complete_later, iface);
}

/* --- interfaces: completing --- */

typedef struct Duplicate {
    Pos pos, other_pos;
    const Obj *m, *other;
} Duplicate;

static void report_duplicate(Checker *c, const Duplicate *d) {
    err_at(c, d->pos, "duplicate method %s\n\t%s: other declaration of %s", d->m->name,
           pos_str(d->other_pos), d->m->name);
}

/* Delayed: the same method may come in twice by embedding if its type is the same. */
static void check_duplicate(Checker *c, void *arg) {
    Duplicate *d = arg;
    if (!identical(d->m->type, d->other->type)) report_duplicate(c, d);
}

typedef struct Completion {
    ObjList methods;
    VEC(Pos) pos; /* parallel: where each came from */
} Completion;

static void complete_method(Completion *all, Obj *m, Pos pos, bool explicit) {
    for (int i = 0; i < all->methods.n; i++) {
        Obj *o = all->methods.v[i];
        if (!same_id(o->pkg, o->name, m->pkg, m->name)) continue;
        if (o == m || !the_checker) return;
        Duplicate *d = new_(Duplicate);
        *d = (Duplicate){pos, all->pos.v[i], m, o};
        if (explicit)
            report_duplicate(the_checker, d);
        else
            later(the_checker, check_duplicate, d);
        return;
    }
    push(&all->methods, m);
    push(&all->pos, pos);
}

static void complete_embedded(Completion *all, Type *iface, int i) {
    Type *u = underlying(iface->iface.embedded.v[i]);
    if (u->kind != T_INTERFACE) {
        if (valid(u)) iface->iface.constraint = true;
        return;
    }
    complete_interface(u);
    for (int j = 0; j < u->iface.all_methods.n; j++)
        complete_method(all, u->iface.all_methods.v[j], iface->iface.embed_pos.v[i], false);
    if (u->iface.comparable_) iface->iface.comparable_ = true;
    if (u->iface.constraint) iface->iface.constraint = true;
}

void complete_interface(Type *iface) {
    if (iface->complete || !iface->iface.collected) return;
    iface->complete = true; /* a cycle of embedding, reported elsewhere, ends here */
    Completion all = {0};
    for (int i = 0; i < iface->iface.methods.n; i++)
        complete_method(&all, iface->iface.methods.v[i], iface->iface.methods.v[i]->pos, true);
    for (int i = 0; i < iface->iface.embedded.n; i++) complete_embedded(&all, iface, i);
    sort_methods(&all.methods);
    iface->iface.all_methods = all.methods;
}
