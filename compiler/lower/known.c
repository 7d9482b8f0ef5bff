/* known.c - which function a call enters.
 *
 * A declared function or method that is named, a literal that is called where it stands, or a local variable
 * that is never assigned again and began as one of these. Which variables those are the checker has noted
 * (Obj.reassigned, Obj.addrtaken); what they began with is collected here from the bodies. The notes are
 * made once for each tree, when its package is lowered and when a tree has been copied.
 */
#include "lower/known.h"

static Map initial; /* variable -> Node */
static Map uses;    /* variable -> count, as a pointer */

static void note_names(const NodeList *names, const NodeList *values) {
    if (values->n != names->n) return;
    for (int i = 0; i < names->n; i++) {
        Node *id = unparen(names->v[i]);
        if (id->kind == N_IDENT && id->ident.obj && pos_cmp(id->ident.obj->pos, id->pos) == 0)
            map_put(&initial, id->ident.obj, values->v[i]);
    }
}

static bool is_local(const Obj *o) {
    return o && o->kind == OBJ_VAR && !o->is_global && !o->is_field;
}

int known_uses(const Obj *var) {
    return (int)(intptr_t)map_get(&uses, var);
}

static void note(Node *n, void *ctx) {
    if (n->kind == N_ASSIGN && n->assign.define) note_names(&n->assign.lhs, &n->assign.rhs);
    if (n->kind == N_VAR) note_names(&n->var.names, &n->var.values);
    if (n->kind == N_IDENT && is_local(n->ident.obj) && pos_cmp(n->ident.obj->pos, n->pos) != 0)
        map_put(&uses, n->ident.obj, (void *)(intptr_t)(known_uses(n->ident.obj) + 1));
    walk_children(n, note, ctx);
}

void known_note(Node *n) {
    note(n, NULL);
}

void known_param(Obj *param, Node *arg) {
    map_put(&initial, param, arg);
}

Node *known_value(Node *x) {
    x = unparen(x);
    while (x->kind == N_IDENT && !x->conv && is_local(x->ident.obj)) {
        Obj *o = x->ident.obj;
        Node *v = o->reassigned || o->addrtaken ? NULL : map_get(&initial, o);
        if (!v) break;
        x = unparen(v);
    }
    return x;
}

static Func *declared(Obj *o) {
    return o && o->kind == OBJ_FUNC ? o->func : NULL;
}

Func *known_callee(Node *fun, Node **lit) {
    *lit = NULL;
    fun = known_value(fun);
    switch (fun->kind) {
    case N_IDENT: return declared(fun->ident.obj);
    case N_FUNCLIT: *lit = fun; return fun->funclit.func;
    case N_SELECTOR: {
        Selection *s = fun->selector.sel;
        if (!s) return declared(fun->selector.name->ident.obj);
        return s->kind == SEL_METHOD ? declared(s->obj) : NULL;
    }
    default: return NULL;
    }
}
