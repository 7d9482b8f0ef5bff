/* tree.c - small questions that every pass asks the syntax tree. */
#include "syntax/ast.h"

const char *op_str(Op op) {
    static const char *const names[] = {
        [OP_NONE] = "", [OP_OROR] = "||", [OP_ANDAND] = "&&", [OP_EQ] = "==",  [OP_NE] = "!=",
        [OP_LT] = "<",  [OP_LE] = "<=",   [OP_GT] = ">",      [OP_GE] = ">=",  [OP_ADD] = "+",
        [OP_SUB] = "-", [OP_OR] = "|",    [OP_XOR] = "^",     [OP_MUL] = "*",  [OP_DIV] = "/",
        [OP_REM] = "%", [OP_AND] = "&",   [OP_ANDNOT] = "&^", [OP_SHL] = "<<", [OP_SHR] = ">>",
        [OP_NOT] = "!", [OP_RECV] = "<-", [OP_TILDE] = "~",
    };
    return names[op];
}

Node *unparen(Node *n) {
    while (n && n->kind == N_PAREN) n = n->paren.x;
    return n;
}

Pos start_pos(const Node *n) {
    for (;;) {
        const Node *first = NULL;
        switch (n->kind) {
        case N_COMPLIT: first = n->complit.typ; break;
        case N_SELECTOR: first = n->selector.x; break;
        case N_INDEX: first = n->index.x; break;
        case N_SLICE: first = n->slice.x; break;
        case N_TYPEASSERT: first = n->assert_.x; break;
        case N_CALL: first = n->call.fun; break;
        case N_BINARY:
        case N_KEYVALUE:
        case N_SEND: first = n->binary.x; break;
        case N_INCDEC:
        case N_EXPRSTMT: first = n->unary.x; break;
        case N_ASSIGN: first = n->assign.lhs.n ? n->assign.lhs.v[0] : NULL; break;
        default: break;
        }
        if (!first) return n->pos;
        n = first;
    }
}

static const Node *last_of(const NodeList *l) {
    return l->n ? l->v[l->n - 1] : NULL;
}

static Pos behind(Pos p, size_t n) {
    p.col = p.col + n < UINT16_MAX ? (uint16_t)(p.col + n) : UINT16_MAX;
    return p;
}

/* The last part of an expression or type, NULL if it ends with itself. */
static const Node *last_part(const Node *n) {
    const Node *l;
    switch (n->kind) {
    case N_KEYVALUE:
    case N_BINARY: return n->binary.y;
    case N_FUNCLIT: return n->funclit.body;
    case N_PAREN:
    case N_STAR:
    case N_UNARY:
    case N_ELLIPSIS: return n->unary.x;
    case N_SELECTOR: return n->selector.name;
    case N_INDEX: return last_of(&n->index.index);
    case N_SLICE:
        return n->slice.max  ? n->slice.max
               : n->slice.hi ? n->slice.hi
               : n->slice.lo ? n->slice.lo
                             : n->slice.x;
    case N_TYPEASSERT: return n->assert_.typ ? n->assert_.typ : n->assert_.x;
    case N_CALL: return (l = last_of(&n->call.args)) ? l : n->call.fun;
    case N_ARRAYTYPE:
    case N_SLICETYPE: return n->arraytype.elem;
    case N_STRUCTTYPE: return last_of(&n->structtype.fields);
    case N_INTERFACETYPE: return last_of(&n->interfacetype.elems);
    case N_FUNCTYPE: return (l = last_of(&n->functype.results)) ? l : last_of(&n->functype.params);
    case N_MAPTYPE: return n->maptype.val;
    case N_CHANTYPE: return n->chantype.elem;
    case N_FIELD: return n->field.typ ? n->field.typ : n->field.name;
    default: return NULL;
    }
}

/* The last part of a statement or declaration. */
static const Node *last_part_of_stmt(const Node *n) {
    const Node *l;
    switch (n->kind) {
    case N_EXPRSTMT:
    case N_GO:
    case N_DEFER: return n->unary.x;
    case N_SEND: return n->binary.y;
    case N_ASSIGN: return last_of(&n->assign.rhs);
    case N_RETURN: return last_of(&n->ret.results);
    case N_BRANCH: return n->branch.label;
    case N_IF: return n->if_.els ? n->if_.els : n->if_.then;
    case N_CASE: return last_of(&n->case_.body);
    case N_COMM: return last_of(&n->comm.body);
    case N_FOR: return n->for_.body;
    case N_RANGE: return n->range.body;
    case N_LABELED: return n->labeled.stmt;
    case N_DECLSTMT: return last_of(&n->declstmt.decls);
    case N_IMPORT: return n->import.path;
    case N_CONST:
    case N_VAR:
        if (n->kind == N_CONST && n->var.inherited) return last_of(&n->var.names);
        if ((l = last_of(&n->var.values))) return l;
        return n->var.typ ? n->var.typ : last_of(&n->var.names);
    case N_TYPE: return n->typedecl.typ;
    case N_FUNC: return n->func.body ? n->func.body : n->func.typ;
    default: return NULL;
    }
}

Pos end_pos(const Node *n) {
    for (;;) {
        switch (n->kind) {
        case N_IDENT: return behind(n->pos, strlen(n->ident.name));
        case N_BASICLIT: return behind(n->pos, n->lit.text.n);
        case N_COMPLIT: return n->complit.rbrace;
        case N_BLOCK: return n->block.rbrace;
        case N_SWITCH: return n->switch_.rbrace;
        case N_TYPESWITCH: return n->typeswitch.rbrace;
        case N_SELECT: return n->select.rbrace;
        case N_INCDEC: return behind(n->pos, 2);
        default: break;
        }
        const Node *l = last_part(n);
        if (!l) l = last_part_of_stmt(n);
        if (l) {
            n = l;
            continue;
        }
        if (n->kind == N_CASE) return n->case_.colon;
        if (n->kind == N_COMM) return n->comm.colon;
        return n->pos;
    }
}
