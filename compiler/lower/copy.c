/* copy.c - copies of checked trees, perhaps with other types: for instances of generic functions and
 * for bodies that are put into another function.
 *
 * A copy is as good as the original for every later pass: nodes, the variables that the tree declares,
 * literals with their variables and captures, selections, and the targets of branches are all new; what
 * is declared outside is shared. Type expressions and the parts of constants are shared too: nobody
 * looks below them. Scopes are left out: no name is looked up any more.
 */
#include "lower/copy.h"

Type *copied_type(Copier *c, Type *t) {
    return t && c->tparams.n ? substitute(t, c->tparams, c->targs) : t;
}

static Obj *copy_obj(Copier *c, Obj *o) {
    if (!o) return NULL;
    Obj *n = map_get(&c->objs, o);
    if (n) return n;
    Func *f = o->kind == OBJ_VAR && o->func ? map_get(&c->funcs, o->func) : NULL;
    if (!f) return o;
    n = new_(Obj);
    *n = *o;
    n->type = copied_type(c, o->type);
    n->func = f;
    n->emit = NULL;
    n->loc = NULL;
    map_put(&c->objs, o, n);
    return n;
}

static ObjList copy_objs(Copier *c, const ObjList *l) {
    ObjList out = {0};
    for (int i = 0; i < l->n; i++) push(&out, copy_obj(c, l->v[i]));
    return out;
}

static TypeList *copy_targs(Copier *c, const TypeList *l) {
    if (!l || !c->tparams.n) return (TypeList *)l;
    TypeList *out = new_(TypeList);
    for (int i = 0; i < l->n; i++) push(out, copied_type(c, l->v[i]));
    return out;
}

static void copy_slot(Node **slot, void *ctx) {
    *slot = copy_tree(ctx, *slot);
}

static void copy_list(NodeList *l, void *ctx) {
    NodeList out = {0};
    for (int i = 0; i < l->n; i++) push(&out, copy_tree(ctx, l->v[i]));
    *l = out;
}

static void copy_notes(Copier *c, Node *n) {
    switch (n->kind) {
    case N_IDENT:
        n->ident.obj = copy_obj(c, n->ident.obj);
        n->ident.targs = copy_targs(c, n->ident.targs);
        break;
    case N_SELECTOR:
        n->selector.name = copy_tree(c, n->selector.name);
        if (n->selector.sel) {
            Selection *s = new_(Selection);
            *s = *n->selector.sel;
            s->recv = copied_type(c, s->recv);
            n->selector.sel = s;
        }
        break;
    case N_BLOCK: n->block.scope = NULL; break;
    case N_IF: n->if_.scope = NULL; break;
    case N_SWITCH: n->switch_.scope = NULL; break;
    case N_TYPESWITCH: n->typeswitch.scope = NULL; break;
    case N_COMM: n->comm.scope = NULL; break;
    case N_FOR: n->for_.scope = NULL; break;
    case N_RANGE: n->range.scope = NULL; break;
    case N_CASE:
        n->case_.scope = NULL;
        n->case_.obj = copy_obj(c, n->case_.obj);
        break;
    case N_BRANCH: push(&c->branches, n); break;
    default: break;
    }
}

static bool is_statement(const Node *n) {
    return n->kind >= N_EMPTY;
}

Node *copy_tree(Copier *c, Node *from) {
    if (!from) return NULL;
    Node *n = new_(Node);
    *n = *from;
    n->type = copied_type(c, from->type);
    n->conv = copied_type(c, from->conv);
    if (is_statement(n)) map_put(&c->stmts, from, n);
    if (n->kind == N_FUNCLIT) {
        Func *outer = map_get(&c->funcs, from->funclit.func->outer);
        if (!outer) outer = c->into;
        Func *f = copy_func(c, from->funclit.func, outer);
        Node *typ = new_(Node);
        *typ = *from->funclit.typ;
        typ->type = f->sig;
        n->funclit.typ = typ;
        n->funclit.func = f;
        n->funclit.body = f->body;
        f->decl = n;
    } else if (n->mode != MODE_TYPE && !(n->cval && n->kind != N_IDENT)) {
        if (n->kind != N_TYPE && n->kind != N_CONST) {
            SlotVisitor v = {copy_slot, copy_list, c};
            visit_slots(n, &v);
        }
        copy_notes(c, n);
    }
    if (c->fix && !is_statement(n)) c->fix(c, n, from);
    return n;
}

void copy_finish(Copier *c) {
    for (int i = 0; i < c->branches.n; i++) {
        Node *b = c->branches.v[i], *target = map_get(&c->stmts, b->branch.target);
        if (target) b->branch.target = target;
    }
    c->branches.n = 0;
}

Func *copy_func(Copier *c, Func *f, Func *outer) {
    Func *n = new_(Func);
    *n = *f;
    map_put(&c->funcs, f, n);
    n->sig = copied_type(c, f->sig);
    n->outer = outer;
    if (f->home && map_get(&c->funcs, f->home)) n->home = map_get(&c->funcs, f->home);
    n->recv = copy_obj(c, f->recv);
    n->params = copy_objs(c, &f->params);
    n->results = copy_objs(c, &f->results);
    n->locals = copy_objs(c, &f->locals);
    n->captures = copy_objs(c, &f->captures);
    n->frame_var = copy_obj(c, f->frame_var);
    memset(&n->lits, 0, sizeof n->lits);
    memset(&n->tparams, 0, sizeof n->tparams);
    n->scope = NULL;
    n->emit = NULL;
    n->esc = NULL;
    n->inl = NULL;
    if (outer) {
        push(&outer->lits, n);
        n->pkg = outer->pkg;
    }
    n->targs = outer ? outer->targs : c->targs;
    n->body = copy_tree(c, f->body);
    return n;
}
