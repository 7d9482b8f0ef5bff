/* expr.c - expressions.
 *
 * Types and expressions are parsed by the same functions where either may stand (arguments,
 * operands of conversions, indices); what a name denotes is for the checker to say.
 */
#include "syntax/parse.h"

Node *expr(Parser *p) {
    return binary_expr(p, NULL, PREC_NONE);
}

NodeList expr_list(Parser *p) {
    NodeList l = {0};
    do {
        push(&l, expr(p));
    } while (got(p, T_COMMA));
    return l;
}

NodeList type_list(Parser *p, bool *comma) {
    NodeList l = {0};
    p->xnest++;
    push(&l, expr(p));
    *comma = at(p, T_COMMA);
    while (got(p, T_COMMA)) {
        Node *t = type_or_null(p);
        if (!t) break;
        push(&l, t);
    }
    p->xnest--;
    return l;
}

Node *literal_or_null(Parser *p) {
    if (!at(p, T_LITERAL)) return NULL;
    Node *n = node_here(p, N_BASICLIT);
    n->lit.litkind = p->s.litkind;
    n->lit.text = p->s.lit;
    n->lit.bad = p->s.bad;
    next(p);
    return n;
}

bool is_type_switch_guard(const Node *x) {
    return x->kind == N_TYPEASSERT && !x->assert_.typ;
}

/* --- unary and binary operators --- */

/* Behind <-, which applies to a channel type: the arrow is the type's. In <-chan<- T the next
 * arrow then belongs to the element, and so on. */
static void make_receive_only(Parser *p, Node *chan) {
    ChanDir dir = CHAN_SEND;
    Node *t = chan;
    while (dir == CHAN_SEND && t->kind == N_CHANTYPE) {
        dir = t->chantype.dir;
        if (dir == CHAN_RECV) syntax_error(p, "unexpected <-, expected chan");
        t->chantype.dir = CHAN_RECV;
        t = t->chantype.elem;
    }
    if (dir == CHAN_SEND) {
        syntax_error(p, xprintf("unexpected %s, expected chan", expr_str(t)));
    }
}

static Node *unary_expr(Parser *p);

static Node *unary_at_token(Parser *p) {
    Pos pos = tok_pos(p);
    if (got(p, T_STAR)) {
        Node *x = node_at(N_STAR, pos);
        x->unary.x = unary_expr(p);
        return x;
    }
    if (got(p, T_ARROW)) {
        Node *operand = unary_expr(p);
        if (operand->kind == N_CHANTYPE) {
            make_receive_only(p, operand);
            return operand;
        }
        Node *x = node_at(N_UNARY, pos);
        x->op = OP_RECV;
        x->unary.x = operand;
        return x;
    }
    if (!at(p, T_OPERATOR)) return primary_expr(p, NULL);
    switch (p->s.op) {
    case OP_ADD:
    case OP_SUB:
    case OP_NOT:
    case OP_XOR:
    case OP_TILDE:
    case OP_AND: break;
    default: return primary_expr(p, NULL);
    }
    Node *x = node_at(N_UNARY, pos);
    x->op = p->s.op;
    next(p);
    x->unary.x = unary_expr(p);
    if (x->op == OP_AND) x->unary.x = unparen(x->unary.x); /* &(T{}) is &T{} */
    return x;
}

static Node *unary_expr(Parser *p) {
    Nest n;
    if (!nest_enter(p, &n)) return bad_expr(p);
    Node *x = unary_at_token(p);
    nest_leave(p, n);
    return x;
}

Node *binary_expr(Parser *p, Node *x, int prec) {
    int outer = p->height;
    p->height = 0;
    if (!x) x = unary_expr(p);
    int height = p->height;
    while ((at(p, T_OPERATOR) || at(p, T_STAR)) && p->s.prec > prec) {
        Node *t = node_here(p, N_BINARY);
        t->op = p->s.op;
        int op_prec = p->s.prec;
        next(p);
        p->height = 0;
        t->binary.x = x;
        t->binary.y = binary_expr(p, NULL, op_prec);
        x = t;
        nest_stack(p, &height);
    }
    nest_raise(p, outer);
    return x;
}

