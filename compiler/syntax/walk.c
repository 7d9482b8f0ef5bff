/* walk.c - the children of a node, in source order: for passes that only look for something. */
#include "syntax/ast.h"

static void each(const NodeList *l, WalkFn f, void *ctx) {
    for (int i = 0; i < l->n; i++) f(l->v[i], ctx);
}

static void one(Node *n, WalkFn f, void *ctx) {
    if (n) f(n, ctx);
}

static void expr_children(Node *n, WalkFn f, void *ctx) {
    switch (n->kind) {
    case N_COMPLIT:
        one(n->complit.typ, f, ctx);
        each(&n->complit.elems, f, ctx);
        break;
    case N_FUNCLIT:
        one(n->funclit.typ, f, ctx);
        one(n->funclit.body, f, ctx);
        break;
    case N_SELECTOR: one(n->selector.x, f, ctx); break;
    case N_INDEX:
        one(n->index.x, f, ctx);
        each(&n->index.index, f, ctx);
        break;
    case N_SLICE:
        one(n->slice.x, f, ctx);
        one(n->slice.lo, f, ctx);
        one(n->slice.hi, f, ctx);
        one(n->slice.max, f, ctx);
        break;
    case N_TYPEASSERT:
        one(n->assert_.x, f, ctx);
        one(n->assert_.typ, f, ctx);
        break;
    case N_CALL:
        one(n->call.fun, f, ctx);
        each(&n->call.args, f, ctx);
        break;
    case N_PAREN:
    case N_STAR:
    case N_UNARY:
    case N_ELLIPSIS: one(n->unary.x, f, ctx); break;
    case N_BINARY:
    case N_KEYVALUE:
        one(n->binary.x, f, ctx);
        one(n->binary.y, f, ctx);
        break;
    default: break;
    }
}

static void type_children(Node *n, WalkFn f, void *ctx) {
    switch (n->kind) {
    case N_ARRAYTYPE: one(n->arraytype.len, f, ctx); /* fall through */
    case N_SLICETYPE: one(n->arraytype.elem, f, ctx); break;
    case N_STRUCTTYPE: each(&n->structtype.fields, f, ctx); break;
    case N_FUNCTYPE:
        each(&n->functype.tparams, f, ctx);
        each(&n->functype.params, f, ctx);
        each(&n->functype.results, f, ctx);
        break;
    case N_INTERFACETYPE: each(&n->interfacetype.elems, f, ctx); break;
    case N_MAPTYPE:
        one(n->maptype.key, f, ctx);
        one(n->maptype.val, f, ctx);
        break;
    case N_CHANTYPE: one(n->chantype.elem, f, ctx); break;
    case N_FIELD:
        one(n->field.name, f, ctx);
        one(n->field.typ, f, ctx);
        one(n->field.tag, f, ctx);
        break;
    default: break;
    }
}

static void control_children(Node *n, WalkFn f, void *ctx) {
    switch (n->kind) {
    case N_IF:
        one(n->if_.init, f, ctx);
        one(n->if_.cond, f, ctx);
        one(n->if_.then, f, ctx);
        one(n->if_.els, f, ctx);
        break;
    case N_SWITCH:
        one(n->switch_.init, f, ctx);
        one(n->switch_.tag, f, ctx);
        each(&n->switch_.cases, f, ctx);
        break;
    case N_TYPESWITCH:
        one(n->typeswitch.init, f, ctx);
        one(n->typeswitch.bind, f, ctx);
        one(n->typeswitch.x, f, ctx);
        each(&n->typeswitch.cases, f, ctx);
        break;
    case N_CASE:
        each(&n->case_.exprs, f, ctx);
        each(&n->case_.body, f, ctx);
        break;
    case N_SELECT: each(&n->select.cases, f, ctx); break;
    case N_COMM:
        one(n->comm.comm, f, ctx);
        each(&n->comm.body, f, ctx);
        break;
    case N_FOR:
        one(n->for_.init, f, ctx);
        one(n->for_.cond, f, ctx);
        one(n->for_.post, f, ctx);
        one(n->for_.body, f, ctx);
        break;
    case N_RANGE:
        one(n->range.key, f, ctx);
        one(n->range.val, f, ctx);
        one(n->range.x, f, ctx);
        one(n->range.body, f, ctx);
        break;
    default: break;
    }
}

static void stmt_children(Node *n, WalkFn f, void *ctx) {
    switch (n->kind) {
    case N_BLOCK: each(&n->block.stmts, f, ctx); break;
    case N_EXPRSTMT:
    case N_INCDEC:
    case N_GO:
    case N_DEFER: one(n->unary.x, f, ctx); break;
    case N_SEND:
        one(n->binary.x, f, ctx);
        one(n->binary.y, f, ctx);
        break;
    case N_ASSIGN:
        each(&n->assign.lhs, f, ctx);
        each(&n->assign.rhs, f, ctx);
        break;
    case N_RETURN: each(&n->ret.results, f, ctx); break;
    case N_BRANCH: one(n->branch.label, f, ctx); break;
    case N_LABELED:
        one(n->labeled.label, f, ctx);
        one(n->labeled.stmt, f, ctx);
        break;
    case N_DECLSTMT: each(&n->declstmt.decls, f, ctx); break;
    case N_VAR:
    case N_CONST:
        each(&n->var.names, f, ctx);
        one(n->var.typ, f, ctx);
        each(&n->var.values, f, ctx);
        break;
    case N_TYPE:
        one(n->typedecl.name, f, ctx);
        one(n->typedecl.typ, f, ctx);
        break;
    case N_FUNC:
        one(n->func.recv, f, ctx);
        one(n->func.typ, f, ctx);
        one(n->func.body, f, ctx);
        break;
    default: control_children(n, f, ctx);
    }
}

void walk_children(Node *n, WalkFn f, void *ctx) {
    if (n->kind <= N_KEYVALUE) return expr_children(n, f, ctx);
    if (n->kind <= N_FIELD && n->kind != N_ELLIPSIS) return type_children(n, f, ctx);
    if (n->kind == N_ELLIPSIS) return expr_children(n, f, ctx);
    stmt_children(n, f, ctx);
}
