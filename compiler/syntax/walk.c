/* walk.c - the children of a node, in source order: for passes that look for something, and for those
 * that put something else into its place. */
#include "syntax/ast.h"

static void each(NodeList *l, const SlotVisitor *v) {
    v->list(l, v->ctx);
}

static void one(Node **slot, const SlotVisitor *v) {
    if (*slot) v->one(slot, v->ctx);
}

static void expr_children(Node *n, const SlotVisitor *v) {
    switch (n->kind) {
    case N_COMPLIT:
        one(&n->complit.typ, v);
        each(&n->complit.elems, v);
        break;
    case N_FUNCLIT:
        one(&n->funclit.typ, v);
        one(&n->funclit.body, v);
        break;
    case N_SELECTOR: one(&n->selector.x, v); break;
    case N_INDEX:
        one(&n->index.x, v);
        each(&n->index.index, v);
        break;
    case N_SLICE:
        one(&n->slice.x, v);
        one(&n->slice.lo, v);
        one(&n->slice.hi, v);
        one(&n->slice.max, v);
        break;
    case N_TYPEASSERT:
        one(&n->assert_.x, v);
        one(&n->assert_.typ, v);
        break;
    case N_CALL:
        one(&n->call.fun, v);
        each(&n->call.args, v);
        break;
    case N_PAREN:
    case N_STAR:
    case N_UNARY:
    case N_ELLIPSIS: one(&n->unary.x, v); break;
    case N_BINARY:
    case N_KEYVALUE:
        one(&n->binary.x, v);
        one(&n->binary.y, v);
        break;
    default: break;
    }
}

static void type_children(Node *n, const SlotVisitor *v) {
    switch (n->kind) {
    case N_ARRAYTYPE: one(&n->arraytype.len, v); /* fall through */
    case N_SLICETYPE: one(&n->arraytype.elem, v); break;
    case N_STRUCTTYPE: each(&n->structtype.fields, v); break;
    case N_FUNCTYPE:
        each(&n->functype.tparams, v);
        each(&n->functype.params, v);
        each(&n->functype.results, v);
        break;
    case N_INTERFACETYPE: each(&n->interfacetype.elems, v); break;
    case N_MAPTYPE:
        one(&n->maptype.key, v);
        one(&n->maptype.val, v);
        break;
    case N_CHANTYPE: one(&n->chantype.elem, v); break;
    case N_FIELD:
        one(&n->field.name, v);
        one(&n->field.typ, v);
        one(&n->field.tag, v);
        break;
    default: break;
    }
}

static void control_children(Node *n, const SlotVisitor *v) {
    switch (n->kind) {
    case N_IF:
        one(&n->if_.init, v);
        one(&n->if_.cond, v);
        one(&n->if_.then, v);
        one(&n->if_.els, v);
        break;
    case N_SWITCH:
        one(&n->switch_.init, v);
        one(&n->switch_.tag, v);
        each(&n->switch_.cases, v);
        break;
    case N_TYPESWITCH:
        one(&n->typeswitch.init, v);
        one(&n->typeswitch.bind, v);
        one(&n->typeswitch.x, v);
        each(&n->typeswitch.cases, v);
        break;
    case N_CASE:
        each(&n->case_.exprs, v);
        each(&n->case_.body, v);
        break;
    case N_SELECT: each(&n->select.cases, v); break;
    case N_COMM:
        one(&n->comm.comm, v);
        each(&n->comm.body, v);
        break;
    case N_FOR:
        one(&n->for_.init, v);
        one(&n->for_.cond, v);
        one(&n->for_.post, v);
        one(&n->for_.body, v);
        break;
    case N_RANGE:
        one(&n->range.key, v);
        one(&n->range.val, v);
        one(&n->range.x, v);
        one(&n->range.body, v);
        break;
    default: break;
    }
}

static void stmt_children(Node *n, const SlotVisitor *v) {
    switch (n->kind) {
    case N_BLOCK: each(&n->block.stmts, v); break;
    case N_EXPRSTMT:
    case N_INCDEC:
    case N_GO:
    case N_DEFER: one(&n->unary.x, v); break;
    case N_SEND:
        one(&n->binary.x, v);
        one(&n->binary.y, v);
        break;
    case N_ASSIGN:
        each(&n->assign.lhs, v);
        each(&n->assign.rhs, v);
        break;
    case N_RETURN: each(&n->ret.results, v); break;
    case N_BRANCH: one(&n->branch.label, v); break;
    case N_LABELED:
        one(&n->labeled.label, v);
        one(&n->labeled.stmt, v);
        break;
    case N_DECLSTMT: each(&n->declstmt.decls, v); break;
    case N_VAR:
    case N_CONST:
        each(&n->var.names, v);
        one(&n->var.typ, v);
        each(&n->var.values, v);
        break;
    case N_TYPE:
        one(&n->typedecl.name, v);
        one(&n->typedecl.typ, v);
        break;
    case N_FUNC:
        one(&n->func.recv, v);
        one(&n->func.typ, v);
        one(&n->func.body, v);
        break;
    default: control_children(n, v);
    }
}

void visit_slots(Node *n, const SlotVisitor *v) {
    if (n->kind <= N_KEYVALUE || n->kind == N_ELLIPSIS)
        expr_children(n, v);
    else if (n->kind <= N_FIELD)
        type_children(n, v);
    else
        stmt_children(n, v);
}

typedef struct Walk {
    WalkFn f;
    void *ctx;
} Walk;

static void walk_slot(Node **slot, void *ctx) {
    const Walk *w = ctx;
    w->f(*slot, w->ctx);
}

static void walk_list(NodeList *l, void *ctx) {
    const Walk *w = ctx;
    for (int i = 0; i < l->n; i++) w->f(l->v[i], w->ctx);
}

void walk_children(Node *n, WalkFn f, void *ctx) {
    Walk w = {f, ctx};
    SlotVisitor v = {walk_slot, walk_list, &w};
    visit_slots(n, &v);
}