/* --- operands --- */

static Node *func_lit_or_type(Parser *p) {
    Pos pos = tok_pos(p);
    next(p);
    Node *typ = func_type(p, "function type");
    if (!at(p, T_LBRACE)) return typ;
    Node *f = node_at(N_FUNCLIT, pos);
    p->xnest++;
    f->funclit.typ = typ;
    f->funclit.body = func_body(p);
    p->xnest--;
    return f;
}

static Node *operand(Parser *p) {
    switch (p->s.tok) {
    case T_NAME: return name(p);
    case T_LITERAL: return literal_or_null(p);
    case T_FUNC: return func_lit_or_type(p);
    case T_LBRACK:
    case T_CHAN:
    case T_MAP:
    case T_STRUCT:
    case T_INTERFACE: return type_(p);
    case T_LPAREN: {
        Node *x = node_here(p, N_PAREN);
        next(p);
        p->xnest++;
        x->paren.x = expr(p);
        p->xnest--;
        want(p, T_RPAREN);
        return x;
    }
    default: {
        Node *x = bad_expr(p);
        syntax_error(p, "expected expression");
        advance(p, SET(T_RPAREN) | SET(T_RBRACK) | SET(T_RBRACE));
        return x;
    }
    }
}

/* --- composite literals --- */

static Node *complit(Parser *p);

static Node *element_value(Parser *p) {
    return at(p, T_LBRACE) ? complit(p) : expr(p);
}

static bool element(Parser *p, void *arg) {
    Node *lit = arg;
    Node *e = element_value(p);
    if (at(p, T_COLON)) {
        Node *kv = node_here(p, N_KEYVALUE);
        next(p);
        kv->binary.x = e;
        kv->binary.y = element_value(p);
        e = kv;
    }
    push(&lit->complit.elems, e);
    return false;
}

/* "{" [ elements ] "}" . The type is the caller's to set. */
static Node *complit(Parser *p) {
    Node *x = node_here(p, N_COMPLIT);
    Nest n;
    if (!nest_enter(p, &n)) return x;
    p->xnest++;
    want(p, T_LBRACE);
    x->complit.rbrace = list(p, "composite literal", T_COMMA, T_RBRACE, element, x);
    p->xnest--;
    nest_leave(p, n);
    return x;
}

/* Whether x, by its form, is a value and no type. */
static bool is_value(const Node *x) {
    switch (x->kind) {
    case N_BASICLIT:
    case N_COMPLIT:
    case N_FUNCLIT:
    case N_SLICE:
    case N_TYPEASSERT:
    case N_CALL:
    case N_UNARY:
    case N_BINARY: return true;
    case N_PAREN: return is_value(x->paren.x);
    case N_INDEX:
        return is_value(x->index.x) || (x->index.index.n == 1 && is_value(x->index.index.v[0]));
    default: return false;
    }
}

/* Whether `{` behind x begins a composite literal of type x, rather than a block. */
static bool begins_complit(const Parser *p, const Node *x) {
    switch (x->kind) {
    case N_IDENT:
    case N_SELECTOR: return p->xnest >= 0;
    case N_INDEX: return p->xnest >= 0 && !is_value(x);
    case N_ARRAYTYPE:
    case N_SLICETYPE:
    case N_STRUCTTYPE:
    case N_MAPTYPE: return true;
    default: return false;
    }
}

/* --- what follows an operand; each begins at the token that it is named after --- */

