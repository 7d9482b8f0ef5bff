/* tree.c - checked nodes and variables made by the compiler. */
#include "lower/tree.h"

Node *new_node(NodeKind kind, Pos pos) {
    Node *n = new_(Node);
    n->kind = (uint8_t)kind;
    n->pos = pos;
    return n;
}

Node *use_of(Obj *var, Pos pos) {
    Node *n = new_node(N_IDENT, pos);
    n->mode = MODE_VAR;
    n->type = var->type;
    n->ident.name = var->name;
    n->ident.obj = var;
    return n;
}

Node *int_const(int64_t v, Type *t, Pos pos) {
    Node *n = new_node(N_BASICLIT, pos);
    n->mode = MODE_CONST;
    n->type = t;
    n->cval = is_boolean(t) ? const_bool(v != 0) : const_i64(v);
    n->lit.text = (Str){"", 0};
    return n;
}

Node *binary_node(Op op, Node *x, Node *y, Type *t) {
    Node *n = new_node(N_BINARY, x->pos);
    n->op = (uint8_t)op;
    n->mode = MODE_VALUE;
    n->type = t;
    n->binary.x = x;
    n->binary.y = y;
    return n;
}

NodeList list_of(Node *a, Node *b) {
    NodeList l = {0};
    push(&l, a);
    if (b) push(&l, b);
    return l;
}

Node *block_of(NodeList stmts, Pos pos) {
    Node *n = new_node(N_BLOCK, pos);
    n->block.stmts = stmts;
    n->block.rbrace = pos;
    return n;
}

Node *expr_stmt(Node *x) {
    Node *n = new_node(N_EXPRSTMT, x->pos);
    n->unary.x = x;
    return n;
}

Node *if_stmt(Node *cond, NodeList then) {
    Node *n = new_node(N_IF, cond->pos);
    n->if_.cond = cond;
    n->if_.then = block_of(then, cond->pos);
    return n;
}

Node *assign_node(Node *lhs, Node *rhs) {
    Node *n = new_node(N_ASSIGN, lhs->pos);
    n->assign.lhs = list_of(lhs, NULL);
    n->assign.rhs = list_of(rhs, NULL);
    return n;
}

Node *set_var(Obj *var, Node *value, Pos pos) {
    var->reassigned = true;
    return assign_node(use_of(var, pos), value);
}

Node *define_var(Obj *var, Node *value) {
    Node *decl = new_node(N_VAR, var->pos), *n = new_node(N_DECLSTMT, var->pos);
    decl->var.names = list_of(use_of(var, var->pos), NULL);
    if (value) decl->var.values = list_of(value, NULL);
    n->declstmt.decls = list_of(decl, NULL);
    return n;
}

Node *return_node(Node *value, Pos pos) {
    Node *n = new_node(N_RETURN, pos);
    if (value) n->ret.results = list_of(value, NULL);
    return n;
}

Obj *new_var(Func *f, const char *name, Type *t, Pos pos) {
    Obj *o = new_(Obj);
    o->kind = OBJ_VAR;
    o->name = intern(name);
    o->type = t;
    o->pos = pos;
    o->pkg = f->pkg;
    o->func = f;
    o->used = true;
    push(&f->locals, o);
    return o;
}

void remove_obj(ObjList *l, const Obj *o) {
    int n = 0;
    for (int i = 0; i < l->n; i++)
        if (l->v[i] != o) l->v[n++] = l->v[i];
    l->n = n;
}

static void declared_names(const NodeList *names, ObjList *out) {
    for (int i = 0; i < names->n; i++) {
        Node *id = names->v[i] ? unparen(names->v[i]) : NULL;
        if (id && id->kind == N_IDENT && id->ident.obj && pos_cmp(id->ident.obj->pos, id->pos) == 0)
            push(out, id->ident.obj);
    }
}

void declared_vars(Node *n, ObjList *out) {
    NodeList names = {0};
    switch (n->kind) {
    case N_ASSIGN:
        if (n->assign.define) declared_names(&n->assign.lhs, out);
        break;
    case N_VAR: declared_names(&n->var.names, out); break;
    case N_RANGE:
        if (!n->range.define) break;
        push(&names, n->range.key);
        push(&names, n->range.val);
        declared_names(&names, out);
        break;
    case N_CASE:
        if (n->case_.obj) push(out, n->case_.obj);
        break;
    default: break;
    }
}

bool is_blank_node(const Node *n) {
    if (!n) return true;
    n = unparen((Node *)n);
    return n->kind == N_IDENT && n->ident.name[0] == '_' && n->ident.name[1] == 0;
}

typedef struct OwnWalk {
    WalkFn f;
    void *ctx;
} OwnWalk;

static void walk_one(Node *n, void *ctx) {
    OwnWalk *w = ctx;
    w->f(n, w->ctx);
    if (n->kind != N_FUNCLIT) walk_children(n, walk_one, w);
}

void walk_own(Node *n, WalkFn f, void *ctx) {
    OwnWalk w = {f, ctx};
    walk_one(n, &w);
}