static Node *selector_or_assertion(Parser *p, Node *x) {
    Pos pos = tok_pos(p);
    next(p);
    if (at(p, T_NAME)) {
        Node *t = node_at(N_SELECTOR, pos);
        t->selector.x = x;
        t->selector.name = name(p);
        return t;
    }
    if (!got(p, T_LPAREN)) {
        syntax_error(p, "expected name or (");
        advance(p, SET(T_SEMI) | SET(T_RPAREN));
        return x;
    }
    Node *t = node_at(N_TYPEASSERT, pos);
    t->assert_.x = x;
    if (!got(p, T_TYPE)) t->assert_.typ = type_(p);
    want(p, T_RPAREN);
    return t;
}

/* Behind x[lo: or what should have been that. */
static Node *slice(Parser *p, Pos pos, Node *x, Node *lo) {
    Node *t = node_at(N_SLICE, pos);
    t->slice.x = x;
    t->slice.lo = lo;
    if (!got(p, T_COLON)) {
        syntax_error(p, "expected comma, : or ]");
        advance(p, SET(T_COMMA) | SET(T_COLON) | SET(T_RBRACK));
    }
    p->xnest++;
    if (!at(p, T_COLON) && !at(p, T_RBRACK)) t->slice.hi = expr(p);
    if (at(p, T_COLON)) {
        t->slice.full = true;
        if (!t->slice.hi) {
            scan_error(&p->s, tok_pos(p), "middle index required in 3-index slice");
            t->slice.hi = bad_expr(p);
        }
        next(p);
        if (!at(p, T_RBRACK)) {
            t->slice.max = expr(p);
        } else {
            scan_error(&p->s, tok_pos(p), "final index required in 3-index slice");
            t->slice.max = bad_expr(p);
        }
    }
    p->xnest--;
    want(p, T_RBRACK);
    return t;
}

static Node *index_or_slice(Parser *p, Node *x) {
    Pos pos = tok_pos(p);
    next(p);
    if (at(p, T_RBRACK)) {
        syntax_error(p, "expected operand");
        Node *t = node_at(N_INDEX, pos);
        t->index.x = x;
        push(&t->index.index, bad_expr(p));
        next(p);
        return t;
    }
    if (at(p, T_COLON)) return slice(p, pos, x, NULL);
    bool comma;
    NodeList l = type_list(p, &comma);
    if (!comma && !at(p, T_RBRACK)) return slice(p, pos, x, l.v[0]);
    want(p, T_RBRACK);
    Node *t = node_at(N_INDEX, pos);
    t->index.x = x;
    t->index.index = l;
    return t;
}

static bool argument(Parser *p, void *arg) {
    Node *call = arg;
    push(&call->call.args, expr(p));
    call->call.dots = got(p, T_DOTDOTDOT);
    return call->call.dots;
}

static Node *call(Parser *p, Node *fun) {
    Node *t = node_here(p, N_CALL);
    next(p);
    t->call.fun = fun;
    p->xnest++;
    list(p, "argument list", T_COMMA, T_RPAREN, argument, t);
    p->xnest--;
    return t;
}

/* One more selector, index, call, literal ... upon x; x itself if nothing of the kind follows. Sets
 * *done then. */
static Node *suffix(Parser *p, Node *x, bool *done) {
    switch (p->s.tok) {
    case T_DOT: return selector_or_assertion(p, x);
    case T_LBRACK: return index_or_slice(p, x);
    case T_LPAREN: return call(p, x);
    case T_LBRACE: {
        const Node *t = unparen(x);
        if (!begins_complit(p, t)) break;
        if (t != x) syntax_error(p, "cannot parenthesize type in composite literal");
        Node *lit = complit(p);
        lit->complit.typ = x;
        return lit;
    }
    default: break;
    }
    *done = true;
    return x;
}

Node *primary_expr(Parser *p, Node *x) {
    int outer = p->height;
    p->height = 0;
    if (!x) x = operand(p);
    int height = p->height;
    for (;;) {
        bool done = false;
        p->height = 0;
        x = suffix(p, x, &done);
        if (done) break;
        nest_stack(p, &height);
    }
    nest_raise(p, height);
    nest_raise(p, outer);
    return x;
}
